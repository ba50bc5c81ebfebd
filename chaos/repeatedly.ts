// A look that is taken again and again, beside all else.

import { setTimeout as pause } from 'node:timers/promises';

/** One round after the other until told to stop. */
export function repeatedly(everyMs: number, round: () => Promise<void>): { stop(): Promise<void> } {
  let going = true;
  const loop = (async () => {
    while (going) {
      await round();
      await pause(everyMs);
    }
  })();
  // What goes wrong is told to whoever stops it.
  const ended = loop.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  return {
    stop: async () => {
      going = false;
      const failed = await ended;
      if (failed !== undefined) throw failed.error;
    },
  };
}
