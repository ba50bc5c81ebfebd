// What reeve adds to Compose's language of containers: fields of a spec in manifests, and of `x-reeve:` in Compose files.

import { z } from 'zod';
import { secretValue } from '../container/schema-parts.ts';
import { tiers } from '../resource.ts';
import { driftMode, duration, durationFrom, port, signal } from './parts.ts';

const probeWays = ['http', 'tcp', 'exec', 'postgres', 'redis'] as const;
const password = secretValue.optional();

const probe = z
  .strictObject({
    http: z
      .strictObject({
        port: port.describe('Port in the container.'),
        path: z
          .string()
          .startsWith('/', { error: 'expected a path that begins with "/"' })
          .describe('Path to get, for example /health.'),
        status: z
          .int()
          .min(100)
          .max(599)
          .optional()
          .describe('The one status that passes; absent: 200 to 399.'),
        body: z.string().optional().describe('Text that the answer must contain.'),
      })
      .optional()
      .describe('Passes when the workload answers an HTTP GET.'),
    tcp: z
      .strictObject({ port: port.describe('Port in the container.') })
      .optional()
      .describe('Passes when a connection is accepted.'),
    exec: z
      .strictObject({
        command: z
          .union([z.string().min(1), z.array(z.string()).min(1)])
          .describe('Command run inside the container; text is run by /bin/sh -c.'),
      })
      .optional()
      .describe('Passes when the command ends with status 0.'),
    postgres: z
      .strictObject({
        port: port.optional().describe('Port in the container (5432).'),
        user: z.string().optional().describe("User; absent: the container's POSTGRES_USER, or postgres."),
        database: z
          .string()
          .optional()
          .describe("Database; absent: the container's POSTGRES_DB, or the user's."),
        password: password.describe("{secret: NAME}; absent: the container's POSTGRES_PASSWORD, or none."),
      })
      .optional()
      .describe(
        'Passes when it takes a connection and answers SELECT 1; starting up or in recovery it is waited for.',
      ),
    redis: z
      .strictObject({
        port: port.optional().describe('Port in the container (6379).'),
        password: password.describe('{secret: NAME}; absent: none.'),
      })
      .optional()
      .describe('Passes when it answers PING; while it loads its data it is waited for.'),
    every: durationFrom('100ms', '1d').optional().describe('Time between two probes (10s).'),
    timeout: durationFrom('1ms', '1d').optional().describe('Longest time of one probe (5s).'),
    threshold: z.int().min(1).optional().describe('Failures in a row before it counts as failing (3).'),
    startPeriod: duration.optional().describe('Failures within this time after the start do not count (0s).'),
  })
  .refine((value) => probeWays.filter((way) => value[way] !== undefined).length === 1, {
    error: 'expected exactly one of http, tcp, exec, postgres and redis',
    params: { code: 'BadProbe' },
  });

/** The whole-resource mode, or modes by field. */
const drift = z.union([
  driftMode,
  z.strictObject({
    mode: driftMode.optional().describe("For all fields not named; absent: the platform's."),
    fields: z
      .record(z.string(), driftMode)
      .optional()
      .describe('By field of the container: environment, mem_limit, labels …'),
  }),
]);

/** A raw shape, spread beside the container's fields. */
export const ownShape = {
  tier: z.enum(tiers).optional().describe('Start order: core, then critical, then standard (the default).'),
  probe: probe
    .optional()
    .describe("How reeve itself finds out whether it is ready, beside the engine's healthcheck."),
  drift: drift
    .optional()
    .describe(
      'What to do when the live container differs without a change of the manifest: heal, report or ignore.',
    ),
  schemaVersion: z
    .strictObject({
      atMost: z
        .int()
        .min(0)
        .describe("The newest version of the schema that this revision's programs can work with."),
      command: z
        .union([z.string().min(1), z.array(z.string()).min(1)])
        .optional()
        .describe(
          'Run inside the container, prints the version; text is run by /bin/sh -c. Absent: psql, SELECT max(version) FROM schema_version.',
        ),
    })
    .optional()
    .describe(
      'Asked before a rollback to this revision stops anything: where the schema is newer it waits for a decision.',
    ),
  beforeRollback: z
    .union([z.string().min(1), z.array(z.string()).min(1)])
    .optional()
    .describe(
      'Run inside the container before a rollback stops anything, for example a backup; where it fails the rollback waits for a decision. Text is run by /bin/sh -c.',
    ),
  failover: z
    .strictObject({
      to: z.string().min(1).describe('Service/x, or x: a declared workload that can stand in for this one.'),
      alias: z
        .string()
        .min(1)
        .optional()
        .describe("The alias that is moved to it and back; absent: this workload's name."),
      network: z.string().min(1).optional().describe('On this network; absent: the one that it is on.'),
      standby: z
        .enum(['stopped', 'running'])
        .optional()
        .describe(
          'How the standby is kept while it is not needed: made and not started, or running (stopped).',
        ),
    })
    .optional()
    .describe(
      'What stands in for it when its recovery has failed: the standby is started, takes the alias once it is ready, and gives it back when this one is well again.',
    ),
  protect: z.boolean().optional().describe('true: it is never removed and never recreated.'),
  onChange: z
    .union([
      z.enum(['restart', 'ignore']),
      z.strictObject({ signal: signal.describe('Signal for its process 1, for example SIGHUP.') }),
    ])
    .optional()
    .describe(
      'What to do when a config, a secret or a read-only mounted file changed its content (restart).',
    ),
  watch: z
    .array(z.string().min(1))
    .optional()
    .describe('Further files and folders beside the manifest whose content belongs to this workload.'),
  modelServer: z
    .strictObject({ port: port.describe('Port in the container that speaks the API (11434).') })
    .optional()
    .describe(
      "Declares a model server that speaks Ollama's API; a workload that a Model names is one anyway.",
    ),
};

export const ownKeys: ReadonlySet<string> = new Set(Object.keys(ownShape));

/** Fields of an Agent that are neither the container's nor every workload's. */
export const agentKeys: ReadonlySet<string> = new Set(['class', 'model', 'config']);

/** `x-reeve:` of a Compose service. */
export const ownFields = z.strictObject(ownShape);
export type OwnFields = z.infer<typeof ownFields>;
