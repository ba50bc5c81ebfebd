// `order: start-first` on a real engine: while a new form comes in, a client that asks for the name anew for each request
// gets an answer to every one. A form that never is ready is never asked.

import { beforeAll, describe, expect, test } from 'vitest';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor } from '../support/kept.ts';
import { client, startClient, untilRuns, web } from '../support/start-first.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

describe.concurrent('a new form', () => {
  test('comes in without one request failing', async (t) => {
    const p = await platformFor(t);
    await keep(p, [web('v1'), client]);
    const old = await p.container('Service/web');
    const end = await startClient(p);
    await p.declare([web('v2'), client]);
    await untilRuns(p, 'v2');
    const seen = await end();
    expect(seen.failures).toEqual([]);
    expect(Object.keys(seen.answers).sort()).toEqual(['v1', 'v2']);
    const told = (await p.events()).filter((e) => e.regarding === 'Service/web').map((e) => e.reason);
    expect(told).toEqual(expect.arrayContaining(['SuccessorReady', 'SuccessorNamed', 'Replaced']));
    const inspected = await p.container('Service/web');
    expect(inspected.Id).not.toBe(old.Id);
  });

  test('that never is ready is asked by nobody, goes, and the old one was never touched', async (t) => {
    const p = await platformFor(t);
    await keep(p, [web('v1'), client], { spec: 'policy: {progressDeadline: 5s}' });
    const old = await p.container('Service/web');
    const end = await startClient(p);
    await p.declare([web('v2', 'sleep 9999'), client], 'policy: {progressDeadline: 5s}');
    await p.untilEvent('Service/web', 'ReplacementFailed', /beside the old one/);
    await untilRuns(p, 'v1');
    const seen = await end();
    expect(seen.failures).toEqual([]);
    expect(Object.keys(seen.answers)).toEqual(['v1']);
    const now = await p.container('Service/web');
    expect({ id: now.Id, startedAt: now.State.StartedAt }).toEqual({
      id: old.Id,
      startedAt: old.State.StartedAt,
    });
    expect((await p.events()).map((e) => e.reason)).toContain('RolledBack');
  });
});
