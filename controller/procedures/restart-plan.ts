// What a batched restart would do: which workloads, in which batches, and about how long. The same value is shown and run.

import { isWorkload, type Ref, type Resource, refOf } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import type { BatchedRestartInput } from '../../reconcilers/batched-restart/machine.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import { type Batch, batchesOf } from '../../reconcilers/procedures/batches.ts';
import { exitStatus, ReeveError } from '../errors.ts';
import { resolveNames } from '../names.ts';

export interface RestartOptions {
  /** Empty: all that the selector chooses. */
  readonly names: readonly string[];
  /** `kind`, `tier`, `name` or a label → its value; all must hold. */
  readonly selector: Readonly<Record<string, string>>;
  readonly batchSize: number;
  readonly settleMs: number;
  /** A batch that is proven ready need not settle. */
  readonly adaptive: boolean;
  readonly timeoutMs: number;
  /** Absent: one batch, or a tenth of all if that is more. */
  readonly maxFailures?: number;
}

export interface RestartPlan {
  readonly batches: readonly Batch[];
  readonly settleMs: number;
  readonly adaptive: boolean;
  readonly timeoutMs: number;
  readonly maxFailures: number;
  /** If each batch is ready at once: the times to settle alone. */
  readonly leastMs: number;
  /** Chosen, and left alone: a person holds them. Asked for, they would be restarted whenever that ends. */
  readonly held: readonly Ref[];
}

/** @throws where nothing is chosen, or a name is nobody's. */
export function planRestart(revision: Revision, options: RestartOptions, holds: Facts['holds']): RestartPlan {
  const { names, selector, batchSize, settleMs, adaptive, timeoutMs } = options;
  const refs = revision.resources.map(refOf);
  const named = new Set(names.flatMap((name) => resolveNames(name, refs)));
  const chosen = revision.resources.filter(
    (r) => isWorkload(r) && (names.length === 0 || named.has(refOf(r))) && isSelected(r, selector),
  );
  const all = chosen.map(refOf);
  const held = all.filter((ref) => holds[ref] !== undefined);
  const free = new Set<Ref>(all.filter((ref) => holds[ref] === undefined));
  const batches = batchesOf(revision, free, { size: () => batchSize });
  if (batches.length === 0 && held.length > 0) {
    throw new ReeveError(`all that is chosen by that is held: ${held.join(', ')}`, {
      status: exitStatus.blocked,
      hint: `reeve release ${held[0] ?? ''}`,
    });
  }
  if (batches.length === 0) {
    throw new ReeveError('nothing that runs for long is chosen by that', {
      status: exitStatus.usage,
      hint: 'reeve get lists what there is; a selector is kind=Agent, tier=standard, name=x or a label',
    });
  }
  const total = batches.reduce((sum, b) => sum + b.refs.length, 0);
  const maxFailures = options.maxFailures ?? Math.max(batchSize, Math.ceil(total / 10));
  return { batches, settleMs, adaptive, timeoutMs, maxFailures, leastMs: batches.length * settleMs, held };
}

export function inputOf(
  { batches, settleMs, adaptive, timeoutMs, maxFailures }: RestartPlan,
  by: string,
): BatchedRestartInput {
  return { by, batches, settleMs, adaptive, timeoutMs, maxFailures };
}

function isSelected(resource: Resource, selector: RestartOptions['selector']): boolean {
  return Object.entries(selector).every(([key, value]) => {
    if (key === 'kind') return resource.kind.toLowerCase() === value.toLowerCase();
    if (key === 'name') return resource.name === value;
    if (key === 'tier') return isWorkload(resource) && resource.tier === value;
    return 'labels' in resource && resource.labels[key] === value;
  });
}
