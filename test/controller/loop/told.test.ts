// One kill or removal is one event, whether reeve's hands are off it at the time or not.

import { describe, expect, test } from 'vitest';
import { eventsOfHappenings } from '../../../controller/loop/told.ts';
import type { ResourceStatus } from '../../../reconcilers/condition.ts';
import type { Facts } from '../../../reconcilers/facts.ts';
import type { Cause, Plan } from '../../../reconcilers/plan.ts';
import { makeStep } from '../../../reconcilers/steps.ts';
import { facts, noon } from '../../support/make.ts';

const ref = 'Service/web';
const context = { at: noon, by: 'reeve', revision: 'r1', pass: 'p1' };
const left: Cause = { reason: 'Removed', message: 'removed; nothing is done until reeve resume', since: 7 };
const mended: Cause = { ...left, message: 'removed; it is made again' };
const step = makeStep('startContainer', ref, { files: [] }, mended);

function readiness(ready: boolean): ResourceStatus {
  return { ref, conditions: [{ type: 'Ready', status: ready, reason: 'x', message: '' }] };
}

const plan = (parts: Partial<Plan>): Plan => ({
  platform: 'shop',
  revision: 'r1',
  steps: [],
  warnings: [],
  reported: [],
  statuses: [readiness(false)],
  ...parts,
});

/** The messages told by this plan, and what is remembered after it. */
function tell(p: Plan, known: Facts, dispatched = p.steps) {
  const { events, facts: changes } = eventsOfHappenings(p, dispatched, known, context);
  const told = { ...known.told };
  for (const change of changes) {
    if (change.fact !== 'told') continue;
    if (change.value === undefined) delete told[change.key as typeof ref];
    else told[change.key as typeof ref] = change.value as string;
  }
  return { messages: events.map((e) => `${e.type} ${e.message}`), known: facts({ told }) };
}

describe('what has happened without reeve', () => {
  test('is told when it is seen, and not again when it is mended', () => {
    const suspended = tell(plan({ leftAlone: [{ ref, cause: left }] }), facts());
    expect(suspended.messages).toEqual(['Warning removed; nothing is done until reeve resume']);
    expect(tell(plan({ leftAlone: [{ ref, cause: left }] }), suspended.known).messages).toEqual([]);
    expect(tell(plan({ steps: [step] }), suspended.known).messages).toEqual([]);
  });

  test('is told once where the first try to mend it fails', () => {
    const first = tell(plan({ steps: [step] }), facts());
    expect(first.messages).toEqual(['Warning removed; it is made again']);
    expect(tell(plan({}), first.known).known).toEqual(first.known);
    expect(tell(plan({ steps: [step] }), first.known).messages).toEqual([]);
  });

  test('is told anew when it happens again, also of what has no time of its own', () => {
    const renamed: Cause = { reason: 'Renamed', message: 'renamed to mine' };
    const seen = plan({ leftAlone: [{ ref, cause: renamed }], statuses: [readiness(true)] });
    const once = tell(seen, facts());
    expect(tell(seen, once.known).messages).toEqual([]);
    const over = tell(plan({ statuses: [readiness(true)] }), once.known);
    expect(over.known.told).toEqual({});
    expect(tell(seen, over.known).messages).toEqual(['Warning renamed to mine']);
    const again = { ...step, cause: { ...mended, since: 9 } };
    expect(
      tell(plan({ steps: [again] }), tell(plan({ steps: [step] }), facts()).known).messages,
    ).toHaveLength(1);
  });

  test('what a person or a revision asked for is not said to have happened', () => {
    const cause: Cause = { reason: 'SpecChanged', message: 'image differs' };
    expect(tell(plan({ leftAlone: [{ ref, cause }] }), facts()).messages).toEqual([]);
  });
});
