// Bounds a call: the caller's abort joined with the call's own time-out.

import type { Call } from './call.ts';
import { timedOutError } from './errors.ts';

export interface Guard {
  readonly signal: AbortSignal;
  /** Why the call was ended by us, if it was. */
  why(): unknown;
  stopClock(): void;
  clear(): void;
}

/** Joins the caller's abort with the call's own time-out. A plain timer: AbortSignal.any is slow to collect. */
export function guardOf(call: Call, defaultTimeoutMs: number): Guard {
  const timeoutMs = call.timeoutMs ?? defaultTimeoutMs;
  const controller = new AbortController();
  const forward = () => controller.abort(call.signal?.reason);
  const timer = setTimeout(() => controller.abort(timedOutError(call.what, timeoutMs)), timeoutMs);
  if (call.signal?.aborted) forward();
  call.signal?.addEventListener('abort', forward, { once: true });
  return {
    signal: controller.signal,
    why: () => (controller.signal.aborted ? controller.signal.reason : undefined),
    stopClock: () => clearTimeout(timer),
    clear() {
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', forward);
    },
  };
}

/** Gives up waiting when the signal aborts; what is waited for goes on for others. */
export async function abortable<T>(waited: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return waited;
  signal.throwIfAborted();
  let give: () => void = () => {};
  const aborted = new Promise<never>((_, reject) => {
    give = () => reject(signal.reason);
    signal.addEventListener('abort', give, { once: true });
  });
  try {
    return await Promise.race([waited, aborted]);
  } finally {
    signal.removeEventListener('abort', give);
  }
}
