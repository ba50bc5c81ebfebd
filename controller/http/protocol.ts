// The words that the controller's API and its clients share: bodies, answers, errors. Nothing here does IO.

import { z } from 'zod';
import { type Ref, tiers } from '../../desired-state/resource.ts';
import { type ExitStatus, exitStatus } from '../errors.ts';

const planFields = {
  names: z.array(z.string()).default([]),
  allowDelete: z.boolean().default(false),
  updateImages: z.boolean().default(false),
  build: z.boolean().default(false),
  /** The sources a person named with `-f`, absolute: refused where the controller keeps others. */
  sources: z.array(z.string()).exactOptional(),
};
const by = z.string().min(1);

export const planBody = z.strictObject(planFields);
export const applyBody = z.strictObject({
  ...planFields,
  by,
  liftQuarantine: z.boolean().exactOptional(),
  fingerprint: z.string().exactOptional(),
  timeoutMs: z.number().positive().exactOptional(),
});
export const downBody = z.strictObject({
  by,
  volumes: z.boolean().default(false),
  sources: z.array(z.string()).exactOptional(),
});

const name = z.string().min(1);
export const actBody = z.strictObject({
  by,
  act: z.discriminatedUnion('verb', [
    z.strictObject({
      verb: z.literal('hold'),
      name,
      forMs: z.number().positive().exactOptional(),
      stopped: z.boolean().default(false),
      reason: z.string().exactOptional(),
    }),
    z.strictObject({ verb: z.literal('release'), name, acceptDataLoss: z.boolean().default(false) }),
    z.strictObject({ verb: z.literal('rerun'), name }),
    z.strictObject({ verb: z.literal('suspend'), reason: z.string().exactOptional() }),
    z.strictObject({ verb: z.literal('resume') }),
    z.strictObject({ verb: z.literal('adopt'), container: name.exactOptional() }),
    z.strictObject({ verb: z.literal('disown') }),
  ]),
});

export const restartPlanBody = z.strictObject({
  names: z.array(z.string()).default([]),
  selector: z.record(z.string(), z.string()).default({}),
  batchSize: z.number().int().positive(),
  settleMs: z.number().nonnegative(),
  adaptive: z.boolean().default(false),
  timeoutMs: z.number().positive(),
  maxFailures: z.number().int().nonnegative().exactOptional(),
  sources: z.array(z.string()).exactOptional(),
});
const refs = z.array(z.string().transform((ref) => ref as Ref));
const batches = z.array(z.strictObject({ tier: z.enum(tiers), refs }));
export const restartBody = z.strictObject({
  by,
  plan: z.strictObject({
    batches,
    settleMs: z.number().nonnegative(),
    adaptive: z.boolean().default(false),
    timeoutMs: z.number().positive(),
    maxFailures: z.number().int().nonnegative(),
    leastMs: z.number().nonnegative(),
    held: refs.default([]),
  }),
});
const recoverSettings = {
  settleMs: z.number().nonnegative(),
  adaptive: z.boolean(),
  timeoutMs: z.number().positive(),
  diskPercent: z.number().positive(),
  memoryBytes: z.number().nonnegative(),
};
export const recoverPlanBody = z.strictObject({
  ...recoverSettings,
  diskPercent: recoverSettings.diskPercent.exactOptional(),
  memoryBytes: recoverSettings.memoryBytes.exactOptional(),
  keepHealthy: z.boolean(),
  batchSize: z.number().int().positive(),
  maxFailures: z.number().int().nonnegative().exactOptional(),
  sources: z.array(z.string()).exactOptional(),
});
export const recoverBody = z.strictObject({
  by,
  plan: z.strictObject({
    ...recoverSettings,
    batches,
    kept: refs,
    held: refs,
    core: refs,
    maxFailures: z.number().int().nonnegative(),
    stopTimeoutMs: z.number().positive(),
    room: z.strictObject({
      disk: z
        .strictObject({ path: z.string(), usedPercent: z.number(), freeBytes: z.number() })
        .exactOptional(),
      memoryAvailableBytes: z.number().exactOptional(),
    }),
    unseen: z.boolean(),
    expectedMs: z.number().nonnegative(),
    untimed: z.number().int().nonnegative(),
  }),
});
export const rollbackPlanBody = z.strictObject({ to: z.string().min(1), full: z.boolean().default(false) });
export const rollbackBody = z.strictObject({
  by,
  from: z.string().min(1),
  to: z.string().min(1),
  full: z.boolean(),
});
export const sayBody = z.strictObject({
  by,
  id: z.string().min(1),
  word: z.discriminatedUnion('type', [
    z.strictObject({ type: z.enum(['pause', 'resume', 'abort']) }),
    z.strictObject({ type: z.literal('decide'), choice: z.string().min(1) }),
  ]),
});

export const syncBody = z.strictObject({
  by,
  pin: z.string().min(1).exactOptional(),
  unpin: z.boolean().exactOptional(),
  acceptRewrite: z.boolean().exactOptional(),
});

export const eventsQuery = z.strictObject({
  after: z.coerce.number().int().nonnegative().exactOptional(),
  since: z.coerce.number().nonnegative().exactOptional(),
  regarding: z.string().exactOptional(),
  type: z.enum(['Normal', 'Warning']).exactOptional(),
  limit: z.coerce.number().int().positive().max(10_000).default(500),
});

export const healthAnswer = z.object({
  platform: z.string(),
  pid: z.number(),
  version: z.string(),
  /** `EngineInfo.key` of the engine that it keeps the platform on. */
  engine: z.string(),
  startedAt: z.string(),
  sources: z.array(z.string()),
  /** It does not act: another leads, if anybody does at this moment. */
  standby: z
    .object({
      leader: z
        .object({ by: z.string(), pid: z.number(), host: z.string(), since: z.string() })
        .exactOptional(),
    })
    .exactOptional(),
});
export type HealthAnswer = z.infer<typeof healthAnswer>;

const statuses = new Set<number>(Object.values(exitStatus));

/** How an error travels: what the client throws again, with the same words and exit status. */
export const errorAnswer = z.object({
  error: z.object({
    message: z.string(),
    hint: z.string().exactOptional(),
    status: z.custom<ExitStatus>((value) => typeof value === 'number' && statuses.has(value)),
    /** Mistakes of a manifest, where that is what is wrong. */
    diagnostics: z
      .array(
        z.object({
          file: z.string(),
          line: z.number(),
          column: z.number(),
          severity: z.enum(['error', 'warning']),
          code: z.string(),
          message: z.string(),
          hint: z.string().exactOptional(),
        }),
      )
      .exactOptional(),
  }),
});
export type ErrorAnswer = z.infer<typeof errorAnswer>;

const httpStatuses: Readonly<Record<ExitStatus, number>> = {
  0: 200,
  1: 500,
  2: 200,
  64: 400,
  65: 422,
  69: 502,
  73: 409,
  75: 409,
  77: 403,
};

/** The HTTP status that goes with an exit status. */
export function httpStatusOf(status: ExitStatus): number {
  return httpStatuses[status];
}
