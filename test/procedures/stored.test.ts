// Snapshots as a controller of each shipped version stored them (stored/KIND-VERSION.json, one a state): this reeve goes on
// with every one. A machine whose states change is a new version beside the old one, with a file of its own; these files
// are written once and never again.

import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AnyStateNode } from 'xstate';
import { Runner } from '../../controller/procedures/runner.ts';
import { openStore } from '../../controller/store/sqlite.ts';
import { advance, dueTimer, type StoredMachine, withoutTimer } from '../../reconcilers/procedures/advance.ts';
import type { ProcedureDefinition } from '../../reconcilers/procedures/definition.ts';
import { definitions } from '../../reconcilers/procedures/index.ts';
import { noon } from '../support/make.ts';

const named = definitions.map((definition) => ({
  name: `${definition.kind}-${definition.version}`,
  definition,
}));

function snapshotsOf(name: string): readonly StoredMachine[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'stored', `${name}.json`), 'utf8'));
}

/** States in which it waits for something: those that it can be stored in while it is under way. */
function restingStates({ machine }: ProcedureDefinition): readonly string[] {
  const states = Object.values(machine.states as Record<string, AnyStateNode>);
  return states.filter((s) => s.type !== 'final' && s.always === undefined).map((s) => s.key);
}

describe.each(named)('$name', ({ name, definition }) => {
  const snapshots = snapshotsOf(name);
  const { machine } = definition;

  test('has a stored snapshot of each of its states, and of no other', () => {
    expect(snapshots.map((s) => s.state).sort()).toEqual([...restingStates(definition)].sort());
  });

  test.each(snapshots.map((snapshot) => ({ state: snapshot.state, snapshot })))(
    'stored in $state it means the same as then',
    ({ snapshot }) => {
      expect(advance(machine, snapshot, { type: 'nothing', at: noon }).unchanged).toBe(true);
      const { message, done, total } = definition.outlook(snapshot.state, snapshot.context);
      expect([message, done, total]).not.toContain(undefined);
      expect(definition.refs(snapshot.context)).not.toEqual([]);
    },
  );

  test.each(snapshots.map((snapshot) => ({ state: snapshot.state, snapshot })))(
    'stored in $state its deadline leads on',
    ({ snapshot }) => {
      const timer = dueTimer(snapshot, Number.POSITIVE_INFINITY);
      if (timer === undefined) return expect(snapshot.timers).toEqual([]);
      const fired = { ...timer.event, at: timer.at };
      const next = advance(machine, withoutTimer(snapshot, timer.id), fired);
      expect(next.machine.state).not.toBe(snapshot.state);
    },
  );

  test('stored in any state, a controller that starts goes on with it, and a person can end it', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'reeve-stored-'));
    const store = await openStore(join(folder, 'store.db'));
    const runner = new Runner({
      store,
      platform: 'shop',
      definitions,
      // Before every deadline: what it waited for then it waits for still.
      now: () => Math.min(...snapshots.flatMap((s) => s.timers.map((timer) => timer.at))) - 1_000,
      newId: (kind) => kind,
      wake: () => undefined,
      halt: () => undefined,
      // Takes longer than this: its answer may be an end.
      work: () => new Promise<never>(() => undefined),
      onError: (error) => {
        throw error;
      },
    });
    t.onTestFinished(async () => {
      runner.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    });
    for (const stored of snapshots) {
      const record = {
        id: stored.state,
        kind: definition.kind,
        version: definition.version,
        machine: stored,
      };
      await store.saveProcedures([
        {
          procedure: { ...record, by: 'ana', beganAt: noon, changedAt: noon },
          transition: { at: noon, event: 'begun', state: stored.state, message: '' },
          facts: [],
          events: [],
        },
      ]);
    }
    await runner.load();
    expect(runner.running.map((r) => r.machine)).toHaveLength(snapshots.length);
    for (const { state } of snapshots) {
      const ended = await runner.say(state, { type: 'abort' }, 'ana');
      expect([state, ended.machine.ended]).toEqual([state, true]);
    }
  });
});
