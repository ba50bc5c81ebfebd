// A store that was just made meets containers of its platform: it was lost, and holds may have vanished with it.

import { identityLabels } from '../reconcilers/observed.ts';
import type { Engine } from './engine.ts';
import type { Store } from './store/store.ts';

/** Suspends the platform as `StoreLost` once; nothing where the store is old or the engine has nothing of ours. */
export async function noteLostStore(
  store: Store,
  engine: Engine,
  platform: string,
  at: number,
): Promise<void> {
  if (!store.fresh || (await store.inForce()) !== undefined || (await store.facts()).suspended !== undefined)
    return;
  const ours = (await engine.containers()).filter((c) => c.labels[identityLabels.platform] === platform);
  if (ours.length === 0) return;
  const message = `the state folder holds nothing, yet ${ours.length} containers of this platform are there: it was lost, and holds may have vanished with it. Nothing is touched until: reeve resume -p ${platform} (or reeve apply)`;
  await store.setFacts([{ fact: 'suspended', value: { at, by: 'reeve', reason: 'StoreLost' } }]);
  await store.record([
    { at, type: 'Warning', reason: 'StoreLost', regarding: `Platform/${platform}`, message, by: 'reeve' },
  ]);
}
