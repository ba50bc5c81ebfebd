// A line of the controller's log for each step that has ended.

import type { Logger } from 'pino';
import type { StepProgress } from './step-ledger.ts';

export function logStep(logger: Logger, { step, pass, state, ms, message }: StepProgress): void {
  const fields = {
    pass,
    ref: step.ref,
    op: step.op,
    cause: step.cause.reason,
    ...(ms === undefined ? {} : { ms: Math.round(ms) }),
  };
  if (state === 'failed') logger.warn(fields, message ?? 'step failed');
  else if (state !== 'started') logger.info(fields, `${step.op} ${state}`);
}
