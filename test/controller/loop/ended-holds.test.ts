// The end of a hold with a time: told once, with whose it was.

import { expect, test } from 'vitest';
import { endedHolds } from '../../../controller/loop/ended-holds.ts';
import { facts, noon } from '../../support/make.ts';

const context = { at: noon, by: 'reeve', revision: 'r1', pass: 'p1' };
const hold = { at: noon - 1_800_000, stopped: false, by: 'ann@host (hold)' };

test('a hold whose time is over is told once and forgotten', () => {
  const { events, facts: changes } = endedHolds(
    facts({ holds: { 'Service/web': { ...hold, until: noon } } }),
    context,
  );
  expect(events).toMatchObject([
    {
      type: 'Normal',
      reason: 'HoldEnded',
      regarding: 'Service/web',
      message: expect.stringMatching(/^hold on Service\/web by ann@host \(hold\) ended at 2026-11-24T12:00/),
    },
  ]);
  expect(changes).toEqual([{ fact: 'holds', key: 'Service/web', value: undefined }]);
});

test('one that lasts, and one without an end, are left', () => {
  const holds = { 'Service/web': { ...hold, until: noon + 1 }, 'Service/db': hold };
  expect(endedHolds(facts({ holds }), context)).toEqual({ events: [], facts: [] });
});
