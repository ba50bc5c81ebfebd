// The one reason why a resource is not ready, for those who wait for it.

import type { Ref } from '../../desired-state/resource.ts';
import type { ResourceStatus } from '../../reconcilers/condition.ts';

export interface Waiting {
  readonly ref: Ref;
  readonly reason: string;
  readonly message: string;
}

/** undefined: it is ready. What is broken outweighs what is under way. */
export function unready({ ref, conditions }: ResourceStatus): Waiting | undefined {
  const is = (type: string) => conditions.find((c) => c.type === type && c.status);
  const degraded = is('Degraded');
  if (is('Ready') !== undefined && degraded === undefined) return undefined;
  const main = degraded ?? is('Progressing') ?? is('Held') ?? conditions.find((c) => c.type === 'Ready');
  if (main === undefined) return undefined;
  return { ref, reason: main.reason, message: main.message };
}
