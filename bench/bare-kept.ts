// Containers beside the kept ones for the rows of keeping: some that a bare listener starts when they die, and some that
// the engine itself restarts.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { BareEngine } from './bare.ts';
import { smallConfig } from './kept.ts';

export interface BareKept {
  /** What the listener starts. */
  readonly listened: readonly string[];
  /** Under `restart: always`; the listener leaves them alone. */
  readonly underPolicy: readonly string[];
  close(): Promise<void>;
}

interface Counts {
  readonly listened: number;
  readonly underPolicy: number;
}

/** Starts the listener and the containers. */
export async function keepBare(engine: BareEngine, name: string, counts: Counts): Promise<BareKept> {
  const label = `bench.bare=${name}`;
  const script = join(import.meta.dirname, 'bare-listener-process.ts');
  const args = ['--disable-warning=ExperimentalWarning', script, engine.socketPath, label];
  const listener = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const listened: string[] = [];
  const underPolicy: string[] = [];
  const close = async (): Promise<void> => {
    listener.kill('SIGKILL');
    for (const id of [...listened, ...underPolicy]) await engine.call('DELETE', `/containers/${id}?force=1`);
  };
  try {
    await once(listener.stdout, 'data');
    for (let i = 0; i < counts.listened; i++)
      listened.push(await start(engine, `${name}-bare-${i}`, { 'bench.bare': name }));
    for (let i = 0; i < counts.underPolicy; i++)
      underPolicy.push(await start(engine, `${name}-policy-${i}`, {}, 'always'));
    return { listened, underPolicy, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  engine: BareEngine,
  name: string,
  labels: Readonly<Record<string, string>>,
  policy = 'no',
): Promise<string> {
  const { Id } = await engine.json<{ Id: string }>('POST', `/containers/create?name=${name}`, {
    ...smallConfig,
    Labels: labels,
    HostConfig: { ...smallConfig.HostConfig, RestartPolicy: { Name: policy } },
  });
  await engine.call('POST', `/containers/${Id}/start`);
  return Id;
}
