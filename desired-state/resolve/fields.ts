// Names of a container's fields as plans and `drift:` use them: those of ContainerSpec. In manifests the unit may be
// left out (`resources.memory` is `resources.memoryBytes`).

import type { ContainerSpec, Resources } from '../resource.ts';

/** A new field does not compile until it stands here. */
const containerFields: Readonly<Record<keyof ContainerSpec, true>> = {
  image: true,
  command: true,
  entrypoint: true,
  environment: true,
  labels: true,
  workingDir: true,
  user: true,
  groupAdd: true,
  hostname: true,
  domainname: true,
  macAddress: true,
  healthcheck: true,
  stopSignal: true,
  stopGracePeriodMs: true,
  restart: true,
  networkMode: true,
  networks: true,
  ports: true,
  expose: true,
  mounts: true,
  resources: true,
  privileged: true,
  readOnly: true,
  init: true,
  tty: true,
  stdinOpen: true,
  capAdd: true,
  capDrop: true,
  securityOpt: true,
  dns: true,
  dnsSearch: true,
  dnsOpt: true,
  extraHosts: true,
  devices: true,
  ulimits: true,
  sysctls: true,
  shmSizeBytes: true,
  oomKillDisable: true,
  oomScoreAdj: true,
  pidMode: true,
  ipcMode: true,
  utsMode: true,
  usernsMode: true,
  cgroupParent: true,
  runtime: true,
  logging: true,
  annotations: true,
  blockIo: true,
  cgroupMode: true,
  cpuRealtimePeriodUs: true,
  cpuRealtimeRuntimeUs: true,
  cpuCount: true,
  cpuPercent: true,
  memorySwappiness: true,
  deviceCgroupRules: true,
  deviceRequests: true,
  isolation: true,
  links: true,
  platform: true,
  storageOpt: true,
  volumesFrom: true,
};

const resourceFields: Readonly<Record<keyof Resources, true>> = {
  nanoCpus: true,
  memoryBytes: true,
  memorySwapBytes: true,
  memoryReservationBytes: true,
  pids: true,
  cpuShares: true,
  cpusetCpus: true,
  cpuPeriodUs: true,
  cpuQuotaUs: true,
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

/** The field as plans name it. */
export function fieldName(written: string): string {
  return Object.hasOwn(withoutUnit, written) ? (withoutUnit[written] ?? written) : written;
}

/** What may stand under `drift.fields`; below a map (`environment`, `labels` …) any key may follow. */
export const driftFields: readonly string[] = [
  // Whether it runs at all.
  'state',
  ...Object.keys(containerFields),
  ...Object.keys(resourceFields).map((name) => `resources.${name}`),
  ...Object.keys(withoutUnit),
];

export function isDriftField(written: string): boolean {
  if (driftFields.includes(written)) return true;
  const [root = ''] = written.split('.');
  return root !== 'resources' && root !== written && driftFields.includes(root);
}
