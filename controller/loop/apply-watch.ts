// Follows an apply (or a down) pass by pass and says when it is over: all ready, or stuck with reasons. Pure over results.

import type { Ref } from '../../desired-state/resource.ts';
import type { ResourceStatus } from '../../reconcilers/condition.ts';
import { hopelessRemovals, removalFailures } from '../../reconcilers/failed-removals.ts';
import { imageFailures } from '../../reconcilers/images.ts';
import type { PassResult } from './reconciler.ts';

export type Verdict =
  | { readonly over: false }
  | { readonly over: true; readonly ok: boolean; readonly failed: readonly ResourceStatus[] };

/** Reasons that waiting does not mend: somebody must do something. */
const terminalReasons = new Set([
  'NameTaken',
  'PortTaken',
  ...imageFailures,
  'CommandNotFound',
  'MountMissing',
  'VolumeLost',
  'VolumeDiffers',
  'Protected',
  'CrashLoopBackOff',
  'ReplacementFailed',
  'LimitOutOfRange',
  'EngineTooOld',
  'SecretUnavailable',
  'NetworkMissing',
  'EngineRefused',
]);
/** Nothing moved for so long and all that is left is degraded: more waiting is no help. */
const stuckMs = 15_000;

export class ApplyWatch {
  readonly #targets: (ref: Ref) => boolean;
  readonly #down: boolean;
  #stuckSince: number | undefined;
  /** Since when nothing but failed removals is left. Each is tried again, so that something moves now and then. */
  #failingSince: number | undefined;

  /** @param targets which resources it is about. @param down it is over when nothing is left to remove. */
  constructor(targets: (ref: Ref) => boolean, down: boolean) {
    this.#targets = targets;
    this.#down = down;
  }

  /** Looks at one pass. `busy`: steps still in flight. */
  see(result: PassResult, busy: boolean, now: number): Verdict {
    if (this.#down) return this.#seeDown(result, busy, now);
    const open = result.plan.statuses.filter(
      (s) => this.#targets(s.ref) && isOpen(s) && !isHeld(s) && !awaitsTurn(s),
    );
    const working = busy || result.dispatched.length > 0 || [...result.busy].some(this.#targets);
    if (!working && open.length === 0 && !hasWaitingSteps(result, this.#targets))
      return { over: true, ok: true, failed: [] };
    // Steps that nothing is begun of wait for others: of those that never come, waiting is no progress.
    const waiting = new Set(result.plan.steps.map((step) => step.ref));
    const moves = (s: ResourceStatus): boolean => isProgressing(s) && !waiting.has(s.ref);
    if (working || open.some(moves) || open.length === 0) {
      this.#stuckSince = undefined;
      return { over: false };
    }
    this.#stuckSince ??= now;
    const roots = open.filter((s) => !isWaiting(s) && !waiting.has(s.ref));
    const hopeless = roots.length > 0 && roots.every(isTerminal);
    if (!hopeless && now - this.#stuckSince < stuckMs) return { over: false };
    return { over: true, ok: false, failed: roots.length > 0 ? roots : open };
  }

  #seeDown(result: PassResult, busy: boolean, now: number): Verdict {
    if (busy || result.dispatched.length > 0 || result.busy.size > 0) {
      this.#stuckSince = undefined;
      return { over: false };
    }
    const failing = result.plan.statuses.filter((s) => degradedBy(s, removalFailures));
    if (result.plan.steps.length === 0 && failing.length === 0) return { over: true, ok: true, failed: [] };
    this.#stuckSince ??= now;
    if (result.plan.steps.length === 0) this.#failingSince ??= now;
    const hopeless = result.plan.steps.length === 0 && failing.every((s) => degradedBy(s, hopelessRemovals));
    if (!hopeless && now - Math.min(this.#stuckSince, this.#failingSince ?? now) < stuckMs)
      return { over: false };
    const left = new Set(result.plan.steps.map((s) => s.ref));
    const failed = result.plan.statuses.filter((s) => left.has(s.ref) || failing.includes(s));
    return { over: true, ok: false, failed };
  }
}

function hasWaitingSteps(result: PassResult, targets: (ref: Ref) => boolean): boolean {
  return result.plan.blocked === undefined && result.plan.steps.some((s) => targets(s.ref));
}

/** What runs on because its new image cannot be had is not as was asked for. */
function isOpen(status: ResourceStatus): boolean {
  return !isReady(status) || degradedBy(status, imageFailures);
}

export function isReady(status: ResourceStatus): boolean {
  return status.conditions.some((c) => c.type === 'Ready' && c.status);
}

function isHeld(status: ResourceStatus): boolean {
  return status.conditions.some((c) => c.type === 'Held' && c.status);
}

/** A procedure brings it up when its turn comes, which may be a person's to say. */
function awaitsTurn(status: ResourceStatus): boolean {
  return status.conditions.some((c) => c.type === 'Progressing' && c.status && c.reason === 'AwaitsTurn');
}

function isWaiting(status: ResourceStatus): boolean {
  return status.conditions.some((c) => c.reason === 'DependencyNotReady' || c.reason === 'ModelNotReady');
}

function isProgressing(status: ResourceStatus): boolean {
  return !isWaiting(status) && status.conditions.some((c) => c.type === 'Progressing' && c.status);
}

function isTerminal(status: ResourceStatus): boolean {
  return degradedBy(status, terminalReasons);
}

function degradedBy(status: ResourceStatus, reasons: ReadonlySet<string>): boolean {
  return status.conditions.some((c) => c.type === 'Degraded' && c.status && reasons.has(c.reason));
}

/** The condition to show for a resource that is not ready: what is wrong, else why it is not ready. */
export function worstCondition(status: ResourceStatus): { reason: string; message: string } {
  const degraded = status.conditions.find((c) => c.type === 'Degraded' && c.status);
  const ready = status.conditions.find((c) => c.type === 'Ready');
  return degraded ?? ready ?? { reason: 'Unknown', message: 'nothing is known of it yet' };
}
