// One timer of the process, for the first of all deadlines there are.

interface AlarmContext {
  readonly now: () => number;
  /** What is due is seen to; rejects where that could not be stored, and it rings again after `retryMs`. */
  readonly ring: () => Promise<void>;
  readonly retryMs: number;
  readonly onError: (error: unknown) => void;
}

/** setTimeout takes no longer waits than this; a deadline that is further away is looked at again then. */
const longestWaitMs = 3_600_000;

export class Alarm {
  readonly #c: AlarmContext;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(context: AlarmContext) {
    this.#c = context;
  }

  /** Rings at `at`, epoch ms, instead of whenever it was set to; Infinity: not at all. `leastMs`: no sooner than that from now. */
  set(at: number, leastMs = 0): void {
    clearTimeout(this.#timer);
    if (this.#closed || !Number.isFinite(at)) return;
    const { now, ring, retryMs, onError } = this.#c;
    const wait = Math.min(Math.max(leastMs, at - now()), longestWaitMs);
    this.#timer = setTimeout(() => {
      ring().catch((error: unknown) => {
        onError(error);
        this.set(now(), retryMs);
      });
    }, wait);
    this.#timer.unref();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
}
