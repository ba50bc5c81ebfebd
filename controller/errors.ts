// Errors are three: retryable (try again later), terminal (no use), the user's (say what to type instead).
// Each carries the exit status that the CLI ends with.

export const exitStatus = {
  done: 0,
  failed: 1,
  pending: 2,
  usage: 64,
  invalid: 65,
  unreachable: 69,
  blocked: 73,
  held: 75,
  denied: 77,
} as const;
export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

export class ReeveError extends Error {
  readonly status: ExitStatus;
  readonly retryable: boolean;
  /** What to do next, as a sentence or a command. */
  readonly hint?: string;

  constructor(
    message: string,
    options: { status?: ExitStatus; retryable?: boolean; hint?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'ReeveError';
    this.status = options.status ?? exitStatus.failed;
    this.retryable = options.retryable ?? false;
    if (options.hint !== undefined) this.hint = options.hint;
  }
}

/** An engine call that failed; `reason` is what the condition will say. */
export class EngineError extends ReeveError {
  /** HTTP status of the engine; 0: it could not be asked (unreachable, time-out, lost answer). */
  readonly code: number;
  /** `NameTaken`, `PortTaken`, `ImageMissing`, `CommandNotFound`, `MountMissing`, `EngineUnreachable`, `CallTimedOut`, `EngineRefused`, `VolumeLost` … */
  readonly reason: string;

  constructor(
    message: string,
    options: { code: number; reason: string; status?: ExitStatus; cause?: unknown; hint?: string },
  ) {
    super(message, {
      status: options.status ?? (options.code === 0 ? exitStatus.unreachable : exitStatus.failed),
      retryable: options.code === 0 || options.code >= 500,
      ...(options.hint === undefined ? {} : { hint: options.hint }),
      cause: options.cause,
    });
    this.name = 'EngineError';
    this.code = options.code;
    this.reason = options.reason;
  }
}

/** Worth trying again later. */
export function isRetryable(error: unknown): boolean {
  return error instanceof ReeveError && error.retryable;
}
