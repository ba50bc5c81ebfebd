// Follows one procedure until there is nothing more to wait for: it has ended, or a person must speak.

import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcedureReport } from '../reports/procedures.ts';

/** Each state is stored, so none is missed by looking now and then. */
const lookEveryMs = 200;

/** `tell` gets each change once. Returns the last; also when `signal` aborts, which ends the watching alone. */
export async function attend(
  look: () => Promise<ProcedureReport>,
  tell: (report: ProcedureReport) => void,
  signal: AbortSignal,
): Promise<ProcedureReport> {
  for (let told = 0; ; ) {
    const report = await look();
    if (report.log.length > told) tell(report);
    told = report.log.length;
    if (report.endedAt !== undefined || report.choices.length > 0 || signal.aborted) return report;
    await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}
