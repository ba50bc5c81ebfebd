// Where a procedure can be killed it is killed in a test: each state in which it is stored stands in one of the scenarios of
// test/support/kill-scenarios. A new state has none: it is added there.

import { describe, expect, test } from 'vitest';
import type { AnyStateNode } from 'xstate';
import { definitions, newestOf } from '../../reconcilers/procedures/index.ts';
import { scenarios } from '../support/kill-scenarios/index.ts';

const kinds = [...new Set(definitions.map(({ kind }) => kind))];

/** One that goes on at once is stored as the state that it goes on to. */
function storedStates(kind: string): readonly string[] {
  const { machine } = newestOf(definitions, kind);
  const states = Object.values(machine.states as Record<string, AnyStateNode>);
  return states
    .filter((s) => s.always === undefined)
    .map((s) => s.key)
    .sort();
}

const killedIn = (kind: string): readonly string[] =>
  Object.values(scenarios)
    .filter((scenario) => scenario.kind === kind)
    .flatMap(({ states }) => Object.keys(states));

describe.each(kinds)('a controller that carries on a %s', (kind) => {
  test('is killed in each state that is stored, and in no other', () => {
    expect([...new Set(killedIn(kind))].sort()).toEqual(storedStates(kind));
  });
});
