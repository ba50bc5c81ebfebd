// A store that was just made meets containers of its platform: it was lost, and holds may have vanished with it; or they
// are Compose's, and nobody has adopted them. Which of the two cannot be told where Compose made all of them.

import { isMadeByCompose } from '../reconcilers/compose-identity.ts';
import { identityLabels } from '../reconcilers/observed.ts';
import type { Engine } from './engine.ts';
import type { Store } from './store/store.ts';

/** `adopting`: a person looks in order to adopt, which is no news. Suspends the platform as `StoreLost` or `NotAdopted` once; nothing where the store is old or the engine has nothing of ours. */
export async function noteLostStore(
  store: Store,
  engine: Engine,
  platform: string,
  at: number,
  adopting: boolean,
): Promise<void> {
  if (!store.fresh || (await store.inForce()) !== undefined || (await store.facts()).suspended !== undefined)
    return;
  const ours = (await engine.containers()).filter((c) => c.labels[identityLabels.platform] === platform);
  const byCompose = ours.filter((c) => isMadeByCompose(c.labels)).length;
  if (ours.length === 0 || (adopting && byCompose === ours.length)) return;
  const [reason, message] =
    byCompose === ours.length
      ? (['NotAdopted', notAdopted(platform, byCompose)] as const)
      : (['StoreLost', lost(platform, ours.length, byCompose)] as const);
  await store.setFacts([{ fact: 'suspended', value: { at, by: 'reeve', reason } }]);
  await store.record([
    { at, type: 'Warning', reason, regarding: `Platform/${platform}`, message, by: 'reeve' },
  ]);
}

function notAdopted(platform: string, count: number): string {
  return `${count} containers of Compose project ${platform} are there, and nobody has adopted them (or the state folder that knew so was lost). Nothing is touched until: reeve adopt -p ${platform} (or reeve apply)`;
}

function lost(platform: string, count: number, byCompose: number): string {
  const adopted =
    byCompose === 0
      ? ''
      : `; ${byCompose} of them were made by Compose, and reeve apply adopts them again as they are`;
  return `the state folder holds nothing, yet ${count} containers of this platform are there: it was lost, and holds may have vanished with it${adopted}. Nothing is touched until: reeve resume -p ${platform} (or reeve apply)`;
}
