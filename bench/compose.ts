// docker-compose 1.29 as a reference, from the shell as its users type it: a project of small containers brought up from
// nothing, and asked again when there is nothing to do.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { askEngine } from '../scripts/lib/docker-api.ts';
import { ensureCompose } from '../test/support/compose.ts';
import { spread, timed } from './measure.ts';

const run = promisify(execFile);

/** A reference that takes longer is taken for hung, and said to be. */
const hangMs = 120_000;

export interface Timing {
  /** Median; Infinity: it hung or refused. */
  readonly ms: number;
  readonly words: string;
}

export interface ComposeProject {
  /** `docker-compose up -d`, timed. */
  up(): Promise<number>;
  close(): Promise<void>;
}

/** A project of `containers` small services, not up yet. */
export async function composeProject(
  socket: string,
  name: string,
  containers: number,
): Promise<ComposeProject> {
  await ensureCompose();
  const folder = await mkdtemp(join(tmpdir(), 'reeve-bench-compose-'));
  const file = join(folder, 'docker-compose.yml');
  await writeFile(file, smallCompose(containers));
  const env = { ...process.env, DOCKER_HOST: `unix://${socket}`, COMPOSE_HTTP_TIMEOUT: '300' };
  return {
    up: () =>
      timed(() => run('docker-compose', ['-p', name, '-f', file, 'up', '-d'], { env, timeout: hangMs })),
    close: async () => {
      await removeProject(socket, name);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** From nothing, once: what it takes varies little against what lies between. */
export async function composeUp(socket: string, name: string, containers: number): Promise<Timing> {
  const project = await composeProject(socket, name, containers);
  try {
    const ms = await project.up();
    return { ms, words: spread([ms]) };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n').at(-1) ?? '') : String(error);
    return { ms: Number.POSITIVE_INFINITY, words: `hung or refused (${reason.slice(0, 60)})` };
  } finally {
    await project.close();
  }
}

/** The bench's small service in Compose's words. */
export function smallCompose(containers: number): string {
  const service = `image: reeve-test:1, command: [sleep, '99999'], network_mode: bridge, stop_grace_period: 1s`;
  const services = Array.from({ length: containers }, (_, i) => `  s${i}: {${service}}\n`);
  return `version: '3.7'\nservices:\n${services.join('')}`;
}

async function removeProject(socket: string, name: string): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`com.docker.compose.project=${name}`] }));
  const { body } = await askEngine(socket, 'GET', `/containers/json?all=1&filters=${filters}`);
  const ids = (JSON.parse(body) as readonly { Id: string }[]).map(({ Id }) => Id);
  // Few at once: docker 20.10 wedges under many removals side by side.
  const worker = async (): Promise<void> => {
    for (let id = ids.pop(); id !== undefined; id = ids.pop())
      await askEngine(socket, 'DELETE', `/containers/${id}?force=1`, undefined, [404]);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}
