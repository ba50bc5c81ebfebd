// The settings of a platform as written; their defaults are in revision.ts.

import { z } from 'zod';
import { driftMode, duration } from './parts.ts';

const percentWords = 'expected a share from 0% to 100%, or a number of resources';

export const policyFields = z.strictObject({
  maxDelete: z
    .union([
      z.int().min(0),
      z.string().refine((text) => /^\d+(\.\d+)?%$/.test(text) && Number.parseFloat(text) <= 100, {
        error: percentWords,
        params: { code: 'BadRange' },
      }),
    ])
    .optional()
    .describe(
      'Most resources that one plan may remove, as a share or a number (20%); at least one always may.',
    ),
  minReadySeconds: z
    .number()
    .min(0)
    .optional()
    .describe('How long a workload without probe and healthcheck must run to count as ready (1).'),
  resetAfter: duration.optional().describe('Health of this length forgets past restarts (10m).'),
  restartBudget: z
    .strictObject({
      restarts: z.int().min(1).optional().describe('Restarts (5) …'),
      within: duration.optional().describe('… within this time (10m).'),
    })
    .optional()
    .describe('More restarts than this, and the workload is CrashLoopBackOff.'),
  backoff: z
    .strictObject({
      initial: duration.optional().describe('Wait before the first repetition (1s).'),
      max: duration.optional().describe('Longest wait (5m).'),
      factor: z.number().min(1).optional().describe('Growth of the wait (2).'),
    })
    .optional()
    .describe('Waits between repeated failures.'),
  pauseGrace: duration
    .optional()
    .describe('How long a paused container is left alone: backups pause for a moment (2s).'),
  progressDeadline: duration
    .optional()
    .describe('A start or replacement not ready by then is given up (10m).'),
  concurrency: z.int().min(1).max(64).optional().describe('Engine calls in flight at once (8).'),
  resync: duration.optional().describe('How often everything is looked at without a reason (30s).'),
  audit: duration.optional().describe('How often each container is inspected in full (5m).'),
  drift: driftMode
    .optional()
    .describe('What to do about live differences, where a workload says nothing (heal).'),
  retention: z
    .strictObject({
      events: duration.optional().describe('How long events are kept (30d).'),
      plans: z.int().min(1).optional().describe('How many plans are kept (200).'),
      revisions: z.int().min(1).optional().describe('How many revisions are kept (50).'),
    })
    .optional()
    .describe('How much of the past is kept.'),
});
export type PolicyFields = z.infer<typeof policyFields>;
