// Names of a container's fields: those of ContainerSpec here, Compose's own where people read them. `drift:` takes
// either, and ours without the unit (`resources.memory` is `resources.memoryBytes`, which is Compose's `mem_limit`).

import type { ContainerSpec, Resources } from './container-spec.ts';

/** Variables taken away are a part of `environment` to people: no name of its own. */
type Named = Exclude<keyof ContainerSpec, 'unsetEnvironment'>;

/** As Compose has it. A new field does not compile until it stands here. */
const containerFields: Readonly<Record<Named, string>> = {
  image: 'image',
  command: 'command',
  entrypoint: 'entrypoint',
  environment: 'environment',
  labels: 'labels',
  workingDir: 'working_dir',
  user: 'user',
  groupAdd: 'group_add',
  hostname: 'hostname',
  domainname: 'domainname',
  macAddress: 'mac_address',
  healthcheck: 'healthcheck',
  stopSignal: 'stop_signal',
  stopGracePeriodMs: 'stop_grace_period',
  restart: 'restart',
  networkMode: 'network_mode',
  networks: 'networks',
  ports: 'ports',
  expose: 'expose',
  mounts: 'volumes',
  resources: 'resources',
  privileged: 'privileged',
  readOnly: 'read_only',
  init: 'init',
  tty: 'tty',
  stdinOpen: 'stdin_open',
  capAdd: 'cap_add',
  capDrop: 'cap_drop',
  securityOpt: 'security_opt',
  dns: 'dns',
  dnsSearch: 'dns_search',
  dnsOpt: 'dns_opt',
  extraHosts: 'extra_hosts',
  devices: 'devices',
  ulimits: 'ulimits',
  sysctls: 'sysctls',
  shmSizeBytes: 'shm_size',
  oomKillDisable: 'oom_kill_disable',
  oomScoreAdj: 'oom_score_adj',
  pidMode: 'pid',
  ipcMode: 'ipc',
  utsMode: 'uts',
  usernsMode: 'userns_mode',
  cgroupParent: 'cgroup_parent',
  runtime: 'runtime',
  logging: 'logging',
  annotations: 'annotations',
  blockIo: 'blkio_config',
  cgroupMode: 'cgroup',
  cpuRealtimePeriodUs: 'cpu_rt_period',
  cpuRealtimeRuntimeUs: 'cpu_rt_runtime',
  cpuCount: 'cpu_count',
  cpuPercent: 'cpu_percent',
  memorySwappiness: 'mem_swappiness',
  deviceCgroupRules: 'device_cgroup_rules',
  deviceRequests: 'gpus',
  isolation: 'isolation',
  links: 'links',
  platform: 'platform',
  storageOpt: 'storage_opt',
  volumesFrom: 'volumes_from',
};

const resourceFields: Readonly<Record<keyof Resources, string>> = {
  nanoCpus: 'cpus',
  memoryBytes: 'mem_limit',
  memorySwapBytes: 'memswap_limit',
  memoryReservationBytes: 'mem_reservation',
  pids: 'pids_limit',
  cpuShares: 'cpu_shares',
  cpusetCpus: 'cpuset',
  cpuPeriodUs: 'cpu_period',
  cpuQuotaUs: 'cpu_quota',
};

/** Written without unit → the field. */
const withoutUnit: Readonly<Record<string, string>> = {
  stopGracePeriod: 'stopGracePeriodMs',
  shmSize: 'shmSizeBytes',
  'resources.cpus': 'resources.nanoCpus',
  'resources.memory': 'resources.memoryBytes',
  'resources.memorySwap': 'resources.memorySwapBytes',
  'resources.memoryReservation': 'resources.memoryReservationBytes',
  'resources.cpuset': 'resources.cpusetCpus',
  'resources.cpuPeriod': 'resources.cpuPeriodUs',
  'resources.cpuQuota': 'resources.cpuQuotaUs',
  cpuRealtimePeriod: 'cpuRealtimePeriodUs',
  cpuRealtimeRuntime: 'cpuRealtimeRuntimeUs',
};

/** The field as the code names it. */
export function fieldName(written: string): string {
  return Object.hasOwn(withoutUnit, written) ? (withoutUnit[written] ?? written) : written;
}

/** The same where Compose's own name is taken too: `mem_limit`, `volumes./data`. */
export function driftFieldName(written: string): string {
  const [root = '', ...rest] = written.split('.');
  const field = root === 'resources' ? undefined : ours.get(root);
  return field === undefined ? fieldName(written) : [field, ...rest].join('.');
}

/** As people know it: `resources.memoryBytes` → `mem_limit`, `mounts./data` → `volumes./data`. */
export function composeName(field: string): string {
  const [root = '', ...rest] = field.split('.');
  if (root === 'resources') return resourceFields[rest.join('.') as keyof Resources] ?? field;
  return [containerFields[root as Named] ?? root, ...rest].join('.');
}

/** Compose's name → ours. */
const ours: ReadonlyMap<string, string> = new Map([
  ...Object.entries(containerFields).map(([field, compose]) => [compose, field] as const),
  ...Object.entries(resourceFields).map(([field, compose]) => [compose, `resources.${field}`] as const),
]);

/** What may stand under `drift.fields`; below a map (`environment`, `labels` …) any key may follow. */
export const driftFields: readonly string[] = [
  // Whether it runs at all.
  'state',
  ...ours.keys(),
  ...Object.keys(containerFields),
  ...Object.keys(resourceFields).map((name) => `resources.${name}`),
  ...Object.keys(withoutUnit),
];

export function isDriftField(written: string): boolean {
  if (driftFields.includes(written)) return true;
  const [root = ''] = written.split('.');
  return root !== 'resources' && root !== written && driftFields.includes(root);
}
