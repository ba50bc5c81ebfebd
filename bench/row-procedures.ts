// Rows: procedures under way. How long a controller that starts takes to go on with 1,000 of them, and what one transition
// takes until it is durable.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Runner } from '../controller/procedures/runner.ts';
import { openStore } from '../controller/store/sqlite.ts';
import type { Store } from '../controller/store/store.ts';
import type { BatchedRestartInput } from '../reconcilers/batched-restart/machine.ts';
import { definitions } from '../reconcilers/procedures/index.ts';
import { median, quantile, spread, timed } from './measure.ts';
import type { Row } from './table.ts';

const stored = 1_000;
const resumes = 5;
const resumeBoundMs = 1_000;
const transitions = 400;
const transitionBoundMs = 5;

export async function procedureRows(): Promise<readonly Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-bench-procedures-'));
  const path = join(folder, 'store.db');
  try {
    const store = await openStore(path);
    const runner = runnerOf(store);
    const ids: string[] = [];
    for (let i = 0; i < stored; i++)
      ids.push((await runner.start('batched-restart', inputOf(i), 'bench')).id);
    const each = await wordsTo(runner, ids.slice(0, transitions));
    runner.close();
    await store.close();
    return [await resumeRow(path), transitionRow(each)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a person says to each, one after the other: a transition that nobody shares a commit with. */
async function wordsTo(runner: Runner, ids: readonly string[]): Promise<readonly number[]> {
  const times: number[] = [];
  for (const id of ids) times.push(await timed(() => runner.say(id, { type: 'pause' }, 'bench')));
  return times;
}

/** From opening the store to the timers being armed. */
async function resumeRow(path: string): Promise<Row> {
  const times: number[] = [];
  for (let i = 0; i < resumes; i++) {
    let opened: { readonly store: Store; readonly runner: Runner } | undefined;
    times.push(
      await timed(async () => {
        const store = await openStore(path);
        opened = { store, runner: runnerOf(store) };
        await opened.runner.load();
      }),
    );
    if (opened?.runner.running.length !== stored) throw new Error('not all of them go on');
    opened.runner.close();
    await opened.store.close();
  }
  return {
    name: `${stored} procedures stored, resumed`,
    measured: spread(times),
    reference: '',
    figure: median(times),
    bound: resumeBoundMs,
    unit: 'ms',
    notes: [],
    where: [],
  };
}

function transitionRow(times: readonly number[]): Row {
  return {
    name: 'a transition with its durable write, p99',
    measured: spread(times),
    reference: '',
    figure: quantile(times, 0.99),
    bound: transitionBoundMs,
    unit: 'ms',
    notes: [`${transitions} one after the other, ${stored} procedures under way`],
    where: [],
  };
}

function runnerOf(store: Store): Runner {
  let made = 0;
  return new Runner({
    store,
    platform: 'bench',
    definitions,
    now: () => Date.now(),
    newId: (kind) => `${kind}-${++made}`,
    wake: () => undefined,
    halt: () => undefined,
    work: async () => ({}),
    onError: (error) => {
      throw error;
    },
  });
}

/** Deadlines that are far away: nothing moves by itself meanwhile. */
function inputOf(i: number): BatchedRestartInput {
  return {
    by: 'bench',
    batches: [
      { tier: 'core', refs: [`Service/a${i}`] },
      { tier: 'standard', refs: [`Service/b${i}`] },
    ],
    settleMs: 3_600_000,
    timeoutMs: 3_600_000,
    maxFailures: 1,
  };
}
