// Before anything goes back: asks databases which version of their schema they have, by the commands that a revision
// declares, and has the backups made that it declares. A backup that was cut off is made again.

import type { ObservedContainer } from '../../reconcilers/observed.ts';
import { runningOf } from '../../reconcilers/ownership.ts';
import type { BackupCommand, PrepareRollback, SchemaCheck } from '../../reconcilers/procedures/definition.ts';
import type { Engine } from '../engine.ts';
import type { Store } from '../store/store.ts';
import { pullImages } from './pull-images.ts';

const askTimeoutMs = 30_000;
const backupTimeoutMs = 3_600_000;

interface Tools {
  readonly engine: Pick<Engine, 'containers' | 'exec' | 'images' | 'perform'>;
  readonly store: Pick<Store, 'facts' | 'inForce' | 'record' | 'saveImages' | 'setFacts'>;
  readonly platform: string;
  readonly scrub: (text: string) => string;
  readonly now: () => number;
}

type RunTools = Pick<Tools, 'platform' | 'scrub'> & { readonly engine: Pick<Engine, 'containers' | 'exec'> };

const pullsAtOnce = 4;

/**
 * What does not fit, a sentence each; what could not be asked does not fit either, for nothing is known of it. Images
 * are had, and then backups made, only where all fits: `unfit` says that they were not come to.
 */
export async function prepareRollback(
  { checks, backups, pulls = [] }: Pick<PrepareRollback, 'checks' | 'backups' | 'pulls'>,
  tools: Tools,
  signal: AbortSignal,
): Promise<{ readonly mismatches: readonly string[]; readonly unfit?: true }> {
  if (checks.length + backups.length + pulls.length === 0) return { mismatches: [] };
  const containers = await tools.engine.containers();
  const mismatches = await misfits(checks, containers, tools);
  if (mismatches.length > 0) return { mismatches, unfit: true };
  const { failed } = await pullImages({ pulls, atOnce: pullsAtOnce }, tools, signal);
  const missing = Object.entries(failed).map(([ref, why]) => `the image of ${ref} could not be had: ${why}`);
  if (missing.length > 0) return { mismatches: missing };
  const unsaved = await Promise.all(backups.map((backup) => backupTrouble(backup, containers, tools)));
  return { mismatches: unsaved.filter((words) => words !== undefined) };
}

/** The same for databases alone, as a dry run asks it: nothing is made, nothing pulled. */
export async function misfitsOf(checks: readonly SchemaCheck[], tools: RunTools): Promise<readonly string[]> {
  return checks.length === 0 ? [] : misfits(checks, await tools.engine.containers(), tools);
}

async function misfits(
  checks: readonly SchemaCheck[],
  containers: readonly ObservedContainer[],
  tools: RunTools,
): Promise<readonly string[]> {
  const unfit = await Promise.all(checks.map((check) => mismatchOf(check, containers, tools)));
  return unfit.filter((words) => words !== undefined);
}

async function mismatchOf(
  { ref, command, atMost }: SchemaCheck,
  containers: readonly ObservedContainer[],
  tools: RunTools,
): Promise<string | undefined> {
  const ran = await runIn(ref, command, askTimeoutMs, containers, tools);
  if (ran.trouble !== undefined) return `the schema version of ${ref} is not known: ${ran.trouble}`;
  if (!/^\d+$/.test(ran.output))
    return `the schema version of ${ref} is not known: a number was expected, its command printed ${ran.output.slice(0, 80) || 'nothing'}`;
  return Number(ran.output) <= atMost
    ? undefined
    : `${ref} has schema version ${ran.output}, and what is gone back to knows at most ${atMost}`;
}

async function backupTrouble(
  { ref, command }: BackupCommand,
  containers: readonly ObservedContainer[],
  tools: RunTools,
): Promise<string | undefined> {
  const { trouble } = await runIn(ref, command, backupTimeoutMs, containers, tools);
  return trouble === undefined ? undefined : `beforeRollback of ${ref} was not done: ${trouble}`;
}

async function runIn(
  ref: string,
  command: readonly string[],
  timeoutMs: number,
  containers: readonly ObservedContainer[],
  { engine, platform, scrub }: RunTools,
): Promise<{ readonly output: string; readonly trouble?: string }> {
  const container = runningOf(containers, platform, ref);
  if (container === undefined) return { output: '', trouble: 'it has no running container' };
  try {
    const { exitCode, output } = await engine.exec(container.id, command, timeoutMs);
    const text = scrub(output.trim());
    if (exitCode === 0) return { output: text };
    return { output: text, trouble: `its command ended with status ${exitCode}: ${text.slice(0, 200)}` };
  } catch (error) {
    return { output: '', trouble: scrub(error instanceof Error ? error.message : String(error)) };
  }
}
