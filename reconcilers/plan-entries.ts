// A plan as people think of it: one entry a resource, however many engine calls that takes; like entries together.

import type { Ref } from '../desired-state/resource.ts';
import { isPassing } from './ownership.ts';
import type { Cause, Plan, Step, StepOp } from './plan.ts';

export type Verb =
  | 'create'
  | 'recreate'
  | 'roll back'
  | 'update'
  | 'reconnect'
  | 'rename'
  | 'pull'
  | 'build'
  | 'start'
  | 'restart'
  | 'signal'
  | 'unpause'
  | 'stop'
  | 'remove';

export interface Entry {
  readonly verb: Verb;
  readonly wave: number;
  /** More than one where several have the same verb, kind, cause and fields. */
  readonly refs: readonly Ref[];
  readonly cause: Cause;
  readonly interrupts: boolean;
  /** Longest that a stop may take. */
  readonly graceMs: number;
  /** Refs it waits for that this plan does nothing about. */
  readonly waitsFor: readonly Ref[];
  /** Beside the verb: what the container is called while it is replaced, what is pulled … */
  readonly notes: readonly string[];
}

const imageOps = new Set<StepOp>(['pullImage', 'buildImage']);

/** Fewer of a kind are listed one by one. */
const groupFrom = 4;

/** Entries in plan order, wave by wave. */
export function entriesOf(plan: Plan): Entry[] {
  const groups = new Map<Ref, Step[]>();
  for (const step of plan.steps) {
    const group = groups.get(step.ref);
    if (group === undefined) groups.set(step.ref, [step]);
    else group.push(step);
  }
  const single = [...groups].map(([ref, steps]) => entryOf(ref, steps, groups));
  return grouped(single).sort((a, b) => a.wave - b.wave);
}

function entryOf(ref: Ref, steps: readonly Step[], all: ReadonlyMap<Ref, unknown>): Entry {
  const main = steps.find((s) => !imageOps.has(s.op)) ?? steps[0];
  if (main === undefined) throw new RangeError(`no step for ${ref}`);
  const verb = verbOf(steps);
  const grace = steps.flatMap((s) =>
    'graceMs' in s.args && s.args.graceMs !== undefined ? [s.args.graceMs] : [],
  );
  const needed = new Set(steps.flatMap((s) => s.needs.map((n) => n.ref)));
  return {
    verb,
    wave: main.wave,
    refs: [ref],
    cause: main.cause,
    interrupts: steps.some((s) => s.interrupts),
    graceMs: Math.max(10_000 * Number(grace.length === 0), ...grace),
    waitsFor: [...needed].filter((on) => !all.has(on)),
    notes: verb === 'roll back' ? [] : steps.flatMap(noteOf),
  };
}

function verbOf(steps: readonly Step[]): Verb {
  const has = (op: StepOp): boolean => steps.some((s) => s.op === op);
  if (has('createContainer')) {
    const replaces = ['renameContainer', 'removeContainer', 'stopContainer'] as const;
    return replaces.some(has) || steps.some(isBeside) ? 'recreate' : 'create';
  }
  if (steps.some((s) => s.op === 'renameContainer' && s.args.successor !== undefined)) return 'reconnect';
  if (has('renameContainer') && steps.length > 1) return 'roll back';
  if (has('createNetwork') || has('createVolume')) return 'create';
  if (has('buildImage') && steps.length === 1) return 'build';
  if (has('pullModel') || has('pullImage')) return 'pull';
  if (has('connectNetwork') || has('disconnectNetwork')) return 'reconnect';
  if (has('removeContainer') || has('removeNetwork') || has('removeVolume')) return 'remove';
  if (has('startContainer')) return 'start';
  if (has('restartContainer')) return 'restart';
  if (has('signalContainer')) return 'signal';
  if (has('unpauseContainer')) return 'unpause';
  if (has('renameContainer')) return 'rename';
  return has('updateContainer') ? 'update' : 'stop';
}

/** Made to be started while the old one runs on. */
function isBeside(step: Step): boolean {
  return step.op === 'createContainer' && isPassing(step.args);
}

function noteOf(step: Step, _: number, all: readonly Step[]): string[] {
  switch (step.op) {
    case 'createContainer':
      return isBeside(step) && !all.some((s) => s.op === 'stopContainer')
        ? ['start-first: the old one serves until the new one is ready']
        : [];
    case 'pullImage':
      return [
        `pulls ${step.args.image}${step.args.written === undefined ? '' : ` for ${step.args.written}`}`,
      ];
    case 'buildImage':
      return step.interrupts
        ? [`builds ${step.args.image}`, 'recreated if the image is another one']
        : [`builds ${step.args.image}`];
    case 'pullModel':
      return [step.args.model.model];
    case 'renameContainer':
      if (step.args.containerId === undefined) return [];
      return step.args.name.includes('.replaced-')
        ? ['the old one is kept until the new one is ready']
        : [`to ${step.args.name}`];
    case 'removeContainer':
      return ['NotDeclared', 'ScaledDown', 'Down'].includes(step.cause.reason)
        ? []
        : [`container ${step.args.name}`];
    case 'signalContainer':
      return [step.args.signal];
    case 'removeVolume':
      return ['its data is lost'];
    default:
      return [];
  }
}

function grouped(entries: readonly Entry[]): Entry[] {
  const alike = new Map<string, Entry[]>();
  for (const entry of entries) {
    const [kind] = (entry.refs[0] ?? '').split('/');
    const { reason, message, fields } = entry.cause;
    const key = JSON.stringify([
      entry.wave,
      entry.verb,
      kind,
      reason,
      message,
      fields,
      entry.waitsFor,
      entry.notes,
    ]);
    const list = alike.get(key);
    if (list === undefined) alike.set(key, [entry]);
    else list.push(entry);
  }
  return [...alike.values()].flatMap((list) => {
    const [first] = list;
    if (first === undefined || list.length < groupFrom) return list;
    return [
      { ...first, refs: list.flatMap((e) => e.refs), graceMs: Math.max(...list.map((e) => e.graceMs)) },
    ];
  });
}
