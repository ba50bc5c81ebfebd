// When the next pass is due: asked for, or by the clock (a plan's own time, resync, audit), and never too soon after the
// last one. Owns times only.

/**
 * While steps run, passes keep this distance: each costs a list call that the engine could spend on starts. At least so
 * many times what the last pass took, so that a busy engine is asked less often.
 */
const busySpacingMs = 60;
const busyShare = 5;
const busySpacingMaxMs = 500;
/** Distance otherwise: a storm of foreign events must not become a storm of passes. The first after quiet is immediate. */
const idleSpacingMs = 20;
/** Events of what is not ours are answered together, this late at most. */
const foreignDelayMs = 300;

export class Pacer {
  readonly #now: () => number;
  #asked = false;
  #closed = false;
  #lastEnd = 0;
  #lastMs = 0;
  #release: (() => void) | undefined;
  #later: NodeJS.Timeout | undefined;
  /** A plan's own time, epoch ms. */
  planAt = Number.POSITIVE_INFINITY;
  resyncAt = 0;
  auditAt = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A pass soon. */
  ask(): void {
    this.#asked = true;
    this.#release?.();
  }

  /** A pass, but not at once. */
  askLater(): void {
    this.#later ??= setTimeout(() => {
      this.#later = undefined;
      this.ask();
    }, foreignDelayMs);
  }

  /** Ends every wait, now and from now on. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#later);
    this.#release?.();
  }

  /** Resolves when the next pass is due, or when closed. */
  async due(busy: () => boolean): Promise<void> {
    while (!this.#closed) {
      const at = this.#now();
      const earliest = this.#lastEnd + this.#spacing(busy());
      const next = this.#asked ? earliest : Math.min(this.planAt, this.resyncAt, this.auditAt);
      if (next <= at) break;
      await this.#sleep(Math.min(next - at, 60_000));
    }
    this.#asked = false;
  }

  /** A pass has ended. */
  passed(startedAt: number): void {
    this.#lastEnd = this.#now();
    this.#lastMs = this.#lastEnd - startedAt;
  }

  #spacing(busy: boolean): number {
    if (!busy) return idleSpacingMs;
    return Math.min(Math.max(busySpacingMs, this.#lastMs * busyShare), busySpacingMaxMs);
  }

  async #sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#release = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#release = undefined;
  }
}
