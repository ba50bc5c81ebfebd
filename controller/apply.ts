// An apply: a person's word that what is declared shall be so now. Aims the runtime at the revision, follows its passes
// until all is ready or nothing more can be done, and says how it ended.

import type { Ref } from '../desired-state/resource.ts';
import { isWorkload, refOf } from '../desired-state/resource.ts';
import type { ResourceStatus } from '../reconcilers/condition.ts';
import { isLeftOver } from '../reconcilers/left-over.ts';
import { claimedRef, identityLabels } from '../reconcilers/observed.ts';
import type { Plan } from '../reconcilers/plan.ts';
import type { ApplyOutcome, Failure, Progress } from './control.ts';
import type { Engine } from './engine.ts';
import { ApplyWatch, isReady, worstCondition } from './loop/apply-watch.ts';
import type { PassOptions, PassResult, Target } from './loop/reconciler.ts';
import { RolloutWatch } from './loop/rollout-watch.ts';
import type { Runtime } from './loop/runtime.ts';

export interface RunOptions {
  readonly target: Target;
  readonly plan: Plan;
  readonly pass: PassOptions;
  readonly by: string;
  readonly timeoutMs: number;
  /** Nobody has said `timeoutMs`: while a rollout goes on its waves have their own time, and this one's has not begun. */
  readonly waitsForRollout: boolean;
  readonly now: () => number;
  readonly engine: Engine;
  readonly scrub: (text: string) => string;
  readonly progress: (p: Progress) => void;
  readonly signal: AbortSignal;
}

/** How long what has begun may take to end when a person or a service manager interrupts. */
const interruptGraceMs = 4_000;

/** Resolves when it is over; the runtime goes on as it was before. */
export async function runToEnd(runtime: Runtime, options: RunOptions): Promise<ApplyOutcome> {
  const { target, plan, now, progress } = options;
  const startedAt = now();
  const planId = await runtime.reconciler.recorder.begin(plan, options.by);
  progress({ type: 'plan', plan, planId });
  const concerns = concernOf(plan, target, options.pass);
  let stepsDone = 0;
  const begun = new Set<string>();
  runtime.onStep = ({ step, state, message, ms }) => {
    if (state === 'started') begun.add(step.id);
    // What was under way before is nothing that this one does.
    if (!begun.has(step.id)) return;
    if (state === 'done') stepsDone++;
    const { id, ref, op, wave } = step;
    progress({
      type: 'step',
      id,
      ref,
      op,
      wave,
      state,
      ...(message === undefined ? {} : { message }),
      ...(ms === undefined ? {} : { ms }),
    });
  };
  runtime.onNote = (ref, message) => progress({ type: 'note', ref, message });
  const before = { target: runtime.target, options: runtime.options, by: runtime.by };
  runtime.target = target;
  runtime.options = options.pass;
  runtime.by = options.by;
  // Not before: a pass that aims at nothing keeps the first that does waiting.
  runtime.start();
  try {
    const end = await followPasses(runtime, options, concerns, startedAt);
    if (options.signal.aborted) await runtime.stop(interruptGraceMs);
    return await outcomeOf(end, options, concerns, stepsDone, now() - startedAt);
  } finally {
    runtime.onPass = undefined;
    runtime.onStep = undefined;
    runtime.onNote = undefined;
    runtime.options = before.options;
    runtime.by = before.by;
    await runtime.reconciler.settle();
    await runtime.reconciler.recorder.end();
  }
}

interface End {
  readonly ok: boolean;
  readonly last: PassResult | undefined;
  readonly failed: readonly ResourceStatus[];
  readonly timedOut: boolean;
  readonly rolledBackTo?: string;
  /** A rollout that was not over when the apply was. */
  readonly goesOn?: { readonly id: string; readonly reason: string; readonly message: string };
}

function followPasses(
  runtime: Runtime,
  options: RunOptions,
  concerns: (ref: Ref) => boolean,
  startedAt: number,
): Promise<End> {
  const watch = new ApplyWatch(concerns, options.pass.mode === 'down');
  return new Promise<End>((resolve) => {
    let last: PassResult | undefined;
    const course = new RolloutWatch(runtime.rollouts);
    const finish = (end: Omit<End, 'last' | 'rolledBackTo'>): void => {
      clearInterval(timer);
      options.signal.removeEventListener('abort', interrupted);
      const { rolledBackTo, outlook } = course;
      const left = end.timedOut || outlook?.reason === 'ImagesNotPulled';
      const goesOn = left && outlook !== undefined ? { goesOn: outlook } : {};
      resolve({ ...end, last, ...goesOn, ...(rolledBackTo === undefined ? {} : { rolledBackTo }) });
    };
    const interrupted = (): void => finish({ ok: false, failed: [], timedOut: false });
    const see = (): void => {
      if (last === undefined) return;
      const verdict = course.judge(watch.see(last, runtime.reconciler.busy.size > 0, options.now()), last);
      if (verdict.over) finish({ ok: verdict.ok, failed: verdict.failed, timedOut: false });
    };
    let countsFrom = startedAt;
    // The clock alone may end it: a deadline, or nothing moving any more.
    const timer = setInterval(() => {
      if (options.waitsForRollout && course.goesOn) countsFrom = options.now();
      if (options.now() - countsFrom > options.timeoutMs) {
        const failed = last?.plan.statuses.filter((s) => concerns(s.ref) && !isReady(s)) ?? [];
        finish({ ok: false, failed, timedOut: true });
      } else runtime.wake();
    }, 1_000);
    runtime.onPass = (result) => {
      last = result;
      const mine = result.plan.statuses.filter((s) => concerns(s.ref));
      options.progress({
        type: 'status',
        statuses: mine,
        ready: mine.filter(isReady).length,
        total: mine.length,
      });
      if (result.plan.blocked !== undefined && options.pass.mode === 'apply')
        finish({ ok: false, failed: [], timedOut: false });
      else see();
    };
    options.signal.addEventListener('abort', interrupted, { once: true });
    if (options.signal.aborted) interrupted();
    else runtime.wake();
  });
}

/** `apply NAME…` is about the named and what the plan touches for their sake; else about all. */
function concernOf(plan: Plan, target: Target, pass: PassOptions): (ref: Ref) => boolean {
  // What is declared no more and stays is none of its concern.
  const left = new Set(plan.statuses.filter(isLeftOver).map((s) => s.ref));
  if (pass.names.length === 0) return (ref) => !left.has(ref);
  const named = new Set<Ref>(plan.steps.map((s) => s.ref));
  for (const resource of target.revision.resources) {
    const ref = refOf(resource);
    if (pass.names.includes(ref) || pass.names.includes(resource.name)) named.add(ref);
    if (isWorkload(resource) && named.has(ref)) for (const d of resource.dependsOn) named.add(d.on);
  }
  return (ref) => named.has(ref);
}

async function outcomeOf(
  end: End,
  options: RunOptions,
  concerns: (ref: Ref) => boolean,
  stepsDone: number,
  ms: number,
): Promise<ApplyOutcome> {
  const statuses = end.last?.plan.statuses.filter((s) => concerns(s.ref)) ?? [];
  const failures = await Promise.all(end.failed.map((s) => failureOf(s, end, options)));
  const blocked = end.last?.plan.blocked;
  const outcome: ApplyOutcome = {
    ok: end.ok,
    revision: options.target.revision.id,
    stepsDone,
    ready: statuses.filter(isReady).length,
    total: statuses.length,
    ms,
    failures: [...failures, ...rolloutLeft(end, options)],
    ...(blocked === undefined ? {} : { blocked }),
    ...(end.rolledBackTo === undefined ? {} : { rolledBackTo: end.rolledBackTo }),
    ...(options.signal.aborted ? { interrupted: true } : {}),
  };
  options.progress({ type: 'outcome', outcome });
  return outcome;
}

/** All that runs may be ready, and the apply was not: what it waited for. */
function rolloutLeft({ goesOn, timedOut }: End, { target }: RunOptions): readonly Failure[] {
  if (goesOn === undefined) return [];
  const { platform } = target.revision;
  return [
    {
      ref: `Platform/${platform}`,
      reason: timedOut ? `TimedOut: ${goesOn.reason}` : goesOn.reason,
      message: goesOn.message,
      logLines: [],
      next: `reeve procedures show ${goesOn.id} -p ${platform}`,
    },
  ];
}

const logTail = 10;

async function failureOf(status: ResourceStatus, end: End, options: RunOptions): Promise<Failure> {
  const { reason, message } = worstCondition(status);
  const container = end.last?.observed.containers.find(
    (c) =>
      c.id === status.containerId ||
      (c.labels[identityLabels.platform] === options.target.revision.platform &&
        claimedRef(c.labels) === status.ref),
  );
  const logLines: string[] = [];
  if (container !== undefined) {
    try {
      for await (const { line } of options.engine.logs(container.id, { tail: logTail }))
        logLines.push(options.scrub(line));
    } catch (error) {
      logLines.push(`(its log cannot be read: ${error instanceof Error ? error.message : String(error)})`);
    }
  }
  return {
    ref: status.ref,
    reason: end.timedOut && reason !== 'CrashLoopBackOff' ? `TimedOut: ${reason}` : reason,
    message,
    logLines,
    next: `reeve explain ${status.ref} -p ${options.target.revision.platform}`,
  };
}

/** Nothing may be done: what the plan says of it is all there is to tell. */
export function blockedOutcome(plan: Plan, progress: (p: Progress) => void): ApplyOutcome {
  progress({ type: 'plan', plan, planId: '' });
  const outcome: ApplyOutcome = {
    ok: false,
    revision: plan.revision,
    stepsDone: 0,
    ready: 0,
    total: plan.statuses.length,
    ms: 0,
    failures: [],
    ...(plan.blocked === undefined ? {} : { blocked: plan.blocked }),
  };
  progress({ type: 'outcome', outcome });
  return outcome;
}
