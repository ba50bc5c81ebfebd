// What is remembered of a workload's failures, as it is forgotten where it is to be tried anew, also in its new form.

import type { Ref } from '../desired-state/resource.ts';
import type { FactChange } from './store/store.ts';

/** What says that a workload failed. */
export const failureFacts = ['attempts', 'failures', 'failedReplacements'] as const;

/** Its failures forgotten. */
export function withoutFailures(key: Ref): FactChange[] {
  return failureFacts.map((fact): FactChange => ({ fact, key, value: undefined }));
}
