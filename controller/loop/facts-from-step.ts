// What the outcome of a step lets us remember. Pure; the executor stores it in the same breath as the outcome.

import type { Ref } from '../../desired-state/resource.ts';
import type { Policy } from '../../desired-state/revision.ts';
import { nextAttempt } from '../../reconcilers/backoff.ts';
import { carriedLabels } from '../../reconcilers/compose-identity.ts';
import type { Facts, Made } from '../../reconcilers/facts.ts';
import { imageFailures } from '../../reconcilers/images.ts';
import { identityLabels } from '../../reconcilers/observed.ts';
import type { Step } from '../../reconcilers/plan.ts';
import type { StepOutcome } from '../engine.ts';
import type { FactChange } from '../store/store.ts';
import { forgetContainer } from './facts-from-event.ts';
import { digestsOf } from './facts-from-observation.ts';

/** What must be known before a step touches anything, so that a crash right after it is understood. */
export function factsBeforeStep(step: Step, plan: readonly Step[], facts: Facts, at: number): FactChange[] {
  // A container that is to be replaced gives its name up: remember which one, and its restart policy.
  if (step.op !== 'renameContainer' || facts.replacing[step.ref]) return [];
  const { containerId: oldId, name, successor = successorIn(plan, step.ref) } = step.args;
  if (oldId === undefined || !isPredecessorName(name) || successor === undefined) return [];
  return [{ fact: 'replacing', key: step.ref, value: { oldId, ...successor, at } }];
}

/** What this plan makes in its place. */
function successorIn(plan: readonly Step[], ref: Ref): { restart: string; specHash: string } | undefined {
  const create = plan.find((s) => s.ref === ref && s.op === 'createContainer');
  if (create?.op !== 'createContainer') return undefined;
  const { spec, labels } = create.args;
  return { restart: spec.restart.name, specHash: labels[identityLabels.specHash] ?? '' };
}

function isPredecessorName(name: string): boolean {
  return /\.replaced-[0-9a-f]{12}$/.test(name);
}

/** Facts after a step that succeeded. `declaredHash`: the spec hash of the workload as declared now. */
export function factsAfterStep(
  step: Step,
  outcome: StepOutcome,
  facts: Facts,
  at: number,
  declaredHash: string,
): FactChange[] {
  const changes = factsOfOp(step, outcome, facts, at, declaredHash);
  if (settlingOps.has(step.op) && facts.failures[step.ref] !== undefined) {
    changes.push({ fact: 'failures', key: step.ref, value: undefined });
  }
  // A container may fail after its start; these are done when they are there.
  if (lastingOps.has(step.op) && facts.attempts[step.ref] !== undefined) {
    changes.push({ fact: 'attempts', key: step.ref, value: undefined });
  }
  return changes;
}

const lastingOps = new Set<Step['op']>([
  'createNetwork',
  'createVolume',
  'pullModel',
  'removeNetwork',
  'removeVolume',
]);
const settlingOps = new Set<Step['op']>([
  ...lastingOps,
  'startContainer',
  'restartContainer',
  'updateContainer',
  'connectNetwork',
]);

function factsOfOp(
  step: Step,
  outcome: StepOutcome,
  facts: Facts,
  at: number,
  declaredHash: string,
): FactChange[] {
  switch (step.op) {
    case 'createContainer':
      return outcome.containerId === undefined
        ? []
        : [{ fact: 'made', key: outcome.containerId, value: madeBy(step, at) }];
    case 'pullImage':
    case 'buildImage':
      return [...factsOfImage(step, outcome, at), ...imageHad(step.ref, facts)];
    case 'startContainer':
    case 'restartContainer': {
      const id = outcome.containerId ?? step.args.containerId;
      if (id === undefined) return [];
      return [
        { fact: 'runningSince', key: id, value: at },
        { fact: 'completed', key: step.ref, value: undefined },
        { fact: 'reruns', key: step.ref, value: undefined },
        { fact: 'restarts', key: step.ref, value: undefined },
        ...filesSeen(id, step.args.files),
      ];
    }
    case 'renameContainer': {
      // The predecessor has its name back: the replacement is over.
      const isBack =
        facts.replacing[step.ref]?.oldId === step.args.containerId && !isPredecessorName(step.args.name);
      return isBack ? [{ fact: 'replacing', key: step.ref, value: undefined }] : [];
    }
    case 'signalContainer':
      return filesSeen(step.args.containerId, step.args.files);
    case 'removeContainer':
      return [
        ...forgetContainer(step.args.containerId),
        ...replacementAfterRemoval(step, facts, at, declaredHash),
        ...resourceAfterRemoval(step, facts),
        // It was the container's and went with it; that it was tried is still counted.
        ...(step.cause.reason === 'TaskLeftBehind'
          ? [{ fact: 'failures', key: step.ref, value: undefined } as const]
          : []),
      ];
    case 'removeNetwork':
      return [{ fact: 'networksSeen', key: step.args.name, value: undefined }];
    case 'removeVolume':
      return [{ fact: 'volumesSeen', key: step.args.name, value: undefined }];
    default:
      return [];
  }
}

function madeBy(step: Step & { op: 'createContainer' }, at: number): Made {
  const compose = carriedLabels(step.args.labels);
  return { ref: step.ref, at, ...(Object.keys(compose).length === 0 ? {} : { compose }) };
}

/** What the reference means from now on, and by what it can be had again. */
function factsOfImage(
  step: Step & { op: 'pullImage' | 'buildImage' },
  { imageId, digest }: StepOutcome,
  at: number,
): FactChange[] {
  const key = step.op === 'pullImage' ? (step.args.written ?? step.args.image) : step.args.image;
  return [
    ...(imageId === undefined ? [] : [{ fact: 'pins', key, value: imageId } as const]),
    { fact: 'digests', key, value: digest },
    // One that was had by its digest says nothing of what the tag means now.
    ...(digest === undefined || (step.op === 'pullImage' && step.args.digest !== undefined)
      ? []
      : [{ fact: 'registry', key, value: { at, digest } } as const]),
    ...(step.op === 'buildImage'
      ? [{ fact: 'builds', key, value: { hash: step.args.build.hash, at } } as const]
      : []),
  ];
}

/** That it could not be had is over. */
function imageHad(ref: Ref, facts: Facts): FactChange[] {
  if (!imageFailures.has(facts.failures[ref]?.reason ?? '')) return [];
  return (['failures', 'attempts'] as const).map((fact) => ({ fact, key: ref, value: undefined }));
}

/** It went because it is wanted no more: what was remembered of it as a resource goes too. */
function resourceAfterRemoval(step: Step, facts: Facts): FactChange[] {
  if (!['Down', 'NotDeclared', 'ScaledDown'].includes(step.cause.reason)) return [];
  const remembered = [
    'onceReady',
    'completed',
    'attempts',
    'failures',
    'failedReplacements',
    'reruns',
    'restarts',
    'turns',
  ] as const;
  return remembered.flatMap((fact): FactChange[] =>
    facts[fact][step.ref] === undefined ? [] : [{ fact, key: step.ref, value: undefined }],
  );
}

/** The predecessor went: the replacement is done. The successor went: it failed, and is not tried again as it is. */
function replacementAfterRemoval(
  step: Step & { op: 'removeContainer' },
  facts: Facts,
  at: number,
  declaredHash: string,
): FactChange[] {
  const replacing = facts.replacing[step.ref];
  if (replacing === undefined && step.cause.reason !== 'ReplacementFailed') return [];
  const done: FactChange = { fact: 'replacing', key: step.ref, value: undefined };
  if (step.args.containerId === replacing?.oldId) return [done];
  if (step.cause.reason !== 'ReplacementFailed') return [];
  // With the store's memory of it lost, what is declared now is what has just failed.
  const failed = { specHash: replacing?.specHash ?? declaredHash, at, message: step.cause.message };
  return [{ fact: 'failedReplacements', key: step.ref, value: failed }];
}

function filesSeen(id: string, files: readonly { path: string; digest: string }[]): FactChange[] {
  return files.length === 0 ? [] : [{ fact: 'fileDigests', key: id, value: digestsOf(files) }];
}

/** Causes whose mending counts against the restart budget: the workload failed by itself. */
const failureCauses = new Set([
  'Exited',
  'OomKilled',
  'Unhealthy',
  'ProbeFailing',
  'ProgressDeadlineExceeded',
  'StartFailed',
]);

/** An attempt is counted when the start (or restart) that answers a failure has been made. */
export function attemptAfterStep(
  step: Step,
  facts: Facts,
  policy: Policy,
  at: number,
  jitter: number,
): FactChange[] {
  const starts = step.op === 'startContainer' || step.op === 'restartContainer';
  // One that could not be started before bears the name of that failure.
  const { reason } = step.cause;
  if (!starts || !(failureCauses.has(reason) || reason === facts.failures[step.ref]?.reason)) return [];
  const value = nextAttempt(facts.attempts[step.ref], policy, at, jitter, step.cause.message);
  return [{ fact: 'attempts', key: step.ref, value }];
}

const removalOps = new Set<Step['op']>(['stopContainer', 'removeContainer', 'removeNetwork', 'removeVolume']);

/** Facts after a step that failed: the engine's words for the condition, and back-off. */
export function factsAfterFailure(
  { ref, op }: Step,
  failure: { readonly reason: string; readonly message: string },
  facts: Facts,
  policy: Policy,
  at: number,
  jitter: number,
): FactChange[] {
  const before = facts.failures[ref];
  return [
    {
      fact: 'failures',
      key: ref,
      value: {
        ...failure,
        at,
        count: before?.reason === failure.reason ? before.count + 1 : 1,
        ...(removalOps.has(op) ? { removing: true } : {}),
      },
    },
    {
      fact: 'attempts',
      key: ref,
      value: nextAttempt(facts.attempts[ref], policy, at, jitter, failure.message),
    },
  ];
}

/** The same act in place again and again, each time successful, and the difference is still there. */
export const repeatedAct = { times: 5, withinMs: 60_000 } as const;
const actsInPlace = new Set<Step['op']>([
  'updateContainer',
  'connectNetwork',
  'disconnectNetwork',
  'renameContainer',
  'signalContainer',
]);

/** Whether an act in place that succeeds just now did so too often lately: then it is a failure, and waits. */
export function isRepeated(step: Step, before: readonly number[], at: number): boolean {
  const lately = before.filter((t) => t > at - repeatedAct.withinMs);
  return actsInPlace.has(step.op) && lately.length >= repeatedAct.times;
}
