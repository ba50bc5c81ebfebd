// What is read of a failure: its state and last words at once, what the engine tells of it and of its own disk only where a
// restart has not helped or the disk is said to be full.

import { expect, test } from 'vitest';
import type { EngineEvent } from '../../../controller/engine.ts';
import { EngineDiskAsks } from '../../../controller/procedures/engine-disk-asks.ts';
import { gatherEvidence } from '../../../controller/procedures/evidence.ts';
import { noon } from '../../support/make.ts';

const hour = 3_600_000;
const engineDisk = { images: 4, containers: 3, volumes: 2, buildCache: 1 };

function event(at: number, action: string, attributes = {}): EngineEvent {
  return { at, action, attributes, type: 'container', id: 'c1' };
}

function gather(given: { deep?: boolean; log?: string; reason?: string; events?: readonly EngineEvent[] }) {
  const asked: string[] = [];
  const engine = {
    inspect: async () => undefined,
    logs: async function* () {
      yield { stream: 'stdout', line: given.log ?? 'bye' } as const;
    },
    pastEvents: async function* (_: string, within: { sinceMs: number; untilMs: number }) {
      asked.push(`events of ${within.untilMs - within.sinceMs} ms`);
      yield* given.events ?? [];
    },
  };
  const tools = {
    deep: given.deep === true,
    scrub: (text: string) => text,
    digest: (text: string) => text,
    now: () => noon,
    askDisk: async () => {
      asked.push('disk');
      return engineDisk;
    },
  };
  const glimpse = { reason: given.reason ?? 'Exited', message: 'it exited with status 1', containerId: 'c1' };
  return gatherEvidence(engine, glimpse, tools).then((evidence) => ({ evidence, asked }));
}

test('a first failure costs the engine nothing more than its state and its log', async () => {
  const { evidence, asked } = await gather({});
  expect(asked).toEqual([]);
  expect(Object.keys(evidence)).not.toContain('engineDisk');
});

test('where a restart has not helped: its events of the last hour, the newest, and the disk of the engine', async () => {
  const many = Array.from({ length: 30 }, (_, i) => event(noon - 1_000 + i, `health_status: ${i}`));
  const events = [...many, event(noon - 2, 'kill', { signal: '9' }), event(noon, 'die', { exitCode: '137' })];
  const { evidence, asked } = await gather({ deep: true, events });
  expect(asked.sort()).toEqual(['disk', `events of ${hour} ms`]);
  expect(evidence.engineDisk).toEqual(engineDisk);
  expect(evidence.events).toHaveLength(20);
  expect(evidence.events?.slice(-2)).toEqual([
    { at: noon - 2, what: 'kill, signal 9' },
    { at: noon, what: 'die, status 137' },
  ]);
});

test.each([{ log: 'write failed: No space left on device' }, { reason: 'NoSpace' }])(
  'the disk is looked at at once where it is said to be full: %o',
  async (given) => {
    expect((await gather(given)).asked).toEqual(['disk']);
  },
);

test('an engine that does not tell leaves the rest as it is, with a word', async () => {
  const broken = async function* (): AsyncGenerator<never> {
    yield* [];
    throw new Error('it is busy');
  };
  const evidence = await gatherEvidence(
    { inspect: async () => undefined, logs: broken, pastEvents: broken },
    { reason: 'Exited', message: 'it exited with status 1', containerId: 'c1' },
    {
      deep: true,
      scrub: (text) => text,
      digest: (text) => text,
      now: () => noon,
      askDisk: () => Promise.reject(new Error('timed out')),
    },
  );
  expect(evidence.trouble).toContain('its events: it is busy');
  expect(evidence.trouble).toContain("the engine's disk: timed out");
  expect(evidence.message).toBe('it exited with status 1');
});

test('of many that fail together one asks for the disk, and a minute later the next', async () => {
  let asked = 0;
  let at = noon;
  const engine = {
    diskUse: async () => {
      asked += 1;
      return engineDisk;
    },
  };
  const disk = new EngineDiskAsks({ engine, now: () => at });
  await Promise.all([disk.ask(), disk.ask()]);
  at += 59_000;
  await disk.ask();
  expect(asked).toBe(1);
  at += 2_000;
  await disk.ask();
  expect(asked).toBe(2);
});
