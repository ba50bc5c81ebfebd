// For a look without a loop: every probe and every model server is asked once.

import { setTimeout as sleep } from 'node:timers/promises';
import { isWorkload } from '../../desired-state/resource.ts';
import type { Store } from '../store/store.ts';
import type { Target } from './reconciler.ts';
import type { Runtime } from './runtime.ts';

type Asking = Pick<Runtime, 'observer' | 'prober' | 'servers'>;

/** Resolves when all have answered, or after `withinMs`. */
export async function answerProbesOnce(
  { observer, prober, servers }: Asking,
  store: Pick<Store, 'facts'>,
  target: Target,
  withinMs = 1_500,
): Promise<void> {
  if (!target.revision.resources.some((r) => r.kind === 'Model' || (isWorkload(r) && r.probe))) return;
  const observed = await observer.observe(target.revision, await store.facts());
  await prober.update(target, observed);
  await servers.update(target.revision, observed);
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline && !(prober.answered && servers.answered)) await sleep(5);
}
