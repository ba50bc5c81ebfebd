// Turns what happens into events, in the words of the plan. Stored before they are shown; repeats are counted by the store.

import type { Ref } from '../../desired-state/resource.ts';
import { lastingWords } from '../../reconcilers/lasting-words.ts';
import type { Cause, Step, StepOp } from '../../reconcilers/plan.ts';
import type { NewEvent, StoredCondition } from '../store/store.ts';
import type { StepReport } from './executor.ts';

export interface JournalContext {
  readonly at: number;
  readonly by: string;
  readonly revision: string;
  readonly pass: string;
  /** Words of the commit that the revision is from, where it is from one. */
  readonly commit?: string;
}

/** Causes that are no reason to worry: a person or a revision asked for it. */
const normalCauses = new Set([
  'Created',
  'SpecChanged',
  'Updated',
  'NotDeclared',
  'ScaledDown',
  'Down',
  'NotStarted',
  'ReadyToStart',
  'Stopped',
  'Rerun',
  'RestartAsked',
  'StopsForTurn',
  'StopsLater',
  'AwaitsTurn',
  'NamespaceReplaced',
  'FileChanged',
  'DependencyRecreated',
  'HeldStopping',
  'HeldStopped',
  'Held',
  'Replaced',
  'PredecessorDraining',
  'SuccessorStarting',
  'SuccessorReady',
  'SuccessorNamed',
  'SuccessorOutdated',
  'SuccessorAlone',
  'ReplacementStarting',
  'ReplacementResumed',
  'ReplacementTried',
  'ReplacementOutdated',
  'ImageMissing',
  'BuildChanged',
  'ModelMissing',
  'Reconnected',
  'StandbyStops',
  'AliasMoved',
  'Leftover',
]);

/** Causes that are the revision's: whose commit it is belongs to them. */
const revisionCauses = new Set([
  'Created',
  'SpecChanged',
  'FileChanged',
  'BuildChanged',
  'NotDeclared',
  'ScaledDown',
]);

/** One event per resource for why a plan acts on it, before the first act. */
export function eventsOfCauses(steps: readonly Step[], context: JournalContext): NewEvent[] {
  const seen = new Set<Ref>();
  const events: NewEvent[] = [];
  for (const step of steps) {
    if (seen.has(step.ref)) continue;
    seen.add(step.ref);
    const ops = steps.filter((s) => s.ref === step.ref).map((s) => s.op);
    events.push(eventOfCause(step.ref, step.cause, ops, context));
  }
  return events;
}

/** A person or a revision asked for it. */
export function isAsked(reason: string): boolean {
  return normalCauses.has(reason);
}

/** Why a plan acts on a resource, or would. */
export function eventOfCause(
  ref: Ref,
  { reason, message, position, fields }: Cause,
  ops: readonly StepOp[],
  context: JournalContext,
): NewEvent {
  const commit = revisionCauses.has(reason) ? context.commit : undefined;
  const at = position === undefined ? undefined : `${position.file}:${position.line}:${position.column}`;
  return {
    ...base(context, ref),
    type: isAsked(reason) ? 'Normal' : 'Warning',
    reason,
    message: commit === undefined ? message : `${message}; ${commit}`,
    detail: {
      ...(commit === undefined ? {} : { commit }),
      ...(at === undefined ? {} : { position: at }),
      ...(fields === undefined ? {} : { fields }),
      steps: ops,
    },
  };
}

const doneWords: Readonly<Record<StepOp, readonly [reason: string, words: string]>> = {
  createNetwork: ['NetworkCreated', 'network created'],
  removeNetwork: ['NetworkRemoved', 'network removed'],
  createVolume: ['VolumeCreated', 'volume created'],
  removeVolume: ['VolumeRemoved', 'volume removed'],
  pullImage: ['ImagePulled', 'image pulled'],
  buildImage: ['ImageBuilt', 'image built'],
  pullModel: ['ModelPulled', 'model pulled'],
  createContainer: ['ContainerCreated', 'container created'],
  startContainer: ['Started', 'container started'],
  stopContainer: ['Stopped', 'container stopped'],
  restartContainer: ['Restarted', 'container restarted'],
  signalContainer: ['Signalled', 'signal sent'],
  unpauseContainer: ['Unpaused', 'container unpaused'],
  renameContainer: ['Renamed', 'container renamed'],
  updateContainer: ['Updated', 'container updated in place'],
  connectNetwork: ['Connected', 'network connected'],
  disconnectNetwork: ['Disconnected', 'network disconnected'],
  removeContainer: ['ContainerRemoved', 'container removed'],
};

/** The event of a step's end; undefined where nothing changed. */
export function eventOfStep(report: StepReport, context: JournalContext): NewEvent | undefined {
  const { step, outcome, error, ms } = report;
  if (error !== undefined) {
    const reason = 'reason' in error && typeof error.reason === 'string' ? error.reason : 'StepFailed';
    return {
      ...base(context, step.ref),
      type: 'Warning',
      reason,
      message: error.message,
      detail: { op: step.op, cause: step.cause.message },
    };
  }
  if (outcome?.changed !== true) return undefined;
  const [reason, words] = doneWords[step.op];
  const subject = subjectOf(step);
  return {
    ...base(context, step.ref),
    type: 'Normal',
    reason,
    message: `${words}${subject === '' ? '' : `: ${subject}`}${outcome.message === undefined ? '' : ` (${outcome.message})`}`,
    detail: { op: step.op, ms: Math.round(ms), cause: step.cause.message },
  };
}

function subjectOf(step: Step): string {
  switch (step.op) {
    case 'pullImage':
    case 'buildImage':
      return step.args.image;
    case 'pullModel':
      return step.args.model.model;
    case 'createContainer':
    case 'renameContainer':
    case 'removeContainer':
    case 'removeVolume':
    case 'removeNetwork':
      return step.args.name;
    case 'connectNetwork':
    case 'disconnectNetwork':
      return step.args.network;
    default:
      return '';
  }
}

/** Conditions that changed, as events: Ready and Degraded; Progressing and Held speak through their causes. */
export function eventsOfTransitions(
  changed: readonly StoredCondition[],
  context: JournalContext,
): NewEvent[] {
  return changed.flatMap((condition): NewEvent[] => {
    // When it is tried next is the condition's to say: a repeat with another time would not be counted as one.
    const message = lastingWords(condition.message);
    const event = { ...base(context, condition.ref), message, reason: condition.reason };
    if (condition.type === 'Ready' && condition.status) return [{ ...event, type: 'Normal' }];
    if (condition.type === 'Degraded' && condition.status) return [{ ...event, type: 'Warning' }];
    return [];
  });
}

function base(context: JournalContext, regarding: Ref): Omit<NewEvent, 'type' | 'reason' | 'message'> {
  return { at: context.at, by: context.by, revision: context.revision, pass: context.pass, regarding };
}
