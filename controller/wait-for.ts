// Waiting for what is away and will be back: the engine, the store.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { StoreAway } from './store/away.ts';

/** What is away is asked again this often at least. */
const longestWaitMs = 5_000;

/** Says what is away and waits a little longer each time; throws when there is no more waiting. */
export function waitFor(until: AbortSignal, logger: Logger): (error: Error) => Promise<void> {
  let retryMs = 250;
  return async (error) => {
    until.throwIfAborted();
    logger.warn({ retryMs }, `${error.message}; waiting for it`);
    await sleep(retryMs, undefined, { signal: until });
    retryMs = Math.min(retryMs * 2, longestWaitMs);
  };
}

/** Does it as soon as the store can be asked. */
export async function onceStoreAnswers<T>(
  work: () => Promise<T>,
  wait: (error: Error) => Promise<void>,
): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreAway)) throw error;
      await wait(error);
    }
  }
}
