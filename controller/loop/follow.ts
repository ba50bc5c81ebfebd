// Follows the engine's events for as long as asked: reconnects with back-off, resumes with an overlap, drops duplicates
// and says when a gap may have lost some. Events only say when to look.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine, EngineEvent } from '../engine.ts';
import { EngineError } from '../errors.ts';

export interface FollowHandlers {
  readonly onEvent: (event: EngineEvent) => void;
  /** The stream is up; what happened before may have been missed. */
  readonly onConnected: () => void;
  readonly onBroken: (error: Error, retryMs: number) => void;
}

/** Asked again this far back, since the engine's ring may hold events we have not seen. */
const overlapMs = 2_000;
const firstRetryMs = 100;
const lastRetryMs = 10_000;

/** Resolves when `signal` aborts. */
export async function followEvents(
  engine: Engine,
  now: () => number,
  handlers: FollowHandlers,
  signal: AbortSignal,
): Promise<void> {
  let last = now();
  let seen = new Set<string>();
  let retryMs = firstRetryMs;
  while (!signal.aborted) {
    try {
      await engine.ping(signal);
      const stream = engine.events(last - overlapMs, signal);
      handlers.onConnected();
      retryMs = firstRetryMs;
      for await (const event of stream) {
        const key = `${event.at} ${event.type} ${event.action} ${event.id}`;
        if (seen.has(key)) continue;
        seen.add(key);
        if (event.at > last) last = event.at;
        // Only the overlap's worth of keys can come twice.
        if (seen.size > 4_096) seen = new Set([...seen].slice(-1_024));
        handlers.onEvent(event);
      }
      if (!signal.aborted)
        throw new EngineError('the event stream ended', { code: 0, reason: 'EngineUnreachable' });
    } catch (error) {
      if (signal.aborted) return;
      handlers.onBroken(error instanceof Error ? error : new Error(String(error)), retryMs);
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
      retryMs = Math.min(retryMs * 2, lastRetryMs);
    }
  }
}
