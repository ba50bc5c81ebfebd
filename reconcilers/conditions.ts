// Conditions of a resource from what the rules found. Four are always there, so that each has a transition time.

import type { Position } from '../desired-state/diagnostic.ts';
import type { Ref } from '../desired-state/resource.ts';
import type { Condition, ResourceStatus } from './condition.ts';

export interface Finding {
  readonly ref: Ref;
  readonly containerId?: string;
  readonly broughtTo?: string;
  /** Does its work now, whatever else is so. */
  readonly ready: boolean;
  /** Why it is Ready, or is not. */
  readonly reason: string;
  readonly message: string;
  readonly progressing?: Told;
  readonly degraded?: Told;
  /** Where what degrades it is asked for. */
  readonly position?: Position;
  readonly held?: Told;
  /** Only of what a standby may stand in for, or stands in for. */
  readonly failedOver?: Told & { readonly status: boolean };
}

export interface Told {
  readonly reason: string;
  readonly message: string;
}

/** The status that a finding comes to. */
export function statusOf(finding: Finding): ResourceStatus {
  const { ref, containerId, broughtTo, ready, reason, message, position } = finding;
  return {
    ref,
    conditions: [
      { type: 'Ready', status: ready, reason, message },
      condition('Progressing', finding.progressing, 'Settled'),
      condition('Degraded', finding.degraded, 'AsDeclared'),
      condition('Held', finding.held, 'NotHeld'),
      ...(finding.failedOver === undefined ? [] : [{ type: 'FailedOver' as const, ...finding.failedOver }]),
    ],
    ...(containerId === undefined ? {} : { containerId }),
    ...(broughtTo === undefined ? {} : { broughtTo }),
    ...(position === undefined ? {} : { position }),
  };
}

function condition(type: Condition['type'], told: Told | undefined, otherwise: string): Condition {
  return told === undefined
    ? { type, status: false, reason: otherwise, message: '' }
    : { type, status: true, reason: told.reason, message: told.message };
}
