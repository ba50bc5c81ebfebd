// For each attribute that reaches the engine: a service with it, the same with another value, and what a plan must find
// between the container of the first and the second: that one field, and the smallest act that mends it.

export type ChangeAct = 'recreate' | 'update' | 'connect' | 'none';

export interface Change {
  readonly from: string;
  readonly to: string;
  /** Field as plans name it. */
  readonly field: string;
  readonly act: ChangeAct;
}

const recreate = (field: string, from: string, to: string): Change => ({ field, from, to, act: 'recreate' });
const update = (field: string, from: string, to: string): Change => ({ field, from, to, act: 'update' });
const connect = (from: string, to: string): Change => ({ field: 'networks.FRONT', from, to, act: 'connect' });
const nothing = (from: string, to: string): Change => ({ field: '', from, to, act: 'none' });

/** By a name that is the service's. */
export const changes: Readonly<Record<string, Change>> = {
  annotations: nothing('annotations: {a: "1"}', 'annotations: {a: "2"}'),
  blkio: recreate(
    'blockIo.readBps DISK',
    'blkio_config: {device_read_bps: [{path: DISK, rate: 1mb}]}',
    'blkio_config: {device_read_bps: [{path: DISK, rate: 2mb}]}',
  ),
  capadd: recreate('capAdd', 'cap_add: [NET_ADMIN]', 'cap_add: [NET_ADMIN, SYS_TIME]'),
  capdrop: recreate('capDrop', 'cap_drop: [CHOWN]', ''),
  cgroup: recreate('cgroupMode', 'cgroup: host', 'cgroup: private'),
  cgroupparent: recreate('cgroupParent', 'cgroup_parent: /a', 'cgroup_parent: /b'),
  command: recreate('command', 'command: [sleep, "60"]', 'command: [sleep, "61"]'),
  cpucount: recreate('cpuCount', 'cpu_count: 1', 'cpu_count: 2'),
  cpuperiod: update('resources.cpuPeriodUs', 'cpu_period: 20000', 'cpu_period: 40000'),
  cpuquota: update('resources.cpuQuotaUs', 'cpu_quota: 20000', 'cpu_quota: 40000'),
  cpus: update('resources.nanoCpus', 'cpus: 0.5', 'cpus: 0.75'),
  cpuset: update('resources.cpusetCpus', 'cpuset: "0"', 'cpuset: "0-1"'),
  cpushares: update('resources.cpuShares', 'cpu_shares: 512', 'cpu_shares: 256'),
  devicerules: recreate(
    'deviceCgroupRules',
    'device_cgroup_rules: ["c 1:3 mr"]',
    'device_cgroup_rules: ["c 1:5 mr"]',
  ),
  devices: recreate('devices', 'devices: [/dev/null]', 'devices: ["/dev/null:/dev/nothing"]'),
  dns: recreate('dns', 'dns: 10.0.0.53', 'dns: 10.0.0.54'),
  dnsopt: recreate('dnsOpt', 'dns_opt: ["ndots:2"]', ''),
  dnssearch: recreate('dnsSearch', 'dns_search: a.example', 'dns_search: b.example'),
  domainname: recreate('domainname', 'domainname: a.example', 'domainname: b.example'),
  entrypoint: recreate('entrypoint', 'entrypoint: [sleep, "60"]', 'entrypoint: [sleep, "61"]'),
  environment: recreate('environment.A', 'environment: {A: "1", B: "1"}', 'environment: {A: "2", B: "1"}'),
  envgone: recreate('environment.A', 'environment: {A: "1"}', ''),
  expose: recreate('expose', 'expose: ["80"]', 'expose: ["81"]'),
  externallinks: recreate('links', 'external_links: ["OUTSIDE:a"]', 'external_links: ["OUTSIDE:b"]'),
  extrahosts: recreate('extraHosts', 'extra_hosts: ["a:10.0.0.1"]', 'extra_hosts: ["a:10.0.0.2"]'),
  gpus: recreate('deviceRequests', 'gpus: all', 'gpus: [{count: 1}]'),
  groupadd: recreate('groupAdd', 'group_add: ["10"]', 'group_add: ["11"]'),
  healthcheck: recreate(
    'healthcheck',
    'healthcheck: {test: ["CMD", "true"]}',
    'healthcheck: {test: ["CMD", "true"], interval: 5s}',
  ),
  hostname: recreate('hostname', 'hostname: a', 'hostname: b'),
  hostnamegone: recreate('hostname', 'hostname: a', ''),
  init: recreate('init', 'init: true', 'init: false'),
  ipc: recreate('ipcMode', 'ipc: host', 'ipc: none'),
  isolation: nothing('isolation: default', ''),
  labels: recreate('labels.part', 'labels: {part: a}', 'labels: {part: b}'),
  links: recreate('links', 'links: ["peer:a"]', 'links: ["peer:b"]'),
  logging: recreate(
    'logging',
    'logging: {driver: json-file, options: {max-size: 1m}}',
    'logging: {driver: json-file, options: {max-size: 2m}}',
  ),
  macaddress: recreate('macAddress', 'mac_address: "02:42:ac:11:00:51"', 'mac_address: "02:42:ac:11:00:52"'),
  memlimit: update('resources.memoryBytes', 'mem_limit: 64m', 'mem_limit: 128m'),
  memreservation: update('resources.memoryReservationBytes', 'mem_reservation: 16m', 'mem_reservation: 32m'),
  memswap: update(
    'resources.memorySwapBytes',
    'mem_limit: 64m, memswap_limit: 96m',
    'mem_limit: 64m, memswap_limit: 64m',
  ),
  swappiness: recreate('memorySwappiness', 'mem_swappiness: 30', 'mem_swappiness: 60'),
  networkmode: recreate('networkMode', 'network_mode: none', 'network_mode: host'),
  aliases: connect('networks: {front: {aliases: [a]}}', 'networks: {front: {aliases: [b]}}'),
  address: connect(
    'networks: {front: {ipv4_address: 10.213.31.8}}',
    'networks: {front: {ipv4_address: 10.213.31.9}}',
  ),
  addressgone: connect('networks: {front: {ipv4_address: 10.213.31.10}}', 'networks: {front: }'),
  driveropts: connect(
    'networks: {front: {driver_opts: {a: "1"}}}',
    'networks: {front: {driver_opts: {a: "2"}}}',
  ),
  linklocal: connect(
    'networks: {front: {link_local_ips: [169.254.1.1]}}',
    'networks: {front: {link_local_ips: [169.254.1.2]}}',
  ),
  networkmac: recreate(
    'macAddress',
    'networks: {front: {mac_address: "02:42:ac:11:00:53"}}',
    'networks: {front: {mac_address: "02:42:ac:11:00:54"}}',
  ),
  networkmacgone: recreate(
    'macAddress',
    'networks: {front: {mac_address: "02:42:ac:11:00:55"}}',
    'networks: {front: }',
  ),
  priority: recreate(
    'networkMode',
    'networks: {front: {priority: 5}, back: }',
    'networks: {front: , back: {priority: 5}}',
  ),
  joined: connect('networks: {back: }', 'networks: {back: , front: }'),
  left: connect('networks: {back: , front: }', 'networks: {back: }'),
  oomkill: recreate(
    'oomKillDisable',
    'oom_kill_disable: true, mem_limit: 64m',
    'oom_kill_disable: false, mem_limit: 64m',
  ),
  oomscore: recreate('oomScoreAdj', 'oom_score_adj: 100', 'oom_score_adj: 200'),
  pid: recreate('pidMode', 'pid: host', ''),
  pids: update('resources.pids', 'pids_limit: 50', 'pids_limit: 60'),
  pidsgone: update('resources.pids', 'pids_limit: 50', ''),
  platform: recreate('platform', 'platform: linux/amd64', 'platform: linux'),
  ports: recreate('ports', 'ports: ["28301:80"]', 'ports: ["28302:80"]'),
  portinside: recreate('ports', 'ports: ["28303:80"]', 'ports: ["28303:81"]'),
  portunpublished: recreate('ports', 'ports: ["28304:80"]', 'expose: ["80"]'),
  portrange: recreate('ports', 'ports: ["28310-28311:80"]', 'ports: ["28310-28312:80"]'),
  privileged: recreate('privileged', 'privileged: true', 'privileged: false'),
  readonly: recreate('readOnly', 'read_only: true', ''),
  restart: update('restart', 'restart: always', 'restart: on-failure:3'),
  runtime: recreate('runtime', 'runtime: io.containerd.runc.v2', ''),
  security: recreate(
    'securityOpt',
    'security_opt: [seccomp=unconfined]',
    'security_opt: [no-new-privileges]',
  ),
  systempaths: recreate('securityOpt', 'security_opt: [systempaths=unconfined]', ''),
  shm: recreate('shmSizeBytes', 'shm_size: 16m', 'shm_size: 32m'),
  shmgone: recreate('shmSizeBytes', 'shm_size: 16m', ''),
  logginggone: recreate('logging', 'logging: {driver: none}', ''),
  ulimitsgone: recreate('ulimits.nofile', 'ulimits: {nofile: 1024}', ''),
  stdin: recreate('stdinOpen', 'stdin_open: true', ''),
  stopgrace: recreate('stopGracePeriodMs', 'stop_grace_period: 20s', 'stop_grace_period: 30s'),
  stopsignal: recreate('stopSignal', 'stop_signal: SIGINT', 'stop_signal: SIGQUIT'),
  sysctls: recreate(
    'sysctls.net.ipv4.ip_forward',
    'sysctls: {net.ipv4.ip_forward: "0"}',
    'sysctls: {net.ipv4.ip_forward: "1"}',
  ),
  tmpfs: recreate('mounts./t', 'tmpfs: "/t:size=1m"', 'tmpfs: "/t:size=2m,uid=1000"'),
  tty: recreate('tty', 'tty: true', ''),
  ulimits: recreate('ulimits.nofile', 'ulimits: {nofile: 1024}', 'ulimits: {nofile: 2048}'),
  user: recreate('user', 'user: "1000"', 'user: "1001"'),
  userns: recreate('usernsMode', 'userns_mode: host', ''),
  uts: recreate('utsMode', 'uts: host', ''),
  bind: recreate('mounts./b', 'volumes: ["./made:/b"]', 'volumes: ["./made:/b:ro"]'),
  propagation: recreate(
    'mounts./b',
    'volumes: [{type: bind, source: ./made, target: /b}]',
    'volumes: [{type: bind, source: ./made, target: /b, bind: {propagation: rslave}}]',
  ),
  recursive: recreate(
    'mounts./b',
    'volumes: [{type: bind, source: ./made, target: /b}]',
    'volumes: [{type: bind, source: ./made, target: /b, bind: {recursive: disabled}}]',
  ),
  selinux: recreate('mounts./b', 'volumes: ["./made:/b:z"]', 'volumes: ["./made:/b:Z"]'),
  volume: recreate('mounts./d', 'volumes: ["data:/d"]', 'volumes: ["data:/d:ro"]'),
  volumelabels: recreate(
    'mounts./d',
    'volumes: [{type: volume, target: /d, volume: {labels: {a: b}}}]',
    'volumes: [{type: volume, target: /d, volume: {labels: {a: c}}}]',
  ),
  nocopy: recreate(
    'mounts./d',
    'volumes: [{type: volume, source: data, target: /d, volume: {nocopy: true}}]',
    'volumes: [{type: volume, source: data, target: /d}]',
  ),
  tmpfsmount: recreate(
    'mounts./t',
    'volumes: [{type: tmpfs, target: /t, tmpfs: {size: 1m}}]',
    'volumes: [{type: tmpfs, target: /t, tmpfs: {size: 2m}}]',
  ),
  volumesfrom: recreate('volumesFrom', 'volumes_from: [peer]', 'volumes_from: ["peer:ro"]'),
  workingdir: recreate('workingDir', 'working_dir: /a', 'working_dir: /b'),
};

/** Reach the engine and have no row above: why. */
export const withoutRow: Readonly<Record<string, string>> = {
  build: 'an image of its own (test/engine/images)',
  configs: 'files: watched, not compared',
  container_name: 'renamed, not recreated (test/reconcilers/keeping)',
  cpu_percent: 'Windows: dropped by an engine on Linux',
  cpu_rt_period: 'this kernel has no real-time groups: its create is refused',
  cpu_rt_runtime: 'this kernel has no real-time groups: its create is refused',
  depends_on: 'an order, no field of the container',
  deploy: 'the same fields as their short forms',
  env_file: 'as environment',
  image: 'test/reconcilers/drift',
  label_file: 'as labels',
  post_start: 'run, not sent',
  pre_stop: 'run, not sent',
  profiles: 'whether it takes part at all',
  pull_policy: 'when an image is fetched',
  scale: 'how many (test/reconcilers/scale)',
  secrets: 'files: watched, not compared',
  use_api_socket: 'a mount like another',
  storage_opt: 'this storage driver takes none: its create is refused',
};
