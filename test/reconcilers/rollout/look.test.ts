// What a look is to a rollout: when one of its wave counts as in, when as failed, and when a look says nothing.

import { expect, test } from 'vitest';
import type { ResourceStatus } from '../../../reconcilers/condition.ts';
import type { Sight } from '../../../reconcilers/procedures/definition.ts';
import { aimOf } from '../../../reconcilers/rollout/aim.ts';
import type { RolloutContext } from '../../../reconcilers/rollout/context.ts';
import { see } from '../../../reconcilers/rollout/look.ts';
import { firstContext } from '../../../reconcilers/rollout/notes.ts';
import { facts, noon } from '../../support/make.ts';

const ref = 'Service/web';
const context: RolloutContext = {
  ...firstContext({
    ...{ revision: 'r2', before: 'r1', waves: [{ tier: 'standard', refs: [ref] }], forms: { [ref]: 'r1' } },
    ...{ images: {}, checks: [], backups: [], minReadyMs: 0, canaryMs: 0, onFailure: 'rollback' },
    ...{ deadlineMs: 1_000, at: noon },
  }),
  reports: [{ askedAt: noon }],
};

function status(
  ...conditions: readonly (readonly ['Ready' | 'Degraded' | 'Progressing', string])[]
): ResourceStatus {
  return {
    ref,
    conditions: conditions.map(([type, reason]) => ({ type, status: true, reason, message: 'so it is' })),
  };
}

function look(found: ResourceStatus, more: Partial<Sight> = {}, state = 'rolling') {
  const aim = aimOf(state, context)?.key ?? '';
  return see(state, context, { at: noon, statuses: [found], facts: facts({}), aim, ...more });
}

const ready = status(['Ready', 'Running']);

test('ready with nothing left to be done about it, it is in', () => {
  expect(look(ready)).toMatchObject({ type: 'seen', ready: [ref], failed: {} });
});

test('the old one that is ready still is not the new one', () => {
  expect(look(ready, { planned: new Set([ref]) })).toBeUndefined();
  expect(look(ready, { busy: new Set([ref]) })).toBeUndefined();
  expect(look(status(['Ready', 'Running'], ['Progressing', 'SpecChanged']))).toBeUndefined();
  expect(look(status(['Ready', 'Running'], ['Degraded', 'ImagePullFailed']))).toBeUndefined();
});

test('what was seen under another aim says nothing of this one', () => {
  expect(look(ready, { aim: 'r1>r0' })).toBeUndefined();
});

test('what the loop has given up has failed, also where the old one runs again', () => {
  expect(look(status(['Ready', 'Running'], ['Degraded', 'ReplacementFailed']))).toMatchObject({
    ready: [],
    failed: { [ref]: 'ReplacementFailed: so it is' },
  });
  expect(look(status(['Degraded', 'Unhealthy']))).toBeUndefined();
});

test('a difference that stays without anything being wrong does not hold it up', () => {
  expect(look(status(['Ready', 'Running'], ['Degraded', 'LimitNotRemovable']))).toMatchObject({
    ready: [ref],
  });
});

test('what a person holds is not waited for', () => {
  const holds = { [ref]: { at: noon, stopped: false, by: 'ana' } };
  expect(look(status(['Degraded', 'Exited']), { facts: facts({ holds }) })).toMatchObject({ ready: [ref] });
});

test('its time over it is judged by whatever is seen, with what is wrong; a suspended platform is not judged', () => {
  const found = look(status(['Degraded', 'Unhealthy']), {}, 'confirming');
  expect(found).toMatchObject({ ready: [], why: { [ref]: 'Unhealthy: so it is' } });
  expect(look(ready, { planned: new Set([ref]) }, 'confirming')).toMatchObject({ unfinished: [ref] });
  expect(look(ready, { busy: new Set([ref]) }, 'confirming')).toMatchObject({ unfinished: [ref] });
  expect(found).not.toHaveProperty('unfinished');
  const suspended = { at: noon, by: 'ana', reason: 'Suspended' as const };
  expect(look(ready, { facts: facts({ suspended }) }, 'confirming')).toMatchObject({ suspended: true });
});
