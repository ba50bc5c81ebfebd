// How the audit is spread over its period: which containers are due is the observer's to know.

import type { Policy } from '../../desired-state/revision.ts';

/**
 * Every container is inspected once in `auditMs`, evenly, but not oftener than a resync looks anyway: each time of its
 * own would cost a pass (measured with 100 kept: one container every 3 s is more than half of what an idle controller
 * uses). `count` containers every `everyMs`.
 */
export function auditPace(
  containers: number,
  { auditMs, resyncMs }: Pick<Policy, 'auditMs' | 'resyncMs'>,
): { readonly everyMs: number; readonly count: number } {
  const each = auditMs / Math.max(1, containers);
  const everyMs = Math.max(each, Math.min(resyncMs, auditMs));
  return { everyMs, count: Math.ceil(everyMs / each) };
}
