// Small services that together use every attribute of a service: made by docker-compose 1.29 and by reeve alike, or,
// where 1.29 does not know the attribute, with what Compose v5 sends. A new row needs scripts/record-compose --engine.

/** A service in Compose's language, without its image; `PEER` stands for nothing more than another service. */
export type Services = Readonly<Record<string, string>>;

/** Both make these; they are only created. */
export const created: Services = {
  annotated: 'labels: {part: data, "a.b/c": ""}',
  args: 'command: ["sh", "-c", "echo a b"]',
  commandtext: 'command: sh -c "echo a; sleep 1"',
  entry: 'entrypoint: ["sleep", "60"]',
  entryargs: 'entrypoint: sh -c, command: ["true"]',
  environ: 'environment: {A: "1", EMPTY: "", EQUALS: "a=b", LIST: "x y"}',
  envbare: 'environment: [BARE, A=1]',
  envfile: 'env_file: [one.env, two.env], environment: [B=own]',
  envfilebare: 'env_file: [one.env], environment: {A: }',
  workdir: 'working_dir: /srv',
  user: 'user: "1000:1000", group_add: ["10", video]',
  names: 'hostname: web, domainname: example.org',
  health: 'healthcheck: {test: ["CMD", "true"], interval: 5s, timeout: 1500ms, retries: 4, start_period: 1m}',
  healthtext: 'healthcheck: {test: exit 0}',
  healthoff: 'healthcheck: {disable: true}',
  stopping: 'stop_signal: SIGINT, stop_grace_period: 1m30s',
  always: 'restart: always',
  onfailure: 'restart: on-failure:3',
  unless: 'restart: unless-stopped',
  ports:
    'ports: ["28201:80", "127.0.0.1:28202:53/udp", "28203-28204:3000-3001", "9000", {target: 90, published: 28205, protocol: tcp}]',
  range: 'ports: ["28210-28215:80"]',
  exposed: 'expose: ["8080", "9000-9001", "53/udp"]',
  modenone: 'network_mode: none',
  modehost: 'network_mode: host',
  modebridge: 'network_mode: bridge',
  modeservice: 'network_mode: "service:bare"',
  alias: 'networks: {front: {aliases: [www, web], ipv4_address: 10.213.21.9}}',
  mac: 'mac_address: "02:42:ac:11:00:77"',
  dns: 'dns: [10.0.0.53, 1.1.1.1], dns_search: example.org, dns_opt: ["ndots:2"]',
  hosts: 'extra_hosts: ["db:10.0.0.5", "here:host-gateway"]',
  named: 'volumes: ["data:/data", "data:/ro:ro"]',
  nocopy: 'volumes: [{type: volume, source: data, target: /data, volume: {nocopy: true}}]',
  anonymous: 'volumes: [/anonymous]',
  binds: 'volumes: ["./made:/b", "./made:/c:ro", "./made:/s:rshared"]',
  bindlong:
    'volumes: [{type: bind, source: ./made, target: /b, read_only: true, bind: {propagation: rslave}}]',
  tmpfsmount: 'volumes: [{type: tmpfs, target: /t, tmpfs: {size: 1048576}}]',
  tmpfs: 'tmpfs: [/run, "/tmp:size=1m,mode=1777,uid=1000,exec"]',
  from: 'volumes_from: [binds, "named:ro"]',
  files: 'secrets: [token, {source: token, target: other}]',
  devices: 'devices: ["/dev/null:/dev/nothing", "/dev/zero:/dev/zero:r"], device_cgroup_rules: ["c 1:3 mr"]',
  reserved:
    'deploy: {resources: {reservations: {devices: [{capabilities: [gpu, utility], count: 2, driver: nvidia, options: {a: "b"}}]}}}',
  limits:
    'cpus: 0.5, mem_limit: 64m, memswap_limit: 128m, mem_reservation: 32m, pids_limit: 50, mem_swappiness: 30',
  deployed: 'deploy: {resources: {limits: {cpus: "0.25", memory: 64M}, reservations: {memory: 16M}}}',
  cpu: 'cpu_shares: 512, cpuset: "0", cpu_quota: 50000, cpu_period: 20000, cpu_count: 1',
  blkio:
    'blkio_config: {device_read_bps: [{path: DISK, rate: 1mb}], device_write_iops: [{path: DISK, rate: 30}]}',
  memory: 'shm_size: 16m, oom_kill_disable: true, oom_score_adj: 500, mem_limit: 64m',
  ulimits: 'ulimits: {nofile: {soft: 1024, hard: 2048}, nproc: 100}',
  sysctls: 'sysctls: {net.ipv4.ip_forward: 0}',
  rights: 'cap_add: [NET_ADMIN, SYS_TIME], cap_drop: [CHOWN], read_only: true, privileged: true',
  secured: 'security_opt: ["no-new-privileges:true", "seccomp=unconfined"]',
  profiled: 'security_opt: ["seccomp:FOLDER/profile.json"]',
  shared: 'pid: host, ipc: host, userns_mode: host',
  sharedservice: 'pid: "service:bare", ipc: "service:ipcpeer"',
  grouped: 'cgroup_parent: /reeve-parity, runtime: runc',
  terminal: 'tty: true, stdin_open: true, init: true',
  logs: 'logging: {driver: json-file, options: {max-size: 1m, max-file: "2"}}',
  logsnone: 'logging: {driver: none}',
  isolated: 'isolation: default',
  needing: 'depends_on: [bare]',
  needinglong: 'depends_on: {bare: {condition: service_started}}',
  pulled: 'pull_policy: if_not_present',
  profiles: 'profiles: [extra]',
  platformed: 'platform: linux/amd64',
  ownname: 'container_name: PROJECT-name',
  scaled: 'scale: 2',
};

/**
 * Started too, before the others: docker-compose 1.29 joins a second network, and sets links and link-local addresses,
 * only when it starts a container, and shares a namespace only with one that runs.
 */
export const started: Services = {
  bare: '',
  ipcpeer: 'ipc: shareable',
  linkedlocal: 'networks: {front: {link_local_ips: [169.254.8.8]}}',
  linked: 'links: [bare, "bare:base"]',
  externally: 'external_links: ["OUTSIDE:old"]',
  two: 'networks: {front: {priority: 5, aliases: [a]}, back: {aliases: [b], ipv4_address: 10.213.22.7}}',
  ordered: 'networks: {front: , back: {priority: 5}}',
  // Of equal priority, Compose v5 takes the first by name, and 1.29 any.
  all: 'networks: {full: {priority: 3}, inner: {priority: 2}, six: {priority: 1}}, volumes: ["opted:/o", "named:/n"]',
};

/** Networks and volumes beside them, with every attribute that 1.29 sends. */
export const networks: Services = {
  front: 'ipam: {config: [{subnet: 10.213.21.0/24}]}',
  back: 'ipam: {config: [{subnet: 10.213.22.0/24}]}',
  full: 'driver: bridge, driver_opts: {com.docker.network.bridge.enable_icc: "false"}, labels: {a: b}, attachable: true, ipam: {driver: default, options: {o: "1"}, config: [{subnet: 10.213.23.0/24, gateway: 10.213.23.9, ip_range: 10.213.23.128/25, aux_addresses: {router: 10.213.23.5}}]}',
  inner: 'internal: true, name: PROJECT-inner',
  six: 'enable_ipv6: true, ipam: {config: [{subnet: 10.213.24.0/24}, {subnet: "fd00:213::/64"}]}',
};
export const volumes: Services = {
  data: '',
  opted: 'driver: local, driver_opts: {type: tmpfs, device: tmpfs, o: size=1m}, labels: [a=b]',
  named: 'name: PROJECT-named',
};

/** Too new for 1.29: what Compose v5 sends, as a part of the container's inspect output. */
export const newer: Readonly<Record<string, { readonly yaml: string; readonly sends: object }>> = {
  gpus: {
    yaml: 'gpus: [{driver: nvidia, count: 1, capabilities: [utility]}]',
    // getDeployResources: Capabilities [][]string{append(gpus.Capabilities, "gpu")}
    sends: {
      HostConfig: { DeviceRequests: [{ Driver: 'nvidia', Count: 1, Capabilities: [['utility', 'gpu']] }] },
    },
  },
  gpusall: {
    yaml: 'gpus: all',
    sends: { HostConfig: { DeviceRequests: [{ Count: -1, Capabilities: [['gpu']] }] } },
  },
  cgroupns: { yaml: 'cgroup: private', sends: { HostConfig: { CgroupnsMode: 'private' } } },
  uts: { yaml: 'uts: host', sends: { HostConfig: { UTSMode: 'host' } } },
  openpaths: {
    // parseSecurityOpts: the option itself is not sent.
    yaml: 'security_opt: ["systempaths=unconfined"]',
    sends: { HostConfig: { MaskedPaths: [], ReadonlyPaths: [] } },
  },
  selinux: {
    // toBindString: access, then the SELinux label.
    yaml: 'volumes: [{type: bind, source: ./made, target: /b, bind: {selinux: z}}]',
    sends: { Mounts: [{ Destination: '/b', Mode: 'z', RW: true }] },
  },
  recursive: {
    yaml: 'volumes: [{type: bind, source: ./made, target: /b, bind: {recursive: disabled}}]',
    sends: { HostConfig: { Mounts: [{ Target: '/b', BindOptions: { NonRecursive: true } }] } },
  },
  tmpfsmode: {
    yaml: 'volumes: [{type: tmpfs, target: /t, tmpfs: {size: 1m, mode: 0o700}}]',
    sends: {
      HostConfig: { Mounts: [{ Target: '/t', TmpfsOptions: { SizeBytes: 1_048_576, Mode: 0o700 } }] },
    },
  },
  volumelabels: {
    yaml: 'volumes: [{type: volume, target: /v, volume: {labels: {a: b}}}]',
    sends: { HostConfig: { Mounts: [{ Target: '/v', VolumeOptions: { Labels: { a: 'b' } } }] } },
  },
  configs: {
    // buildContainerConfigMounts: a read-only bind of the file.
    yaml: 'configs: [{source: settings, target: /etc/settings}]',
    sends: { Mounts: [{ Type: 'bind', Source: 'FOLDER/settings', Destination: '/etc/settings', RW: false }] },
  },
  apisocket: {
    // useAPISocket: the socket and DOCKER_CONFIG; the credentials beside it are a warning.
    yaml: 'use_api_socket: true',
    sends: { Mounts: [{ Source: '/var/run/docker.sock', Destination: '/var/run/docker.sock', RW: true }] },
  },
  labelfile: { yaml: 'label_file: [one.env]', sends: { Config: { Labels: { A: 'from file' } } } },
  envoptional: {
    yaml: 'env_file: [{path: missing.env, required: false}, {path: one.env, format: raw}]',
    sends: { Config: { Env: ['A=from file', 'B=from file'] } },
  },
  hostsmap: {
    // ExtraHosts.AsList(":")
    yaml: 'extra_hosts: {db: [10.0.0.5, "::1"]}',
    sends: { HostConfig: { ExtraHosts: ['db:10.0.0.5', 'db:::1'] } },
  },
  driveropts: {
    yaml: 'networks: {front: {driver_opts: {com.example.a: "1"}}}',
    sends: { NetworkSettings: { Networks: { FRONT: { DriverOpts: { 'com.example.a': '1' } } } } },
  },
  networkmac: {
    // Before API 1.44 an engine heeds the container's own alone; Compose v5 sends the network's, which is lost.
    yaml: 'networks: {front: {mac_address: "02:42:ac:11:00:78"}}',
    sends: { Config: { MacAddress: '02:42:ac:11:00:78' } },
  },
  devicelong: {
    yaml: 'devices: [{source: /dev/null, target: /dev/nothing, permissions: r}]',
    sends: {
      HostConfig: {
        Devices: [{ PathOnHost: '/dev/null', PathInContainer: '/dev/nothing', CgroupPermissions: 'r' }],
      },
    },
  },
  cdi: {
    yaml: 'devices: ["vendor.com/gpu=all"]',
    sends: { HostConfig: { DeviceRequests: [{ Driver: 'cdi', DeviceIDs: ['vendor.com/gpu=all'] }] } },
  },
  never: {
    // mapRestartPolicyCondition
    yaml: 'deploy: {restart_policy: {condition: on-failure, max_attempts: 2}}',
    sends: { HostConfig: { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 2 } } },
  },
  realtime: {
    yaml: 'cpu_percent: 0, cpu_rt_runtime: 0, cpu_rt_period: 0',
    sends: { HostConfig: { CpuRealtimePeriod: 0, CpuRealtimeRuntime: 0 } },
  },
};

/** Sent by nobody, or not to be seen in a container; tested elsewhere, or said as a warning. */
export const elsewhere: Readonly<Record<string, string>> = {
  annotations: 'API 1.43: this engine drops them (round trip)',
  attach: 'of `up` alone: a warning',
  build: 'an image of its own (test/engine/images)',
  credential_spec: 'of Windows: a warning',
  develop: 'of `watch` alone: a warning',
  extends: 'resolved before',
  models: 'a warning: kind: Model',
  post_start: 'run, not sent (test/engine/docker/hooks)',
  pre_start: 'a warning',
  pre_stop: 'run, not sent (test/engine/docker/hooks)',
  provider: 'refused',
  pull_refresh_after: 'a warning',
  storage_opt: 'this storage driver takes none: its create is refused (unit)',
};
