// The manifest that describes a container as it is: what its image says already is left out. Pure. A new field of
// ContainerSpec does not compile until it is written here.

import type {
  BlockIo,
  ContainerSpec,
  EnvValue,
  Mount,
  NetworkAttachment,
  PortBinding,
  Resources,
} from '../../desired-state/container-spec.ts';
import type { ContainerDetail, ImageDefaults } from '../../reconcilers/observed.ts';

export interface Described {
  readonly name: string;
  readonly detail: ContainerDetail;
}

type Fields = Readonly<Record<string, unknown>>;
type Writer = (spec: ContainerSpec, image: ImageDefaults) => Fields;

/** Documents in order: networks and volumes that it uses as external ones, then the service. */
export function documentsOf({ name, detail }: Described): readonly object[] {
  const { spec, imageDefaults } = detail;
  const fields = Object.values(writers).map((write) => write(spec, imageDefaults));
  const service = escaped({ container_name: name, ...Object.assign({}, ...fields) });
  const volumes = spec.mounts.flatMap((m) =>
    m.type === 'volume' && m.source !== undefined ? [m.source] : [],
  );
  return [
    ...Object.keys(spec.networks).map((network) => external('Network', network)),
    ...[...new Set(volumes)].map((volume) => external('Volume', volume)),
    { apiVersion: 'reeve/v1', kind: 'Service', metadata: { name }, spec: service },
  ];
}

function external(kind: 'Network' | 'Volume', name: string): object {
  return { apiVersion: 'reeve/v1', kind, metadata: { name }, spec: { external: true, name } };
}

/** A field under its name in the manifest, unless it is not set. */
function plain<K extends keyof ContainerSpec>(field: K, key: string): Writer {
  return (spec) => (isEmpty(spec[field]) ? {} : { [key]: spec[field] });
}

/** The same, unless the image says so already. */
function unlessImage(
  field: 'command' | 'entrypoint' | 'workingDir' | 'user' | 'stopSignal',
  key: string,
): Writer {
  return (spec, image) =>
    isEmpty(spec[field]) || same(spec[field], image[field]) ? {} : { [key]: spec[field] };
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === '' ||
    (typeof value === 'object' && Object.keys(value ?? {}).length === 0)
  );
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

const writers: Readonly<Record<keyof ContainerSpec, Writer>> = {
  image: plain('image', 'image'),
  entrypoint: unlessImage('entrypoint', 'entrypoint'),
  // An entrypoint of its own drops the image's command: then the same one must be said.
  command: (spec, image) =>
    isEmpty(spec.command) || (same(spec.command, image.command) && same(spec.entrypoint, image.entrypoint))
      ? {}
      : { command: spec.command },
  environment: (spec, image) => {
    const own = beyond(texts(spec.environment), texts(image.environment));
    const unset = (spec.unsetEnvironment ?? []).filter((key) => key in image.environment);
    return named('environment', { ...own, ...Object.fromEntries(unset.map((key) => [key, null])) });
  },
  // Written with the others.
  unsetEnvironment: () => ({}),
  labels: (spec, image) => named('labels', beyond(spec.labels, image.labels)),
  workingDir: unlessImage('workingDir', 'working_dir'),
  user: unlessImage('user', 'user'),
  groupAdd: plain('groupAdd', 'group_add'),
  hostname: plain('hostname', 'hostname'),
  domainname: plain('domainname', 'domainname'),
  macAddress: plain('macAddress', 'mac_address'),
  healthcheck: ({ healthcheck }, image) => {
    if (healthcheck === undefined || same(healthcheck, image.healthcheck)) return {};
    const { test, retries, intervalMs, timeoutMs, startPeriodMs, startIntervalMs } = healthcheck;
    const written = {
      test,
      retries,
      interval: ms(intervalMs),
      timeout: ms(timeoutMs),
      start_period: ms(startPeriodMs),
      start_interval: ms(startIntervalMs),
    };
    return { healthcheck: present(written) };
  },
  stopSignal: unlessImage('stopSignal', 'stop_signal'),
  stopGracePeriodMs: (spec) => present({ stop_grace_period: ms(spec.stopGracePeriodMs) }),
  // Always: an absent one means long-running.
  restart: ({ restart: { name, maxRetries } }) => ({
    restart: maxRetries === undefined ? name : `${name}:${maxRetries}`,
  }),
  // None at all is the engine's own bridge.
  networkMode: (spec) =>
    spec.networkMode !== undefined || isEmpty(spec.networks)
      ? { network_mode: spec.networkMode ?? 'bridge' }
      : {},
  networks: (spec) =>
    named(
      'networks',
      Object.fromEntries(Object.entries(spec.networks).map(([name, a]) => [name, attachmentOf(a)])),
    ),
  ports: (spec) => named('ports', spec.ports.map(portOf)),
  expose: (spec, image) => {
    const known = new Set([...image.expose, ...spec.ports.map((p) => `${p.target}/${p.protocol}`)]);
    return named(
      'expose',
      spec.expose.filter((port) => !known.has(port)),
    );
  },
  // The kernel's own options of a tmpfs are a field beside the others.
  mounts: (spec, image) => {
    const own = spec.mounts.filter(
      (m) => !(m.type === 'volume' && m.source === undefined && image.volumes.includes(m.target)),
    );
    const short = own.flatMap(({ target, tmpfsOptions }) =>
      tmpfsOptions === undefined ? [] : [tmpfsOptions === '' ? target : `${target}:${tmpfsOptions}`],
    );
    const long = own.filter((m) => m.tmpfsOptions === undefined).map(mountOf);
    return { ...named('tmpfs', short), ...named('volumes', long) };
  },
  resources: ({ resources }) => resourcesOf(resources),
  privileged: plain('privileged', 'privileged'),
  readOnly: plain('readOnly', 'read_only'),
  init: plain('init', 'init'),
  tty: plain('tty', 'tty'),
  stdinOpen: plain('stdinOpen', 'stdin_open'),
  capAdd: plain('capAdd', 'cap_add'),
  capDrop: plain('capDrop', 'cap_drop'),
  securityOpt: plain('securityOpt', 'security_opt'),
  dns: plain('dns', 'dns'),
  dnsSearch: plain('dnsSearch', 'dns_search'),
  dnsOpt: plain('dnsOpt', 'dns_opt'),
  extraHosts: plain('extraHosts', 'extra_hosts'),
  devices: plain('devices', 'devices'),
  ulimits: plain('ulimits', 'ulimits'),
  sysctls: plain('sysctls', 'sysctls'),
  shmSizeBytes: plain('shmSizeBytes', 'shm_size'),
  oomKillDisable: plain('oomKillDisable', 'oom_kill_disable'),
  oomScoreAdj: plain('oomScoreAdj', 'oom_score_adj'),
  pidMode: plain('pidMode', 'pid'),
  ipcMode: plain('ipcMode', 'ipc'),
  utsMode: plain('utsMode', 'uts'),
  usernsMode: plain('usernsMode', 'userns_mode'),
  cgroupParent: plain('cgroupParent', 'cgroup_parent'),
  runtime: plain('runtime', 'runtime'),
  logging: plain('logging', 'logging'),
  annotations: plain('annotations', 'annotations'),
  blockIo: ({ blockIo }) => (blockIo === undefined ? {} : { blkio_config: blockIoOf(blockIo) }),
  cgroupMode: plain('cgroupMode', 'cgroup'),
  cpuRealtimePeriodUs: plain('cpuRealtimePeriodUs', 'cpu_rt_period'),
  cpuRealtimeRuntimeUs: plain('cpuRealtimeRuntimeUs', 'cpu_rt_runtime'),
  cpuCount: plain('cpuCount', 'cpu_count'),
  cpuPercent: plain('cpuPercent', 'cpu_percent'),
  memorySwappiness: plain('memorySwappiness', 'mem_swappiness'),
  deviceCgroupRules: plain('deviceCgroupRules', 'device_cgroup_rules'),
  deviceRequests: ({ deviceRequests = [] }) =>
    named(
      'gpus',
      deviceRequests.map(({ driver, count, deviceIds, capabilities, options }) =>
        present({ driver, count, device_ids: deviceIds, capabilities, options }),
      ),
    ),
  isolation: plain('isolation', 'isolation'),
  links: plain('links', 'external_links'),
  platform: plain('platform', 'platform'),
  storageOpt: plain('storageOpt', 'storage_opt'),
  volumesFrom: ({ volumesFrom = [] }) =>
    named(
      'volumes_from',
      volumesFrom.map((from) => `container:${from}`),
    ),
};

function named(key: string, value: unknown): Fields {
  return isEmpty(value) ? {} : { [key]: value };
}

function present(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function ms(value: number | undefined): string | undefined {
  if (value === undefined) return undefined;
  return value % 1000 === 0 ? `${value / 1000}s` : `${value}ms`;
}

/** Nothing is masked where no Secret is known. */
function texts(environment: Readonly<Record<string, EnvValue>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
}

function beyond(
  own: Readonly<Record<string, string>>,
  image: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(own).filter(([key, value]) => image[key] !== value));
}

function attachmentOf(a: NetworkAttachment): Fields {
  return present({
    aliases: a.aliases,
    ipv4_address: a.ipv4Address,
    ipv6_address: a.ipv6Address,
    link_local_ips: a.linkLocalIps,
    mac_address: a.macAddress,
    gw_priority: a.gatewayPriority,
    driver_opts: a.driverOpts,
  });
}

function portOf({ target, protocol, published, hostIp }: PortBinding): Fields {
  return present({ target, published, host_ip: hostIp, protocol });
}

function mountOf(mount: Mount): Fields {
  const { type, source, target, readOnly, propagation, createHostPath, recursive, selinux } = mount;
  const bind = present({ propagation, create_host_path: createHostPath ?? false, recursive, selinux });
  const volume = present({ nocopy: mount.noCopy, subpath: mount.subpath, labels: mount.labels });
  const tmpfs = present({ size: mount.tmpfsSizeBytes, mode: mount.tmpfsMode?.toString(8) });
  const options = { bind, volume, tmpfs };
  const own = type === 'bind' || type === 'volume' || type === 'tmpfs' ? options[type] : {};
  const common = { type, source, target, read_only: readOnly, consistency: mount.consistency };
  const label = type === 'volume' && selinux !== undefined ? { bind: { selinux } } : {};
  return present({ ...common, ...label, ...(isEmpty(own) ? {} : { [type]: own }) });
}

function resourcesOf(resources: Resources): Fields {
  const { nanoCpus, memoryBytes, memorySwapBytes, memoryReservationBytes, pids, cpuShares, cpusetCpus } =
    resources;
  const { cpuPeriodUs, cpuQuotaUs } = resources;
  return present({
    cpus: nanoCpus === undefined ? undefined : nanoCpus / 1e9,
    mem_limit: memoryBytes,
    memswap_limit: memorySwapBytes,
    mem_reservation: memoryReservationBytes,
    pids_limit: pids,
    cpu_shares: cpuShares,
    cpuset: cpusetCpus,
    cpu_period: cpuPeriodUs,
    cpu_quota: cpuQuotaUs,
  });
}

function blockIoOf(io: BlockIo): Fields {
  return present({
    weight: io.weight,
    weight_device: io.weightDevices,
    device_read_bps: io.readBps,
    device_write_bps: io.writeBps,
    device_read_iops: io.readIops,
    device_write_iops: io.writeIops,
  });
}

/** A `$` would be taken for a variable. */
function escaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, escaped(child)]));
}
