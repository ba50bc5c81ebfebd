// The control of a run: the same judge with healing switched off. If all were as declared then, too, the faults of the run
// would break nothing, or the judge would see nothing, and its answer would be worth nothing.

import { until } from '../test/support/until.ts';
import { faults } from './faults.ts';
import { mustBeConverged } from './judge.ts';
import type { Fault, FaultKind } from './schedule.ts';
import { platform, type Stage } from './stage.ts';

/** What heals in a second or two stays as it is for so long. */
const controlMs = 10_000;
const kinds = ['kill', 'stop', 'remove'] as const satisfies readonly FaultKind[];

export interface ControlResult {
  /** What the judge saw at the end. */
  readonly seen: string;
  /** Wrong with it; empty: it is as it must be. */
  readonly wrong: readonly string[];
}

/** Begins and ends with all as declared. `healMs`: how long healing may take once it is switched on again. */
export async function runControl(
  stage: Stage,
  declared: readonly string[],
  healMs: number,
): Promise<ControlResult> {
  const wrong: string[] = [];
  await mustReeve(stage, 'suspend', '-p', platform, '--reason', 'the control of a run of chaos');
  const before = actsOn(stage);
  const hit = kinds.map((kind, i): Fault => ({ kind, target: stage.changed[i] ?? '', after: 0, salt: 0 }));
  for (const fault of hit) await faults[fault.kind](stage, fault);
  let seen = '';
  try {
    await until(() => mustBeConverged(stage, declared), controlMs, 'all is as declared');
    wrong.push('with healing switched off all is as declared: the faults or the judge are worth nothing');
  } catch (error) {
    seen = error instanceof Error ? error.message : String(error);
  }
  const targets = new Set(hit.map(({ target }) => target));
  for (const { ref = '', name, state } of await stage.world.containers()) {
    if (targets.has(ref) && state === 'running') wrong.push(`with healing switched off ${name} runs again`);
  }
  const acts = actsOn(stage) - before;
  if (acts > 0) wrong.push(`with healing switched off reeve acted ${acts} times`);
  await mustReeve(stage, 'resume', '-p', platform);
  try {
    await until(() => mustBeConverged(stage, declared), healMs, 'all is as declared again');
  } catch (error) {
    wrong.push(`healing was switched on again: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { seen, wrong };
}

/** The mark of its lock is no act on the platform. */
function actsOn({ recorder }: Stage): number {
  return [...recorder.counts].reduce((sum, [verb, n]) => (verb.endsWith(' volume') ? sum : sum + n), 0);
}

async function mustReeve(stage: Stage, ...args: readonly string[]): Promise<void> {
  const { code, stderr } = await stage.reeve(...args);
  if (code !== 0) throw new Error(`reeve ${args.join(' ')} ends with ${code}: ${stderr}`);
}
