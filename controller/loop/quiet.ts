// A rename of what runs writes the count of its networks' endpoints anew, and an old one where another container starts or
// ends in those milliseconds (decision 2). So it has a moment in which reeve itself starts and ends nothing.

export class Quiet {
  readonly #patienceMs: number;
  #stirring = 0;
  #onStill: (() => void) | undefined;
  /** Resolves when nobody wants quiet any more. */
  #wanted: Promise<void> | undefined;

  /** So long a moment is waited for: a stop may take minutes, and touches its network at its end alone. */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** Of what starts or ends a container, or moves it between networks: begins in no moment of quiet. */
  async stir<T>(task: () => Promise<T>): Promise<T> {
    while (this.#wanted !== undefined) await this.#wanted;
    this.#stirring++;
    try {
      return await task();
    } finally {
      this.#stirring--;
      if (this.#stirring === 0) this.#onStill?.();
    }
  }

  /** One after the other, each while nothing stirs, or when that was waited for long enough. */
  async quietly<T>(task: () => Promise<T>): Promise<T> {
    while (this.#wanted !== undefined) await this.#wanted;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wanted = promise;
    try {
      await this.#still();
      return await task();
    } finally {
      this.#wanted = undefined;
      resolve();
    }
  }

  async #still(): Promise<void> {
    if (this.#stirring === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onStill = resolve;
    const timer = setTimeout(resolve, this.#patienceMs);
    await promise;
    clearTimeout(timer);
    this.#onStill = undefined;
  }
}
