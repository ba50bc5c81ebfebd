// The many-engine beside the bench: started as a process of its own, filled with the containers of a platform by the very
// create calls that reeve plans, asked for storms, and ended.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newPlatform, service, type TestPlatform } from '../test/support/platform.ts';
import { BareEngine, inFlight } from './bare.ts';
import type { StormReport, StormWish } from './many-storm.ts';
import { keeping, openReconciler } from './reconciler.ts';

export interface ManyEngine {
  readonly platform: TestPlatform;
  readonly engine: BareEngine;
  storm(wish: StormWish): Promise<StormAnswer>;
  /** A controller of the platform must have been stopped before. */
  close(): Promise<void>;
}

export interface StormAnswer extends StormReport {
  /** Asked for while it lasted. */
  readonly lists: number;
  readonly inspects: number;
  /** Event streams that were open at its end. */
  readonly streams: number;
}

/** A platform of `containers` services, all running as declared as far as anybody can see. */
export async function startManyEngine(containers: number): Promise<ManyEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-bench-many-'));
  const socket = join(folder, 'many.sock');
  const platform = await newPlatform({ socket });
  const script = join(import.meta.dirname, 'many-engine-process.ts');
  const args = ['--disable-warning=ExperimentalWarning', script, socket];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    // Not the platform's own end: there is nothing on the engine that would outlive it.
    await rm(platform.folder, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await once(child.stdout, 'data');
    await platform.declare(Array.from({ length: containers }, (_, i) => many(`m${i}`)));
    await fill(platform, containers);
    const engine = new BareEngine(socket);
    const storm = (wish: StormWish) => engine.json<StormAnswer>('POST', '/bench/storm', wish);
    return { platform, engine, storm, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function many(name: string): string {
  return service(name, ['network_mode: bridge']).replace('reeve-test:1', 'many:1');
}

/** Performs the steps of reeve's own plan, without its loop and its store. */
async function fill(platform: TestPlatform, containers: number): Promise<void> {
  const { reconciler, engine, target, close } = await openReconciler(platform);
  try {
    const { plan } = await reconciler.look(target, { ...keeping, mode: 'apply' });
    const creates = plan.steps.filter((step) => step.op === 'createContainer');
    if (creates.length !== containers) throw new Error(`${creates.length} of ${containers} are to be made`);
    const context = {
      secrets: target.secrets,
      signal: AbortSignal.timeout(120_000),
      progress: () => undefined,
      timeoutMs: 10_000,
    };
    const bare = new BareEngine(platform.socket);
    await inFlight(creates, 8, async (step) => {
      const { containerId } = await engine.perform(step, context);
      await bare.call('POST', `/containers/${containerId}/start`);
    });
  } finally {
    await close();
  }
}
