// What the clock asks of a pass: now and then all lists anew (resync), and details of a few containers (audit), whatever the
// events have told.

import type { Policy } from '../../desired-state/revision.ts';
import { auditPace } from './audit-pace.ts';
import type { Observer } from './observer.ts';
import type { Pacer } from './pacer.ts';

interface DueWorkContext {
  readonly pacer: Pacer;
  readonly observer: Observer;
  readonly platform: string;
}

/** Before the pass at `at`, epoch ms: makes stale what is due, and says when it is again. */
export function noteDue({ pacer, observer, platform }: DueWorkContext, policy: Policy, at: number): void {
  if (isDue(pacer.resyncAt, policy.resyncMs, at)) {
    observer.forgetLists();
    pacer.resyncAt = at + policy.resyncMs;
  }
  if (isDue(pacer.auditAt, policy.auditMs, at)) {
    const order = observer.auditOrder(platform);
    const { everyMs, count } = auditPace(order.length, policy);
    for (const id of order.slice(0, count)) observer.noteContainer(id);
    pacer.auditAt = at + everyMs;
  }
}

/** Also where it is further away than it ever is: the clock was set back. */
function isDue(dueAt: number, everyMs: number, at: number): boolean {
  return at >= dueAt || dueAt - at > everyMs;
}
