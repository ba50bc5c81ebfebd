// For a look without a loop: whether a pause lasts is known only when its grace is over (`docker commit` and backup tools pause
// for a moment).

import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '../store/store.ts';
import type { Look } from './reconciler.ts';

/** Looks; where something has just been seen paused, looks again when `graceMs` are over, so that a plan says what an apply does. */
export async function outlastPauses(
  look: () => Promise<Look>,
  store: Pick<Store, 'facts' | 'setFacts'>,
  graceMs: number,
): Promise<Look> {
  const first = await look();
  const brief = first.plan.statuses.some(({ conditions }) =>
    conditions.some(({ status, reason }) => status && reason === 'PausedBriefly'),
  );
  if (!brief) return first;
  const { pausedSince } = await store.facts();
  const paused = first.observed.containers.filter(
    (c) => c.state === 'paused' && pausedSince[c.id] === undefined,
  );
  const at = Date.now();
  await store.setFacts(paused.map(({ id }) => ({ fact: 'pausedSince', key: id, value: at })));
  await sleep(graceMs);
  return look();
}
