// What the round trip asks the engine for: each field of a container has its rows, and a new one does not compile without.

import type { ContainerSpec, Resources } from '../../../desired-state/container-spec.ts';

export interface Row {
  /** What the row sets; a function where names of the rig are needed. */
  readonly set: Partial<ContainerSpec> | ((names: Names) => Partial<ContainerSpec>);
  /** Started too: what the engine fills in only then must not be a difference. */
  readonly start?: true;
  /** Drift that a container without it shows; absent: a field of the row's own name. */
  readonly shows?: string | false;
}

export interface Names {
  readonly networkA: string;
  readonly networkB: string;
  /** Not the platform's. */
  readonly outside: string;
  readonly volume: string;
  readonly peer: string;
  readonly folder: string;
  /** A block device of the host. */
  readonly disk: string;
}

const memory = 64 * 1024 * 1024;

export const resourceRows = {
  nanoCpus: [{ set: { resources: { nanoCpus: 500_000_000 } } }],
  memoryBytes: [{ set: { resources: { memoryBytes: memory } }, start: true }],
  memorySwapBytes: [
    { set: { resources: { memoryBytes: memory, memorySwapBytes: memory } } },
    {
      set: { resources: { memoryBytes: memory, memorySwapBytes: memory * 2 } },
      shows: 'resources.memoryBytes',
    },
    { set: { resources: { memoryBytes: memory, memorySwapBytes: -1 } } },
  ],
  memoryReservationBytes: [{ set: { resources: { memoryReservationBytes: memory / 2 } } }],
  pids: [
    { set: { resources: { pids: 50 } }, start: true },
    { set: { resources: { pids: -1 } }, shows: false },
  ],
  cpuShares: [{ set: { resources: { cpuShares: 512 } } }],
  cpusetCpus: [{ set: { resources: { cpusetCpus: '0' } } }],
  cpuPeriodUs: [{ set: { resources: { cpuPeriodUs: 50_000 } }, start: true }],
  cpuQuotaUs: [
    { set: { resources: { cpuQuotaUs: 25_000 } } },
    { set: { resources: { cpuQuotaUs: 25_000, cpuPeriodUs: 50_000 } }, start: true },
  ],
} satisfies { readonly [K in keyof Resources]-?: readonly Row[] };

export const rows: { readonly [K in Exclude<keyof ContainerSpec, 'resources'>]-?: readonly Row[] } = {
  image: [{ set: {}, shows: false }],
  command: [
    { set: { command: ['sh', '-c', 'echo "a b"; sleep 1'] }, start: true },
    { set: { command: [] }, shows: false },
  ],
  entrypoint: [
    { set: { entrypoint: ['sh', '-c'], command: ['true'] } },
    { set: { entrypoint: ['sleep', '60'] }, start: true },
    { set: { entrypoint: [] }, shows: false },
    { set: { entrypoint: [''], command: ['true'] }, shows: 'command' },
  ],
  environment: [
    {
      set: { environment: { A: '1', EMPTY: '', EQUALS: 'a=b=c', LINES: 'a\nb', UMLAUT: 'ä' } },
      shows: 'environment.A',
    },
  ],
  // The image of the rows has none that could be taken away (test/engine/adoption).
  unsetEnvironment: [{ set: { unsetEnvironment: ['A'] }, shows: false }],
  labels: [{ set: { labels: { part: 'data', 'a.b/c': '' } }, shows: 'labels.part' }],
  workingDir: [
    { set: { workingDir: '/tmp' }, start: true },
    { set: { workingDir: '/made/anew' }, start: true },
  ],
  user: [{ set: { user: '1000' } }, { set: { user: '1000:1000' }, start: true }],
  groupAdd: [{ set: { groupAdd: ['10', '20'] }, start: true }],
  hostname: [
    { set: { hostname: 'web' }, start: true },
    { set: { hostname: 'web.example.org' } },
    { set: { hostname: 'web', networkMode: 'host' }, start: true },
  ],
  domainname: [{ set: { domainname: 'example.org' }, start: true }],
  macAddress: [
    {
      set: ({ networkA }) => ({ macAddress: '02:42:AC:11:00:99', networks: { [networkA]: {} } }),
      start: true,
    },
  ],
  healthcheck: [
    { set: { healthcheck: { test: ['CMD', 'true'] } }, start: true },
    {
      set: {
        healthcheck: {
          test: ['CMD-SHELL', 'exit 0'],
          intervalMs: 5000,
          timeoutMs: 1500,
          startPeriodMs: 60_000,
          retries: 5,
        },
      },
    },
    { set: { healthcheck: { test: ['NONE'] } }, shows: false },
  ],
  stopSignal: [{ set: { stopSignal: 'SIGINT' } }, { set: { stopSignal: 'SIGTERM' }, shows: false }],
  stopGracePeriodMs: [
    { set: { stopGracePeriodMs: 30_000 } },
    { set: { stopGracePeriodMs: 10_000 }, shows: false },
    { set: { stopGracePeriodMs: 0 } },
    { set: { stopGracePeriodMs: 1500 } },
  ],
  restart: [
    { set: { restart: { name: 'always' } } },
    { set: { restart: { name: 'unless-stopped' } } },
    { set: { restart: { name: 'on-failure' } } },
    { set: { restart: { name: 'on-failure', maxRetries: 3 } } },
    { set: { restart: { name: 'no' } }, shows: false },
  ],
  networkMode: [
    { set: { networkMode: 'none' }, start: true },
    { set: { networkMode: 'host' }, start: true },
    { set: { networkMode: 'bridge' }, start: true, shows: false },
    { set: ({ outside }) => ({ networkMode: outside }), start: true },
    { set: ({ peer }) => ({ networkMode: `container:${peer}` }), start: true },
  ],
  networks: [
    { set: ({ networkA }) => ({ networks: { [networkA]: {} } }), start: true, shows: 'networks.*' },
    {
      set: ({ networkA, networkB }) => ({
        networks: {
          [networkA]: { aliases: ['web', 'www'], ipv4Address: '10.213.7.9' },
          [networkB]: { aliases: ['web'], priority: 10 },
        },
      }),
      start: true,
      shows: 'networks.*',
    },
    {
      set: ({ networkA }) => ({
        networks: {
          [networkA]: {
            linkLocalIps: ['169.254.7.7'],
            driverOpts: { 'com.example.option': '1' },
            macAddress: '02:42:ac:11:00:98',
            gatewayPriority: 5,
          },
        },
      }),
      start: true,
      shows: 'networks.*',
    },
  ],
  ports: [
    { set: { ports: [{ target: 80, protocol: 'tcp', published: 28_191 }] }, start: true },
    { set: { ports: [{ target: 80, protocol: 'tcp' }] }, start: true },
    {
      set: { ports: [{ target: 80, protocol: 'tcp', published: 28_195, publishedEnd: 28_199 }] },
      start: true,
    },
    {
      set: {
        ports: [
          { target: 53, protocol: 'udp', published: 28_153, hostIp: '127.0.0.1' },
          { target: 53, protocol: 'tcp', published: 28_153, hostIp: '127.0.0.1' },
          { target: 53, protocol: 'tcp', published: 28_154 },
        ],
      },
    },
  ],
  expose: [{ set: { expose: ['8080/tcp', '9000/udp'] }, start: true }],
  mounts: [
    {
      set: ({ volume }) => ({ mounts: [{ type: 'volume', source: volume, target: '/data' }] }),
      start: true,
      shows: 'mounts.*',
    },
    {
      set: ({ volume }) => ({
        mounts: [{ type: 'volume', source: volume, target: '/data', readOnly: true, noCopy: true }],
      }),
      shows: 'mounts.*',
    },
    { set: { mounts: [{ type: 'volume', target: '/anonymous' }] }, start: true, shows: 'mounts.*' },
    {
      set: ({ folder }) => ({ mounts: [{ type: 'bind', source: folder, target: '/b' }] }),
      start: true,
      shows: 'mounts.*',
    },
    {
      set: ({ folder }) => ({
        mounts: [
          { type: 'bind', source: `${folder}/made`, target: '/b', readOnly: true, createHostPath: true },
          { type: 'bind', source: folder, target: '/c', createHostPath: true },
        ],
      }),
      start: true,
      shows: 'mounts.*',
    },
    {
      set: ({ folder }) => ({
        mounts: [
          { type: 'bind', source: folder, target: '/b', propagation: 'rslave' },
          { type: 'bind', source: folder, target: '/c', propagation: 'shared', createHostPath: true },
        ],
      }),
      shows: 'mounts.*',
    },
    // The engine's own root folder lies below it.
    {
      set: {
        mounts: [
          { type: 'bind', source: '/', target: '/b', readOnly: true, createHostPath: true },
          { type: 'bind', source: '/', target: '/c', readOnly: true },
        ],
      },
      shows: 'mounts.*',
    },
    { set: { mounts: [{ type: 'tmpfs', target: '/t' }] }, start: true, shows: 'mounts.*' },
    {
      set: {
        mounts: [
          { type: 'tmpfs', target: '/t', tmpfsSizeBytes: 1_048_576, tmpfsMode: 0o1770, readOnly: true },
        ],
      },
      shows: 'mounts.*',
    },
    {
      set: {
        mounts: [
          { type: 'tmpfs', target: '/t', tmpfsOptions: '' },
          { type: 'tmpfs', target: '/u', tmpfsOptions: 'rw,noexec,size=1m,mode=0755,uid=1000' },
        ],
      },
      start: true,
      shows: 'mounts.*',
    },
    {
      set: ({ folder }) => ({
        mounts: [
          { type: 'bind', source: folder, target: '/b', recursive: 'disabled' },
          { type: 'bind', source: folder, target: '/c', selinux: 'z', createHostPath: true },
          { type: 'bind', source: folder, target: '/d', selinux: 'Z', readOnly: true },
        ],
      }),
      shows: 'mounts.*',
    },
  ],
  privileged: [{ set: { privileged: true } }, { set: { privileged: false }, shows: false }],
  readOnly: [{ set: { readOnly: true }, start: true }],
  init: [
    { set: { init: true }, start: true },
    { set: { init: false }, shows: false },
  ],
  tty: [{ set: { tty: true }, start: true }],
  stdinOpen: [{ set: { stdinOpen: true }, start: true }],
  capAdd: [{ set: { capAdd: ['NET_ADMIN', 'CAP_SYS_TIME'] } }, { set: { capAdd: ['ALL'] } }],
  capDrop: [{ set: { capDrop: ['ALL'] }, start: true }, { set: { capDrop: ['chown', 'CAP_KILL'] } }],
  securityOpt: [
    { set: { securityOpt: ['no-new-privileges:true', 'seccomp=unconfined'] }, start: true },
    { set: { securityOpt: ['systempaths=unconfined', 'no-new-privileges'] }, start: true },
  ],
  dns: [{ set: { dns: ['10.0.0.53', '1.1.1.1'] }, start: true }],
  dnsSearch: [{ set: { dnsSearch: ['example.org'] } }],
  dnsOpt: [{ set: { dnsOpt: ['ndots:2'] } }],
  extraHosts: [{ set: { extraHosts: ['db:10.0.0.5', 'host:host-gateway', 'six:::1'] }, start: true }],
  devices: [
    { set: { devices: ['/dev/null:/dev/nothing', '/dev/zero:/dev/zero:r', '/dev/full'] }, start: true },
  ],
  ulimits: [
    { set: { ulimits: { nofile: { soft: 1024, hard: 2048 } } }, start: true, shows: 'ulimits.nofile' },
  ],
  sysctls: [
    { set: { sysctls: { 'net.ipv4.ip_forward': '0' } }, start: true, shows: 'sysctls.net.ipv4.ip_forward' },
  ],
  shmSizeBytes: [
    { set: { shmSizeBytes: 16 * 1024 * 1024 }, start: true },
    { set: { shmSizeBytes: 64 * 1024 * 1024 }, shows: false },
  ],
  oomKillDisable: [{ set: { oomKillDisable: true, resources: { memoryBytes: memory } }, start: true }],
  oomScoreAdj: [{ set: { oomScoreAdj: 500 }, start: true }],
  pidMode: [
    { set: { pidMode: 'host' }, start: true },
    { set: ({ peer }) => ({ pidMode: `container:${peer}` }), start: true },
  ],
  ipcMode: [
    { set: { ipcMode: 'host' }, start: true },
    { set: { ipcMode: 'none' } },
    { set: { ipcMode: 'shareable' }, start: true, shows: false },
    { set: { ipcMode: 'private' }, shows: false },
    { set: ({ peer }) => ({ ipcMode: `container:${peer}` }), start: true },
  ],
  utsMode: [{ set: { utsMode: 'host' }, start: true }],
  usernsMode: [{ set: { usernsMode: 'host' }, start: true }],
  cgroupParent: [{ set: { cgroupParent: '/reeve-test' }, start: true }],
  runtime: [
    { set: { runtime: 'runc' }, shows: false },
    { set: { runtime: 'io.containerd.runc.v2' }, start: true },
  ],
  logging: [
    {
      set: { logging: { driver: 'json-file', options: { 'max-size': '1m', 'max-file': '2' } } },
      start: true,
    },
    { set: { logging: { driver: 'json-file' } }, shows: false },
    { set: { logging: { driver: 'none' } }, start: true },
    { set: { logging: { options: { 'max-size': '1m' } } } },
  ],
  // Not known to this engine, which drops it: no difference, and no end of recreations.
  annotations: [{ set: { annotations: { 'com.example.a': '1' } }, shows: false }],
  // Weights are not kept by this kernel (see below); rates are.
  blockIo: [
    {
      set: ({ disk }) => ({
        blockIo: {
          readBps: [{ path: disk, rate: 10_000_000 }],
          writeIops: [{ path: disk, rate: 100 }],
        },
      }),
      shows: 'blockIo.*',
    },
  ],
  cgroupMode: [
    { set: { cgroupMode: 'private' }, start: true },
    { set: { cgroupMode: 'host' }, shows: false },
  ],
  cpuRealtimePeriodUs: [],
  cpuRealtimeRuntimeUs: [],
  cpuCount: [{ set: { cpuCount: 1 } }],
  cpuPercent: [{ set: { cpuPercent: 50 }, shows: false }],
  memorySwappiness: [{ set: { memorySwappiness: 30 }, start: true }],
  deviceCgroupRules: [{ set: { deviceCgroupRules: ['c 1:3 mr', 'a 7:* rmw'] }, start: true }],
  deviceRequests: [
    { set: { deviceRequests: [{ count: -1, capabilities: ['gpu', 'utility'] }] } },
    {
      set: {
        deviceRequests: [
          { driver: 'nvidia', deviceIds: ['0', 'GPU-x'], capabilities: ['gpu'], options: { a: 'b' } },
        ],
      },
    },
  ],
  isolation: [{ set: { isolation: 'default' }, shows: false }],
  links: [
    { set: ({ peer }) => ({ networkMode: 'bridge', links: [`${peer}:db`] }), start: true },
    {
      set: ({ peer, networkA }) => ({ networks: { [networkA]: {} }, links: [`${peer}:db`, `${peer}:x`] }),
    },
  ],
  platform: [{ set: { platform: 'linux/amd64' }, start: true }],
  storageOpt: [],
  volumesFrom: [
    { set: ({ peer }) => ({ volumesFrom: [peer] }), start: true },
    { set: ({ peer }) => ({ volumesFrom: [`${peer}:ro`], mounts: [{ type: 'volume', target: '/own' }] }) },
  ],
};
