// When a workload is as it was declared: ready, and nothing about it is left to be done or given up. Ready alone is also the old
// container that answers because the new one never did. Pure.

import type { Condition, ResourceStatus } from '../condition.ts';

/** Differences that stay without anything being wrong. */
const harmless = new Set(['LimitNotRemovable', 'DriftReported', 'NotTakenByEngine']);

export function isWell({ conditions }: Pick<ResourceStatus, 'conditions'>): boolean {
  const is = (type: Condition['type']) => conditions.find((c) => c.type === type && c.status);
  const degraded = is('Degraded');
  return (
    is('Ready') !== undefined &&
    is('Progressing') === undefined &&
    (degraded === undefined || harmless.has(degraded.reason))
  );
}
