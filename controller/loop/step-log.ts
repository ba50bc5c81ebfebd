// A step's begin and end as lines of the log.

import type { Logger } from 'pino';
import type { StepProgress } from './step-ledger.ts';

/** A failure is a warning; that one has begun is not said. */
export function logStep(
  logger: Logger,
  { step: { ref, op, cause }, pass, state, ms, message }: StepProgress,
): void {
  const fields = {
    pass,
    ref,
    op,
    cause: cause.reason,
    ...(ms === undefined ? {} : { ms: Math.round(ms) }),
  };
  if (state === 'failed') logger.warn(fields, message ?? 'step failed');
  else if (state !== 'started') logger.info(fields, `${op} ${state}`);
}
