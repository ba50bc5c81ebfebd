// A controller's looks at the registries: whether tags mean other images by now. It only learns; what is said of it is the
// plan's, and nothing is taken before a person applies.

import { askForNews } from './image-asks.ts';
import type { Runtime } from './loop/runtime.ts';
import type { SessionParts } from './session-parts.ts';

/** How often it is looked whether somebody is due to be asked; a setting below that counts as it is. */
const tickMs = 60_000;

/** Looks until the returned function is called. */
export function watchImages(runtime: Runtime, { store, engine, logger, first }: SessionParts): () => void {
  let asking = false;
  let next: NodeJS.Timeout | undefined;
  let stopped = false;
  async function look(): Promise<void> {
    const revision = runtime.target?.revision;
    if (revision === undefined || asking) return;
    asking = true;
    try {
      if (await askForNews({ store, engine }, revision, Date.now())) runtime.wake();
    } catch (error) {
      // An engine that is away is said by the loop.
      logger.debug({ err: error }, 'registries could not be asked');
    } finally {
      asking = false;
    }
  }
  function tick(): void {
    const { checkEveryMs } = (runtime.target ?? first).revision.policy.images;
    next = setTimeout(
      () => void look().finally(() => (stopped ? undefined : tick())),
      checkEveryMs === 0 ? tickMs : Math.min(tickMs, checkEveryMs),
    );
  }
  tick();
  return () => {
    stopped = true;
    clearTimeout(next);
  };
}
