// What a hostile user finds at the commands, on a real engine: what is refused, what is waited for, how each ends.

import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ensureEngine } from '../support/engine.ts';
import { startEngineProxy } from '../support/engine-proxy.ts';
import { ensureTestImage } from '../support/images.ts';
import { newPlatform, service, type TestPlatform } from '../support/platform.ts';
import { reeve, spawnReeve } from '../support/reeve.ts';
import { until } from '../support/until.ts';

let socket: string;
let p: TestPlatform;

beforeAll(async () => {
  ({ socket } = await ensureEngine());
  await ensureTestImage(socket);
});
beforeEach(async () => {
  p = await newPlatform();
  await p.declare([alone('web')]);
});
afterEach(() => p.close());

/** A service that needs no network, and ends at once on TERM. */
function alone(name: string, ...more: readonly string[]): string {
  const loop = `command: ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1 & wait $$!; done']`;
  return service(name, [
    'network_mode: none',
    ...(more.some((m) => m.startsWith('command')) ? [] : [loop]),
    ...more,
  ]);
}

describe('run, while the engine is away', () => {
  test('waits for it, says so, refuses a second one, and keeps the platform once it answers', async () => {
    const through = join(p.folder, 'engine.sock');
    const options = { state: p.state, cwd: p.manifests, socket: through };
    const first = spawnReeve(['run'], options);
    try {
      await until(() => /waiting for it/.test(first.output().stderr), 10_000, 'it says what it waits for');
      const second = await reeve(['run'], { ...options, state: join(p.folder, 'other') });
      expect(second).toMatchObject({ code: 75, stderr: expect.stringContaining(`pid ${first.pid}`) });
      const proxy = await startEngineProxy({ target: socket, socket: through });
      await p.untilReady('Service/web');
      first.process.kill('SIGTERM');
      expect((await first.ended).code).toBe(0);
      await proxy.close();
    } finally {
      first.process.kill('SIGKILL');
    }
  });

  test('ends at once on SIGTERM', async () => {
    const waiting = spawnReeve(['run'], {
      state: p.state,
      cwd: p.manifests,
      socket: join(p.folder, 'no.sock'),
    });
    await until(() => /waiting for it/.test(waiting.output().stderr), 10_000, 'it says what it waits for');
    const at = performance.now();
    waiting.process.kill('SIGTERM');
    expect((await waiting.ended).code).toBe(0);
    expect(performance.now() - at).toBeLessThan(2_000);
  });
});
