// The schema of every kind: the one source for checking manifests, for `reeve schema` and for the reference in docs/.

import { z } from 'zod';
import { containerShape } from '../container/schema.ts';
import { type ManifestKind, tiers } from '../resource.ts';
import { imagesFields } from './images.ts';
import { ownShape } from './own-fields.ts';
import * as part from './parts.ts';
import { policyFields } from './policy.ts';

export const apiVersion = 'reeve/v1';

/** Which services take part is a matter of Compose files; a manifest that is loaded takes part. */
const { profiles, ...container } = containerShape;
const workload = { ...container, ...ownShape };

/** Limits come from kind ResourceLimits, and what names one container cannot be everyone's default. */
const { image, build, container_name, ports, hostname, mac_address, deploy, ...shared } = container;
const { cpus, mem_limit, mem_reservation, memswap_limit, pids_limit, cpu_shares, cpuset, ...defaultable } =
  shared;
const { tier, probe, drift, onChange } = ownShape;

/** Fields of a container that limit it. */
export const limitKeys: ReadonlySet<string> = new Set([
  'deploy',
  'cpus',
  'cpu_shares',
  'cpuset',
  'mem_limit',
  'mem_reservation',
  'memswap_limit',
  'pids_limit',
]);

const platform = z.strictObject({
  compose: z
    .array(z.string().min(1))
    .optional()
    .describe(
      'Compose files, relative to this one: their services, networks and volumes belong to the platform.',
    ),
  defaults: z
    .strictObject({ ...defaultable, tier, probe, drift, onChange })
    .optional()
    .describe('Fields for every workload that does not set them; maps merge, lists replace.'),
  images: imagesFields.optional().describe('Where images come from.'),
  policy: policyFields.optional().describe('How reeve keeps the platform.'),
});

const service = z.strictObject(workload);

const agent = z.strictObject({
  class: part.name.optional().describe('AgentClass whose fields it takes; maps merge, lists replace.'),
  model: part.name
    .optional()
    .describe('Model that it uses: the agent waits for the model and for its server.'),
  config: z
    .string()
    .min(1)
    .optional()
    .describe(
      'JSON file, relative to this one. It is mounted read-only at /etc/agent/config.json, and a change of its content counts as onChange says. If it names a base_model other than the declared model, a warning says so.',
    ),
  ...workload,
});

const model = z.strictObject({
  server: z
    .string()
    .min(1)
    .describe('Workload that serves it, or the URL (http:// or https://) of a server elsewhere.'),
  model: z.string().min(1).optional().describe("Name as the server knows it; absent: the resource's name."),
  tag: z.string().min(1).optional().describe('Tag of the model (latest).'),
});

const limits = z.strictObject({
  selector: z
    .strictObject({
      kind: z.enum(['Service', 'Agent']).optional().describe('Only workloads of this kind.'),
      tier: z.enum(tiers).optional().describe('Only workloads of this tier.'),
      name: z
        .union([part.name, z.array(part.name).min(1)])
        .optional()
        .describe('Only these workloads.'),
      labels: part.labels.optional().describe('Only workloads that carry all of these labels.'),
    })
    .optional()
    .describe(
      'Which workloads; absent: all. Where several ResourceLimits set one field, the more specific selector goes first: name, then labels, then tier, then kind, then the later one. What a workload (or its class) writes itself goes before all.',
    ),
  limits: z
    .strictObject({
      cpus: part.cpus.optional().describe('CPUs it may use at most, for example 0.5.'),
      memory: part.size.optional().describe('Memory it may use at most, for example 512m.'),
      pids: z.int().min(1).optional().describe('Processes it may have at most.'),
    })
    .optional()
    .describe('What a workload may use at most.'),
  reservations: z
    .strictObject({
      cpus: part.cpus.optional().describe('Its weight when CPUs are short: 1 is as much as the default.'),
      memory: part.size.optional().describe('Memory it is kept when memory is short.'),
    })
    .optional()
    .describe('What a workload is kept; never more than its limits.'),
});

const external = z
  .boolean()
  .optional()
  .describe(
    'true: somebody else makes and removes it; `name` or the resource name is its name on the engine.',
  );
const engineName = z
  .string()
  .min(1)
  .optional()
  .describe('Name on the engine; absent: PLATFORM_name, as Compose does.');
const options = z
  .record(z.string(), z.union([z.string(), z.number()]))
  .optional()
  .describe('Options of the driver.');

const network = z
  .strictObject({
    name: engineName,
    external,
    driver: z.string().min(1).optional().describe('Driver (bridge).'),
    driver_opts: options,
    internal: z.boolean().optional().describe('true: no way out.'),
    attachable: z.boolean().optional().describe('true: containers of others may join.'),
    enable_ipv4: z.boolean().optional().describe('false: no IPv4 addresses (API 1.48).'),
    enable_ipv6: z.boolean().optional().describe('true: IPv6 addresses too.'),
    ipam: z
      .strictObject({
        driver: z.string().min(1).optional().describe('Address driver.'),
        options: z.record(z.string(), z.string()).optional().describe('Options of the address driver.'),
        config: z
          .array(
            z.strictObject({
              subnet: z.string().optional().describe('Addresses, for example 172.28.0.0/16.'),
              gateway: z.string().optional().describe('Address of the gateway.'),
              ip_range: z
                .string()
                .optional()
                .describe('Part of the subnet that containers get addresses from.'),
              aux_addresses: z
                .record(z.string(), z.string())
                .optional()
                .describe('Addresses that are taken already, by name.'),
            }),
          )
          .optional()
          .describe('Address pools.'),
      })
      .optional()
      .describe('Addresses.'),
    labels: part.labels.optional().describe('Labels on the engine.'),
    protect: ownShape.protect,
  })
  .nullable();

const volume = z
  .strictObject({
    name: engineName,
    external,
    driver: z.string().min(1).optional().describe('Driver (local).'),
    driver_opts: options,
    labels: part.labels.optional().describe('Labels on the engine.'),
    protect: ownShape.protect,
  })
  .nullable();

const secret = z
  .strictObject({
    env: z.string().min(1).optional().describe('Shell variable (or one of .env) that holds the value.'),
    file: z
      .string()
      .min(1)
      .optional()
      .describe('File that holds the value, relative to this one; one line break at its end is left out.'),
  })
  .refine((value) => (value.env === undefined) !== (value.file === undefined), {
    error: 'expected exactly one of env and file',
    params: { code: 'BadSecret' },
  });

/** `spec` by kind. */
export const specSchemas = {
  Platform: platform.nullable().describe('One running whole on one host, and how reeve keeps it.'),
  Service: service.describe("A container that is kept running: Compose's fields and reeve's own."),
  AgentClass: service.describe('What agents of one sort have in common: the fields of a Service.'),
  Agent: agent.describe('An AI agent: the fields of its class, its own on top.'),
  Model: model.describe('A model that is kept on a model server.'),
  ResourceLimits: limits.describe('Limits and reservations for many workloads at once.'),
  Network: network.describe('A network of the platform.'),
  Volume: volume.describe('A volume of the platform; reeve never removes one by itself.'),
  Secret: secret.describe('A value that is never shown and never stored.'),
} satisfies Record<ManifestKind, z.ZodType>;

export type Spec<K extends ManifestKind> = z.infer<(typeof specSchemas)[K]>;

export const metadataSchema = z.strictObject({
  name: part.name.describe('Name of the resource, unique within its kind.'),
  labels: part.labels.optional().describe('Labels to select it by (ResourceLimits, commands).'),
});

export const platformMetadataSchema = metadataSchema.extend({
  name: part.platformName.describe(
    'Name of the platform: the names of its containers, networks and volumes begin with it.',
  ),
});
