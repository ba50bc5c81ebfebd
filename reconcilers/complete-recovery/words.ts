// How a complete recovery reads: what it does or waits for, what it asks, what it warns of, how it came out.

import { membersOf, missingOf, openFailures, stagesOf } from '../procedures/batch-walk.ts';
import type { HostRoom, Outlook, Stage } from '../procedures/definition.ts';
import { freedWords, mebibytes, sourceWords } from '../procedures/freeing.ts';
import { settlingWords } from '../procedures/telling.ts';
import { batchName, nextFreeing, partsOf, type Question, type RecoveryContext } from './context.ts';
import { engineWords } from './engine.ts';

const namesOf = (refs: readonly string[]): string =>
  refs.length <= 5 ? refs.join(', ') : `${refs.slice(0, 4).join(', ')} and ${refs.length - 4} more`;

export function memoryTold({ memoryBytes }: RecoveryContext, { memoryAvailableBytes = 0 }: HostRoom) {
  return {
    reason: 'MemoryShort',
    message: `${mebibytes(memoryAvailableBytes)} of memory are available, less than ${mebibytes(memoryBytes)}`,
    warning: true,
  };
}

function diskWords({ room, diskPercent }: RecoveryContext): string {
  return `${room?.disk?.path ?? 'the disk'} is ${room?.disk?.usedPercent} % full, above ${diskPercent} %`;
}

export function freedTold({ freed }: RecoveryContext) {
  const last = freed.slice(-1);
  const warning = last.some(({ error }) => error !== undefined);
  return { reason: warning ? 'FreeingFailed' : 'DiskFreed', message: freedWords(last), warning };
}

/** Of those of the batch that are not ready at the end of its time. */
export function batchTold(context: RecoveryContext) {
  const fell = context.reports[context.index]?.readyAt !== undefined;
  const message = `${fell ? 'was ready and did not stay so' : 'not ready in time'}: ${missingOf(context).join(', ')}`;
  return { reason: fell ? 'BatchFell' : 'BatchNotReady', message, warning: true };
}

export function questionTold(context: RecoveryContext) {
  const message = `stopped: ${questionOf(context)}; decide: continue, retry or abort`;
  return { reason: 'DecisionNeeded', message, warning: true };
}

function questionOf(context: RecoveryContext): string {
  const { freed, up = [], unready = [] } = context;
  const words: Readonly<Record<Question, string>> = {
    disk: `${diskWords(context)}${freed.length === 0 ? '' : `, though ${freedWords(freed)}`}; volumes, containers and images with a name are a person's to judge: docker system df`,
    stop: `${namesOf(up)} could not be stopped in time`,
    batch: `${namesOf(openFailures(context))} did not get ready`,
    gate: `${namesOf(unready)} ${unready.length === 1 ? 'is' : 'are'} not ready, and the rest needs core and critical`,
  };
  return words[context.question ?? 'batch'];
}

/** Nothing more of it begins by itself. */
/** It waits for a person, or is over. */
export const restsIn: ReadonlySet<string> = new Set(['paused', 'deciding', 'aborted', 'done']);

/** How it stands, for people. */
export function outlook(state: string, context: RecoveryContext): Outlook {
  const { batches, index, pauseAsked } = context;
  const total = batches.length;
  return {
    message: `${withEngine(state, context)}${pauseAsked && !restsIn.has(state) ? '; pauses before the next batch' : ''}`,
    done: state === 'done' ? total : Math.max(0, index),
    total,
    choices: state === 'deciding' ? ['continue', 'retry', 'abort'] : [],
    stages: allStages(context),
  };
}

/** An engine that does not answer comes first: nothing goes on without it. */
function withEngine(state: string, context: RecoveryContext): string {
  const { engine } = context;
  const message = messageOf(state, context);
  if (engine === undefined) return message;
  return state === 'assessing' ? engineWords(engine) : `${engineWords(engine)}; ${message}`;
}

function messageOf(state: string, context: RecoveryContext): string {
  const { batches, index, ready, up, freed, unready = [] } = context;
  const total = batches.length;
  const where = `${batchName(index, total)} (${batches[index]?.tier ?? 'none'})`;
  const waiting = membersOf(context).filter((ref) => !ready.includes(ref));
  const next = index + 1 < total ? batchName(index + 1, total) : 'the last look';
  const words: Readonly<Record<string, string>> = {
    assessing: `${freed.length === 0 ? '' : `${freedWords(freed)}; `}waits for an answer of the engine and looks at the host`,
    freeing: `${diskWords(context)}: frees ${sourceWords[nextFreeing(context)?.source ?? 'danglingImages']}`,
    stopping:
      up === undefined
        ? `stops ${partsOf(context).length}, dependents first`
        : `stops all, dependents first; still up: ${namesOf(up)}`,
    starting: `${where}: waits until ready: ${namesOf(waiting)}`,
    settling: `${where}: ${settlingWords(waiting)}; settles for ${context.settleMs / 1_000} s`,
    confirming: `${where}: its time is over; looks at it once more`,
    gating: `gate: ${unready.length === 0 ? 'looks whether core, critical, networks and volumes are ready' : `waits until ready: ${namesOf(unready)}`}`,
    verifying:
      unready.length === 0
        ? 'looks at everything once more'
        : `last look: waits until ready: ${namesOf(unready)}`,
    paused: `paused before ${next}`,
    deciding: `${questionOf(context)}; waits for a decision`,
    aborted: `aborted at ${index < 0 ? 'its beginning' : where}: what waited for its turn is let go and left to the loop`,
    done:
      unready.length === 0
        ? `all ${partsOf(context).length + context.kept.length} are ready`
        : `recovered, except: ${unready.join(', ')} not ready`,
  };
  return words[state] ?? state;
}

/** The stop, the batches, and the gate between critical and standard. */
function allStages(context: RecoveryContext): readonly Stage[] {
  const { batches, stopReport, gateReport, up = [] } = context;
  const stages = stagesOf(context);
  const graveCount = batches.filter((b) => b.tier !== 'standard').length;
  const stop = stageOf('stop', partsOf(context), stopReport, up);
  const gate = stageOf('gate', context.core, gateReport, []);
  return [...stop, ...stages.slice(0, graveCount), ...gate, ...stages.slice(graveCount)];
}

function stageOf(
  name: string,
  refs: Stage['refs'],
  report: RecoveryContext['stopReport'],
  failed: Stage['refs'],
): readonly Stage[] {
  if (report === undefined) return [];
  const { askedAt, readyAt } = report;
  return [{ name, refs, beganAt: askedAt, ...(readyAt === undefined ? {} : { readyAt }), failed }];
}
