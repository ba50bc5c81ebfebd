// What a controller that died has sent is not sent again before it is over: by a look, by the engine that never had it, or by
// its own time.

import { expect, test } from 'vitest';
import type { FormerCall } from '../../../controller/lease/former-calls.ts';
import { ForeignCalls } from '../../../controller/loop/foreign-calls.ts';
import { OwnMarks } from '../../../controller/loop/own-marks.ts';
import type { Ref } from '../../../desired-state/resource.ts';
import type { Step } from '../../../reconcilers/plan.ts';
import { detailOf, live, look, noon, revision, service } from '../../support/make.ts';
import { until } from '../../support/until.ts';

const web = service('web');
const { id } = live(web);

function call(more: Partial<FormerCall> = {}): FormerCall {
  const step = { id: 'x', ref: 'Service/web', op: 'restartContainer', args: { containerId: id } };
  return { step: step as unknown as Step, startedAt: noon, ms: 60_000, sentOnce: true, ...more };
}

function awaiting(calls: readonly FormerCall[], signalled?: boolean) {
  const busy = new Set<Ref>();
  const marks = new OwnMarks();
  const freed: number[] = [];
  const wasSignalled = async () => signalled;
  const foreign = new ForeignCalls({ busy, marks, onFree: () => freed.push(busy.size), wasSignalled });
  foreign.await(calls);
  return { busy, marks, freed, foreign };
}

const seen = (parts: Parameters<typeof live>[1]) => look(revision([web]), [live(web, parts)]);
const startedAt = (at: number) => seen({ detail: { ...detailOf(web), startedAt: at } });

test('while it runs as before it is left alone, and what becomes of it is our doing', () => {
  const { busy, marks, foreign } = awaiting([call()]);
  foreign.see(startedAt(noon - 60_000));
  expect([...busy]).toEqual(['Service/web']);
  expect([marks.stopping.has(id), marks.starting.has(id)]).toEqual([true, true]);
});

test('its start is asked for where no look has told it', () => {
  const { detail: _, ...bare } = live(web);
  const { foreign } = awaiting([call()]);
  expect(foreign.unclear(look(revision([web]), [bare]))).toEqual([id]);
  expect(foreign.unclear(startedAt(noon))).toEqual([]);
});

test.each([
  ['started since', startedAt(noon + 1)],
  ['down', seen({ state: 'exited' })],
  ['gone', look(revision([web]), [])],
])('seen %s it is free', (_what, observed) => {
  const { busy, freed, foreign } = awaiting([call()]);
  foreign.see(observed);
  expect({ busy: busy.size, freed }).toEqual({ busy: 0, freed: [0] });
});

test('of a sender that may live a look tells nothing: it may send it again', () => {
  const { sentOnce: _, ...living } = call();
  const { busy, foreign } = awaiting([living]);
  foreign.see(startedAt(noon + 1));
  expect(busy.size).toBe(1);
});

test('with two of them it is free after the second', async () => {
  const { busy, freed } = awaiting([call({ ms: 1 }), call({ ms: 40 })]);
  await until(() => freed.length > 0, 5_000, 'it is free');
  expect({ busy: busy.size, freed }).toEqual({ busy: 0, freed: [0] });
});

test('what never came to the engine is not waited for; what did is', async () => {
  const [never, came] = [awaiting([call()], false), awaiting([call()], true)];
  await until(() => never.freed.length > 0, 10_000, 'it is free');
  expect(came.busy.size).toBe(1);
});
