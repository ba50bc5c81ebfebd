// The fields of each thing in Compose's canonical JSON and their kinds: the types of compose-go as a table.

import { container, deviceRequest, envFiles, fileReference, hook, ulimit } from './container-fields.ts';
import type { Kind } from './kinds.ts';
import * as kind from './kinds.ts';
import { type Field, listOf, mapOf, struct } from './shapes.ts';

const { options } = kind;
const empty = (fields: Kind): Field => ({ kind: fields, always: (loading) => fields(noMap, loading) });
const noMap = { kind: 'map', entries: new Map(), position: { file: '', line: 1, column: 1 } } as const;

const sshKeys: Kind = (node, loading) => {
  if (node.kind !== 'map' || node.entries.size === 0) return undefined;
  return [...node.entries.values()].map(({ key, value }) => {
    const path = kind.text(value, loading);
    return path === undefined ? key : `${key}=${String(path)}`;
  });
};

const build = struct({
  additional_contexts: options,
  args: kind.environment,
  cache_from: kind.texts,
  cache_to: kind.texts,
  context: kind.text,
  dockerfile: kind.text,
  dockerfile_inline: kind.text,
  entitlements: kind.texts,
  extra_hosts: kind.hosts,
  isolation: kind.text,
  labels: options,
  network: kind.text,
  no_cache: kind.flag,
  no_cache_filter: kind.texts,
  platforms: kind.texts,
  privileged: kind.flag,
  provenance: kind.text,
  pull: kind.flag,
  sbom: kind.text,
  secrets: listOf(fileReference),
  shm_size: kind.size,
  ssh: sshKeys,
  tags: kind.texts,
  target: kind.text,
  ulimits: mapOf(ulimit),
});

const workload = {
  build,
  depends_on: mapOf(
    struct({
      condition: kind.text,
      restart: kind.flag,
      required: { kind: kind.setFlag, always: () => false },
    }),
  ),
  expose: kind.ports,
  healthcheck: struct({
    test: kind.healthTest,
    timeout: kind.duration,
    interval: kind.duration,
    retries: kind.setInteger,
    start_period: kind.duration,
    start_interval: kind.duration,
    disable: kind.flag,
  }),
  ports: listOf(
    struct({
      name: kind.text,
      mode: kind.text,
      host_ip: kind.text,
      target: kind.integer,
      published: kind.text,
      protocol: kind.text,
      app_protocol: kind.text,
    }),
  ),
  stdin_open: kind.flag,
  tty: kind.flag,
};

const update = struct({
  parallelism: kind.setInteger,
  delay: kind.shortDuration,
  failure_action: kind.text,
  monitor: kind.shortDuration,
  max_failure_ratio: kind.float,
  order: kind.text,
});

const resource = struct({
  cpus: kind.float,
  memory: kind.size,
  pids: kind.integer,
  devices: listOf(deviceRequest),
  generic_resources: listOf(
    struct({
      discrete_resource_spec: struct({
        kind: { kind: kind.text, always: () => '' },
        value: { kind: kind.setInteger, always: () => 0 },
      }),
    }),
  ),
});

const deploy = struct({
  mode: kind.text,
  replicas: kind.setInteger,
  labels: options,
  update_config: update,
  rollback_config: update,
  resources: empty(struct({ limits: resource, reservations: resource })),
  restart_policy: struct({
    condition: kind.text,
    delay: kind.duration,
    max_attempts: kind.setInteger,
    window: kind.duration,
  }),
  placement: empty(
    struct({
      constraints: kind.texts,
      preferences: listOf(struct({ spread: kind.text })),
      max_replicas_per_node: kind.integer,
    }),
  ),
  endpoint_mode: kind.text,
});

const develop = struct({
  watch: listOf(
    struct({
      path: { kind: kind.text, always: () => '' },
      action: { kind: kind.text, always: () => '' },
      target: kind.text,
      exec: empty(hook),
      include: kind.texts,
      ignore: kind.texts,
      initial_sync: kind.flag,
    }),
  ),
});

const multiOptions: Kind = (node, loading) => {
  if (node.kind !== 'map' || node.entries.size === 0) return undefined;
  return Object.fromEntries(
    [...node.entries.values()].map(({ key, value }) => [key, kind.texts(value, loading) ?? null]),
  );
};

export const service = struct({
  ...container,
  ...workload,
  attach: kind.setFlag,
  container_name: kind.text,
  deploy,
  develop,
  extends: struct({ file: kind.text, service: kind.text }),
  external_links: kind.texts,
  links: kind.texts,
  post_start: listOf(hook),
  pre_start: listOf(struct({ ...container, env_file: envFiles, per_replica: kind.flag })),
  pre_stop: listOf(hook),
  profiles: kind.texts,
  provider: struct({ type: kind.text, options: multiOptions }),
  restart: kind.text,
  scale: kind.setInteger,
});

export const job = struct({
  ...container,
  env_file: envFiles,
  ...workload,
  profiles: kind.texts,
  triggers: struct({
    manual: kind.setFlag,
    schedule: listOf(
      struct({ cron: kind.text, timezone: kind.text, concurrency: kind.text, missed_fires: kind.text }),
    ),
  }),
});

export const network = struct({
  name: kind.text,
  driver: kind.text,
  driver_opts: options,
  ipam: empty(
    struct({
      driver: kind.text,
      config: listOf(
        struct({ subnet: kind.text, gateway: kind.text, ip_range: kind.text, aux_addresses: options }),
      ),
      options,
    }),
  ),
  external: kind.flag,
  internal: kind.flag,
  attachable: kind.flag,
  labels: options,
  enable_ipv4: kind.setFlag,
  enable_ipv6: kind.setFlag,
});

export const topVolume = struct({
  name: kind.text,
  driver: kind.text,
  driver_opts: options,
  external: kind.flag,
  labels: options,
});

/** The content of a secret is never written out. */
export const secret = struct({
  name: kind.text,
  file: kind.text,
  environment: kind.text,
  external: kind.flag,
  labels: options,
  driver: kind.text,
  driver_opts: options,
  template_driver: kind.text,
});

export const config = struct({
  name: kind.text,
  file: kind.text,
  environment: kind.text,
  content: kind.text,
  external: kind.flag,
  labels: options,
  template_driver: kind.text,
});

/** Of the project's models, which only YAML has. */
export const model = struct({
  name: kind.text,
  model: kind.text,
  context_size: kind.integer,
  runtime_flags: kind.texts,
});
