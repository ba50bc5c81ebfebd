// A rollback on the screen before it runs: where to, what changes in which order, what stands in the way, how long it takes.

import type { RollbackPlan } from '../../procedures/rollback-plan.ts';
import { age, counted, dateTime, flowing, hanging } from '../format.ts';
import type { Screen } from '../screen.ts';

export function rollbackView(plan: RollbackPlan, { width, paint }: Screen): string {
  const {
    waves,
    to,
    from,
    by,
    inForceAt,
    stableAt,
    full,
    removed,
    untimed,
    expectedMs,
    otherImages = [],
  } = plan;
  const total = waves.reduce((sum, w) => sum + w.refs.length, 0);
  const rows = waves.map(({ tier, refs, canary }, i) => [
    `  ${i + 1}`,
    `${tier}${canary === true ? ' canary' : ''}`,
    refs.join(', '),
  ]);
  const health = stableAt === undefined ? paint.waiting('never found stable') : 'stable';
  const verb = full ? 'STARTED TOGETHER' : 'CHANGED TOGETHER';
  const time = `${age(expectedMs)}${untimed === 0 ? ', by what they took the last time' : ` and the time that ${untimed === total ? 'they' : untimed} take to be ready`}`;
  return [
    hanging(
      `back to ${paint.strong(to)} (${health}; in force since ${dateTime(inForceAt)}, by ${by}) from ${from}`,
      width,
    ),
    ...(rows.length === 0 ? [] : ['', ...flowing([['WAVE', 'TIER', verb], ...rows], width)]),
    '',
    ...[
      ...(full ? ['everything is stopped first, dependents before what they need; volumes stay'] : []),
      ...(removed.length === 0
        ? []
        : [`only ${from} has them, they go (volumes stay): ${removed.join(', ')}`]),
      ...(otherImages.length === 0
        ? []
        : [`changed by nothing but what their image's tag meant then: ${otherImages.join(', ')}`]),
      ...(plan.pulledImages.length === 0 ? [] : [`pulled again by digest: ${plan.pulledImages.join(', ')}`]),
      ...plan.missingImages.map((image) =>
        paint.bad(`${image} is neither here nor in a registry: what ran from it cannot run again`),
      ),
      ...(plan.backups.length === 0 ? [] : [`first its beforeRollback is run in ${plan.backups.join(', ')}`]),
      ...plan.mismatches.map((words) =>
        paint.waiting(`${words}: it waits for a decision before anything is stopped`),
      ),
      `the manifests stay as they are: ${from} is quarantined until they change, or: reeve apply --lift-quarantine`,
      'secrets have the values that they have now: none is ever stored',
      rows.length === 0
        ? 'nothing that runs differs between the two'
        : `${paint.strong(counted(total, 'workload'))} in ${counted(waves.length, 'wave')}: about ${time}`,
    ].map((line) => hanging(line, width)),
  ].join('\n');
}
