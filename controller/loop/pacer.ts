// When the next pass is due: asked for, or by the clock (a plan's own time, resync, audit), and never too soon after the
// last one. Owns times only.

/**
 * While steps run, passes keep this distance: each costs a list call that the engine could spend on starts. At least so
 * many times what the last pass took, so that a busy engine is asked less often.
 */
const busySpacingMs = 60;
const busyShare = 5;
const busySpacingMaxMs = 500;
/** … and this one where a pass would only tell how far the steps are, or the clock asks for it; */
const calmSpacingMs = 600;
/** this one where some of them wait for what others become. */
const waitingSpacingMs = 300;
/** Distance otherwise: a storm of foreign events must not become a storm of passes. The first after quiet is immediate. */
const idleSpacingMs = 20;
/** Events of what is not ours are answered together, this late at most. */
const foreignDelayMs = 300;

export class Pacer {
  readonly #now: () => number;
  #asked = false;
  #stepped = false;
  #atOnce = false;
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

  /** A pass right after this one, which has just learnt what it did not know. */
  askAtOnce(): void {
    this.#atOnce = true;
    this.ask();
  }

  /** A pass that need not be soon while other steps run: one has moved on, and nothing waits for it. */
  askAfterStep(): void {
    this.#stepped = true;
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

  /** Resolves when the next pass is due, or when closed. `waits`: steps that have not begun wait for those that have. */
  async due(busy: () => boolean, waits: () => boolean): Promise<void> {
    while (!this.#closed) {
      const at = this.#now();
      // An end that is still to come is of a clock that was set back since: nobody waits till then.
      this.#lastEnd = Math.min(this.#lastEnd, at);
      const { soon, calm } = this.#spacing(busy(), waits());
      const byClock = this.#stepped ? at : Math.min(this.planAt, this.resyncAt, this.auditAt);
      const next = Math.min(
        this.#asked ? this.#lastEnd + soon : Number.POSITIVE_INFINITY,
        Math.max(byClock, this.#lastEnd + calm),
      );
      if (next <= at) break;
      await this.#sleep(Math.min(next - at, 60_000));
    }
    this.#asked = false;
    this.#stepped = false;
    this.#atOnce = false;
  }

  /** A pass has ended. */
  passed(startedAt: number): void {
    this.#lastEnd = this.#now();
    this.#lastMs = this.#lastEnd - startedAt;
  }

  #spacing(busy: boolean, waits: boolean): { readonly soon: number; readonly calm: number } {
    if (this.#atOnce) return { soon: 0, calm: 0 };
    if (!busy) return { soon: idleSpacingMs, calm: idleSpacingMs };
    const soon = Math.min(Math.max(busySpacingMs, this.#lastMs * busyShare), busySpacingMaxMs);
    return { soon, calm: Math.max(soon, waits ? waitingSpacingMs : calmSpacingMs) };
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
