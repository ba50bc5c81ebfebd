// `deploy.update_config.order: start-first` where the new container cannot run beside the old one: told before it is tried.

import { withoutIndex } from '../instances.ts';
import { type ResolveContext, reportWarning } from '../resolve/context.ts';
import { refOf, type Workload } from '../resource.ts';
import { hindrancesOf, hindranceWords } from '../start-first.ts';

export function checkStartFirst(context: ResolveContext, workloads: readonly Workload[]): void {
  const told = new Set<string>();
  for (const workload of workloads) {
    const position = workload.positions['container.updateOrder'];
    const name = withoutIndex(workload.name);
    if (workload.updateOrder === undefined || position === undefined || told.has(name)) continue;
    const hindrances = hindrancesOf(workload, workloads);
    if (hindrances.length === 0) continue;
    told.add(name);
    const why = hindrances.map((h) => hindranceWords(h, workload)).join('; ');
    reportWarning(
      context,
      position,
      'StartFirstNotPossible',
      `${refOf({ ...workload, name })} cannot be updated start-first: ${why}`,
      'its old container is stopped first, as with order: stop-first',
    );
  }
}
