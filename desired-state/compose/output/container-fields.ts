// The fields of a container in Compose's canonical JSON and their kinds: ContainerSpec of compose-go as a table, and the
// parts that builds, deploys and hooks share with it.

import { isFloat } from '../../yaml/go-scalar.ts';
import type { Kind } from './kinds.ts';
import * as kind from './kinds.ts';
import { listOf, mapOf, struct, withYaml } from './shapes.ts';

const { options } = kind;

export const ulimit: Kind = (node, loading) => {
  // 0 is no single number to Compose, nor are soft and hard anything then.
  if (node.kind !== 'map') return kind.integer(node, loading) ?? withYaml({}, { soft: 0, hard: 0 });
  const json = struct({ single: kind.integer, soft: kind.integer, hard: kind.integer })(node, loading);
  return withYaml({ ...(json as object) }, { soft: 0, hard: 0, ...(json as object) });
};

export const fileReference = struct({
  source: kind.text,
  target: kind.text,
  uid: kind.text,
  gid: kind.text,
  mode: kind.fileMode,
});

const deviceCount: Kind = (node, loading) => {
  const isAll = node.kind === 'scalar' && String(node.value).toLowerCase() === 'all';
  if (node.kind === 'scalar' && isFloat(node)) return kind.notWhole(node, loading);
  return isAll ? -1 : kind.integer(node, loading);
};

export const deviceRequest = struct({
  capabilities: kind.texts,
  driver: kind.text,
  count: deviceCount,
  device_ids: kind.texts,
  options,
});

export const hook = struct({
  command: { kind: kind.command, always: () => null },
  user: kind.text,
  privileged: kind.flag,
  working_dir: kind.text,
  environment: kind.environment,
});

/** Compose gives these two names with a capital letter. */
const weightDevice = struct({
  path: { kind: kind.text, always: () => '', as: 'Path' },
  weight: { kind: kind.setInteger, always: () => 0, as: 'Weight' },
});
const throttleDevice = struct({
  path: { kind: kind.text, always: () => '', as: 'Path' },
  rate: { kind: kind.size, always: () => '0', as: 'Rate' },
});

const volume = struct({
  type: kind.text,
  source: kind.text,
  target: kind.text,
  read_only: kind.flag,
  consistency: kind.text,
  bind: struct({
    selinux: kind.text,
    propagation: kind.text,
    create_host_path: kind.optOut,
    recursive: kind.text,
  }),
  volume: struct({ labels: options, nocopy: kind.flag, subpath: kind.text }),
  tmpfs: struct({ size: kind.size, mode: kind.integer }),
  image: struct({ subpath: kind.text }),
});

const serviceNetwork = struct({
  aliases: kind.texts,
  driver_opts: options,
  gw_priority: kind.integer,
  interface_name: kind.text,
  ipv4_address: kind.text,
  ipv6_address: kind.text,
  link_local_ips: kind.texts,
  mac_address: kind.text,
  priority: kind.integer,
});

/** Of jobs and hooks; those of a service are read into its environment. */
export const envFiles = listOf(struct({ path: kind.text, required: kind.optOut, format: kind.text }));

export const container = {
  annotations: options,
  blkio_config: struct({
    weight: kind.integer,
    weight_device: listOf(weightDevice),
    device_read_bps: listOf(throttleDevice),
    device_read_iops: listOf(throttleDevice),
    device_write_bps: listOf(throttleDevice),
    device_write_iops: listOf(throttleDevice),
  }),
  cap_add: kind.texts,
  cap_drop: kind.texts,
  cgroup: kind.text,
  cgroup_parent: kind.text,
  command: { kind: kind.command, always: () => null },
  configs: listOf(fileReference),
  cpu_count: kind.integer,
  cpu_percent: kind.float,
  cpu_period: kind.integer,
  cpu_quota: kind.integer,
  cpu_rt_period: kind.integer,
  cpu_rt_runtime: kind.integer,
  cpu_shares: kind.integer,
  cpus: kind.float,
  cpuset: kind.text,
  credential_spec: struct({ config: kind.text, file: kind.text, registry: kind.text }),
  device_cgroup_rules: kind.texts,
  devices: listOf(struct({ source: kind.text, target: kind.text, permissions: kind.text })),
  dns: kind.texts,
  dns_opt: kind.texts,
  dns_search: kind.texts,
  domainname: kind.text,
  entrypoint: { kind: kind.command, always: () => null },
  environment: kind.environment,
  extra_hosts: kind.hosts,
  gpus: listOf(deviceRequest),
  group_add: kind.texts,
  hostname: kind.text,
  image: kind.text,
  init: kind.setFlag,
  ipc: kind.text,
  isolation: kind.text,
  label_file: kind.texts,
  labels: options,
  logging: struct({ driver: kind.text, options }),
  mac_address: kind.text,
  mem_limit: kind.size,
  mem_reservation: kind.size,
  mem_swappiness: kind.size,
  memswap_limit: kind.size,
  models: mapOf(struct({ endpoint_var: kind.text, model_var: kind.text })),
  network_mode: kind.text,
  networks: mapOf(serviceNetwork),
  oom_kill_disable: kind.flag,
  oom_score_adj: kind.integer,
  pid: kind.text,
  pids_limit: kind.integer,
  platform: kind.text,
  privileged: kind.flag,
  pull_policy: kind.text,
  pull_refresh_after: kind.text,
  read_only: kind.flag,
  runtime: kind.text,
  secrets: listOf(fileReference),
  security_opt: kind.texts,
  shm_size: kind.size,
  stop_grace_period: kind.duration,
  stop_signal: kind.text,
  storage_opt: options,
  sysctls: options,
  tmpfs: kind.texts,
  ulimits: mapOf(ulimit),
  use_api_socket: kind.flag,
  user: kind.text,
  userns_mode: kind.text,
  uts: kind.text,
  volumes: listOf(volume),
  volumes_from: kind.texts,
  working_dir: kind.text,
};
