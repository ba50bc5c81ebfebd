// The settings of a platform as written; their defaults are in revision.ts.

import { z } from 'zod';
import { ruleActions, ruleNames } from '../policy/rule.ts';
import { rules } from '../policy/rules/index.ts';
import { defaultPolicy, onFailures } from '../revision.ts';
import { formatDuration, parseDuration } from '../units.ts';
import { driftMode, duration, durationFrom, size } from './parts.ts';

const longestWaitMs = defaultPolicy.backoff.maxMs;

function msOf(text: string | undefined, otherwise: number): number {
  return (text === undefined ? undefined : parseDuration(text)) ?? otherwise;
}

const percentWords = 'expected a share from 0% to 100%, or a number of resources';

const percent = z
  .string({ error: percentWords })
  .refine((text) => /^\d+(\.\d+)?%$/.test(text) && Number.parseFloat(text) <= 100, {
    error: percentWords,
    params: { code: 'BadRange' },
  });

/** `20%`, or a number of at least `least`. */
const share = (least: number) => z.union([z.int().min(least), percent], { error: percentWords });

/** One field a rule, so that an editor can offer and explain each. */
const ruleFields = z.strictObject(
  Object.fromEntries(
    rules.map((rule) => [
      rule.name,
      z.enum(ruleActions).optional().describe(`A workload that ${rule.words} (${rule.standard}).`),
    ]),
  ) as Record<
    (typeof ruleNames)[number],
    z.ZodOptional<z.ZodEnum<{ deny: 'deny'; warn: 'warn'; allow: 'allow' }>>
  >,
);

const exemption = z.strictObject({
  resource: z.string().min(1).describe('Service/x, or x.'),
  rules: z.array(z.enum(ruleNames)).min(1).describe('Rules that it need not keep.'),
  reason: z.string().trim().min(1).describe('Why; shown in reeve policy.'),
});

export const policyFields = z.strictObject({
  maxDelete: share(0)
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
      within: durationFrom('1ms').optional().describe('… within this time (10m).'),
    })
    .optional()
    .describe('More restarts than this, and the workload is CrashLoopBackOff.'),
  backoff: z
    .strictObject({
      initial: durationFrom('1ms').optional().describe('Wait before the first repetition (1s).'),
      max: durationFrom('1ms').optional().describe('Longest wait (5m).'),
      factor: z.number().min(1).optional().describe('Growth of the wait (2).'),
    })
    .refine(({ initial, max }) => msOf(initial, 0) <= msOf(max, longestWaitMs), {
      error: `expected at most max (${formatDuration(longestWaitMs)} where it is not written)`,
      path: ['initial'],
      params: { code: 'BadRange' },
    })
    .optional()
    .describe('Waits between repeated failures.'),
  recovery: z
    .strictObject({
      settle: duration.optional().describe('How long it must stay ready to count as well again (30s).'),
      verify: durationFrom('1ms')
        .optional()
        .describe(
          "How long it may take to get ready after a restart (30s), or its probe's or healthcheck's own time if that is longer.",
        ),
    })
    .optional()
    .describe('After a workload has failed and was started again.'),
  host: z
    .strictObject({
      maxDisk: percent
        .optional()
        .describe(
          "Where more of the engine's disk is in use, a complete recovery and the recovery of what fails for want of room remove images without a name and the build cache, never volumes (90%); 100%: never.",
        ),
      minMemory: size
        .optional()
        .describe(
          'With less memory available the platform is MemoryLow, and a complete recovery makes its batches so small that what they reserve fits (1000m).',
        ),
    })
    .optional()
    .describe('What the host of the engine must have left; known only of an engine on this machine.'),
  completeRecovery: z
    .strictObject({
      onOutage: percent
        .refine((text) => Number.parseFloat(text) > 0, {
          error: 'expected a share above 0%',
          params: { code: 'BadRange' },
        })
        .describe(
          'With at least this share of the workloads down at once, two or more, a complete recovery begins by itself; what is Ready runs on.',
        ),
      after: duration.optional().describe('How long that must have lasted (30s).'),
    })
    .optional()
    .describe('When a complete recovery begins by itself (never).'),
  engine: z
    .strictObject({
      startCommand: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .describe(
          'Run on the host of the controller, without a shell, where the engine does not answer during a complete recovery; once an outage. For example [systemctl, restart, docker] (none: it is waited for).',
        ),
      startTimeout: durationFrom('1s')
        .optional()
        .describe('How long that may take before it is killed, and until the engine is to answer (30s).'),
    })
    .optional()
    .describe('What reeve may do about an engine that does not answer.'),
  pauseGrace: duration
    .optional()
    .describe('How long a paused container is left alone: backups pause for a moment (2s).'),
  progressDeadline: durationFrom('1ms')
    .optional()
    .describe(
      'A start or replacement not ready by then is given up, and with it its wave of a rollout (10m).',
    ),
  rollout: z
    .strictObject({
      maxUnavailable: share(1)
        .optional()
        .describe(
          'How many of tier standard are changed at once, as a share of those that change or a number (5).',
        ),
      minReady: duration.optional().describe('How long a wave must stay ready before the next (0s).'),
      canaryFor: duration
        .optional()
        .describe(
          'One of each agent class, and one of the services, is changed first and watched for so long; 0s: none (0s).',
        ),
      canaryErrors: z
        .strictObject({
          max: percent.describe(
            'Above this share of failed calls while it is watched the canary has failed.',
          ),
          metrics: z
            .strictObject({
              port: z.int().min(1).max(65_535).describe('Port of the container.'),
              path: z.string().startsWith('/').optional().describe('Asked by GET (/metrics).'),
              failed: z.string().min(1).describe('Counter of the calls that failed.'),
              all: z.string().min(1).describe('Counter of all calls.'),
            })
            .optional()
            .describe(
              'Where the canary counts its calls: counters of Prometheus\' text, with labels or without (http_requests_total{code="500"}), or numbers in JSON (stats.errors). Absent: the calls of its own probe count.',
            ),
        })
        .optional()
        .describe('A canary is judged by its errors too.'),
      stableAfter: duration
        .optional()
        .describe('All ready for so long, the revision is stable: what a rollback goes back to (10m).'),
      onFailure: z
        .enum(onFailures)
        .optional()
        .describe('When a wave does not get ready: go back, wait for a decision, or go on (rollback).'),
    })
    .optional()
    .describe('How a new revision is brought in, wave by wave.'),
  concurrency: z.int().min(1).max(64).optional().describe('Engine calls in flight at once (8).'),
  resync: durationFrom('100ms')
    .optional()
    .describe('How often everything is looked at without a reason (30s); at least 100ms.'),
  audit: durationFrom('100ms')
    .optional()
    .describe('How often each container is inspected in full (5m); at least 100ms.'),
  drift: driftMode
    .optional()
    .describe('What to do about live differences, where a workload says nothing (heal).'),
  rules: ruleFields
    .optional()
    .describe('What a manifest may ask of the host: deny refuses it, warn says so, allow is silent.'),
  exemptions: z.array(exemption).optional().describe('Resources that need not keep a rule, and why.'),
  allowedMounts: z
    .array(z.string().min(1))
    .optional()
    .describe(
      "Folders of the host that may be mounted, beside the manifests' own: absolute, or relative to this file.",
    ),
  capToHost: z
    .boolean()
    .optional()
    .describe(
      'Take a limit above what the host has down to that, and say so, instead of refusing it (false).',
    ),
  retention: z
    .strictObject({
      events: duration.optional().describe('How long events are kept (30d).'),
      plans: z.int().min(1).optional().describe('How many plans are kept (200).'),
      revisions: z
        .int()
        .min(1)
        .optional()
        .describe('How many revisions are kept (50), besides those that a rollback needs.'),
    })
    .optional()
    .describe('How much of the past is kept.'),
});
export type PolicyFields = z.infer<typeof policyFields>;
