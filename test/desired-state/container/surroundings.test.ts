// What of its surroundings a container gets, in normal form: resources, networks, others, files, rights and the host's devices.

import { describe, expect, test } from 'vitest';
import type { ContainerSpec } from '../../../desired-state/container-spec.ts';
import { containerOf, normalized } from '../../support/containers.ts';
import { folderWith } from '../../support/manifests.ts';

describe('resources', () => {
  test.each([
    ['mem_limit: 512m', { memoryBytes: 536_870_912 }],
    ['mem_limit: 1048576', { memoryBytes: 1_048_576 }],
    ['mem_limit: 64m\nmemswap_limit: -1', { memoryBytes: 67_108_864, memorySwapBytes: -1 }],
    ['mem_limit: 64m\nmemswap_limit: 128m', { memoryBytes: 67_108_864, memorySwapBytes: 134_217_728 }],
    ['mem_reservation: 1g', { memoryReservationBytes: 1_073_741_824 }],
    ['cpus: 0.5', { nanoCpus: 500_000_000 }],
    ['cpus: "1.25"', { nanoCpus: 1_250_000_000 }],
    ['cpus: 0', {}],
    ['pids_limit: 100', { pids: 100 }],
    ['pids_limit: -1', { pids: -1 }],
    ['cpu_shares: 512', { cpuShares: 512 }],
    ['cpuset: 0-3,5', { cpusetCpus: '0-3,5' }],
    [
      'deploy: {resources: {limits: {cpus: "0.5", memory: 64M, pids: 5}, reservations: {memory: 32M}}}',
      { nanoCpus: 500_000_000, memoryBytes: 67_108_864, pids: 5, memoryReservationBytes: 33_554_432 },
    ],
    ['mem_limit: 64m\ndeploy: {resources: {limits: {memory: 64M}}}', { memoryBytes: 67_108_864 }],
  ])('%s', (fields, resources) => expect(containerOf(fields).resources).toEqual(resources));
});

describe('networks', () => {
  test.each([
    ['networks: [a, b]', { a: {}, b: {} }],
    ['networks: {a: , b: {aliases: [x, x, y]}}', { a: {}, b: { aliases: ['x', 'y'] } }],
    [
      'networks: {a: {ipv4_address: 10.0.0.5, ipv6_address: "::5", priority: 5}}',
      { a: { ipv4Address: '10.0.0.5', ipv6Address: '::5', priority: 5 } },
    ],
  ])('%s', (fields, networks) => expect(containerOf(fields).networks).toEqual(networks));

  test.each(['none', 'host', 'bridge', 'service:db', 'container:x'])('network_mode %s', (mode) => {
    expect(containerOf(`network_mode: ${mode}`).networkMode).toBe(mode);
  });

  test.each([
    ['["a:1.2.3.4", "b=::1"]', ['a:1.2.3.4', 'b:::1']],
    ['{b: "[::1]", a: [1.2.3.4, 5.6.7.8]}', ['a:1.2.3.4', 'a:5.6.7.8', 'b:::1']],
    ['["h:host-gateway"]', ['h:host-gateway']],
  ])('extra_hosts %s', (written, extraHosts) => {
    expect(containerOf(`extra_hosts: ${written}`).extraHosts).toEqual(extraHosts);
  });
});

describe('dependencies', () => {
  const of = (fields: string, shortDependency?: 'ready') => {
    const { dependsOn, lines } = normalized(
      `image: a\n${fields}`,
      shortDependency ? { shortDependency } : {},
    );
    expect(lines).toEqual([]);
    return dependsOn.map(({ name, condition, required }) => [name, condition, required]);
  };
  test.each([
    [
      'depends_on: [a, b]',
      [
        ['a', 'started', true],
        ['b', 'started', true],
      ],
    ],
    [
      'depends_on: {a: {condition: service_healthy}, b: {condition: service_completed_successfully, required: false}, c: {condition: service_started}}',
      [
        ['a', 'ready', true],
        ['b', 'completed', false],
        ['c', 'started', true],
      ],
    ],
    ['network_mode: service:db', [['db', 'started', true]]],
    [
      'pid: service:a\nipc: service:b',
      [
        ['a', 'started', true],
        ['b', 'started', true],
      ],
    ],
    [
      'links: [db, "redis:redis"]',
      [
        ['db', 'started', true],
        ['redis', 'started', true],
      ],
    ],
    ['pid: service:a\ndepends_on: {a: {condition: service_healthy}}', [['a', 'ready', true]]],
  ])('%s', (fields, dependencies) => expect(of(fields)).toEqual(dependencies));

  test('a plain list means ready where the caller says so', () => {
    expect(of('depends_on: [a]', 'ready')).toEqual([['a', 'ready', true]]);
  });
});

test('configs and secrets by name and target', () => {
  const { secrets, configs } = normalized(
    'image: a\nsecrets: [s, {source: t, target: own}, {source: u, target: /abs}]\nconfigs: [c, {source: d, target: /etc/d}]',
  );
  expect(secrets.map(({ name, target }) => [name, target])).toEqual([
    ['s', '/run/secrets/s'],
    ['t', '/run/secrets/own'],
    ['u', '/abs'],
  ]);
  expect(configs.map(({ name, target }) => [name, target])).toEqual([
    ['c', '/c'],
    ['d', '/etc/d'],
  ]);
});

test('rights, limits of processes, and the rest of the fields', () => {
  const container = containerOf(`
user: 1000
group_add: [docker, 999]
working_dir: /app
hostname: h
domainname: d
mac_address: 02:42:ac:11:00:02
stop_signal: SIGINT
stop_grace_period: 1m
init: true
tty: "true"
stdin_open: true
privileged: true
read_only: true
cap_add: [NET_ADMIN]
cap_drop: [ALL]
security_opt: [no-new-privileges:true, seccomp=unconfined]
devices: [/dev/a, /dev/b:/dev/c, /dev/d:/dev/e:r, {source: /dev/f, permissions: rw}]
ulimits: {nofile: 1024, nproc: {soft: 10, hard: 20}, core: -1}
sysctls: [net.a=1]
shm_size: 64m
oom_kill_disable: true
oom_score_adj: -500
pid: host
ipc: shareable
uts: host
userns_mode: host
cgroup_parent: g
runtime: runc
logging: {driver: json-file, options: {max-size: 10m, max-file: 3}}
dns: 1.1.1.1
dns_search: [a, b]
dns_opt: [ndots:1]
`);
  expect(container).toMatchObject({
    user: '1000',
    groupAdd: ['docker', '999'],
    workingDir: '/app',
    hostname: 'h',
    domainname: 'd',
    macAddress: '02:42:ac:11:00:02',
    stopSignal: 'SIGINT',
    stopGracePeriodMs: 60_000,
    init: true,
    tty: true,
    stdinOpen: true,
    privileged: true,
    readOnly: true,
    capAdd: ['NET_ADMIN'],
    capDrop: ['ALL'],
    securityOpt: ['no-new-privileges:true', 'seccomp=unconfined'],
    devices: ['/dev/a:/dev/a:rwm', '/dev/b:/dev/c:rwm', '/dev/d:/dev/e:r', '/dev/f:/dev/f:rw'],
    ulimits: {
      nofile: { soft: 1024, hard: 1024 },
      nproc: { soft: 10, hard: 20 },
      core: { soft: -1, hard: -1 },
    },
    sysctls: { 'net.a': '1' },
    shmSizeBytes: 67_108_864,
    oomKillDisable: true,
    oomScoreAdj: -500,
    pidMode: 'host',
    ipcMode: 'shareable',
    utsMode: 'host',
    usernsMode: 'host',
    cgroupParent: 'g',
    runtime: 'runc',
    logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
    dns: ['1.1.1.1'],
    dnsSearch: ['a', 'b'],
    dnsOpt: ['ndots:1'],
  });
});

test('a seccomp profile is taken by content', () => {
  const baseDir = folderWith({ 'p.json': '{ "defaultAction": "SCMP_ACT_ALLOW" }\n' });
  const { container } = normalized('image: a\nsecurity_opt: [seccomp:p.json]', { baseDir });
  expect(container.securityOpt).toEqual(['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}']);
});

describe('what of the host it gets', () => {
  test.each<[string, Partial<ContainerSpec>]>([
    ['annotations: {a: 1}', { annotations: { a: '1' } }],
    [
      'blkio_config: {weight: 300, weight_device: [{path: /dev/a, weight: 10}], device_read_bps: [{path: /dev/a, rate: 1mb}], device_write_iops: [{path: /dev/a, rate: 30}]}',
      {
        blockIo: {
          weight: 300,
          weightDevices: [{ path: '/dev/a', weight: 10 }],
          readBps: [{ path: '/dev/a', rate: 1_048_576 }],
          writeIops: [{ path: '/dev/a', rate: 30 }],
        },
      },
    ],
    ['cgroup: private', { cgroupMode: 'private' }],
    [
      'cpu_rt_period: 400ms\ncpu_rt_runtime: 95000',
      { cpuRealtimePeriodUs: 400_000, cpuRealtimeRuntimeUs: 95_000 },
    ],
    ['cpu_quota: 50000\ncpu_period: 20ms', { resources: { cpuQuotaUs: 50_000, cpuPeriodUs: 20_000 } }],
    ['cpu_count: 2\ncpu_percent: 50', { cpuCount: 2, cpuPercent: 50 }],
    ['mem_swappiness: 60', { memorySwappiness: 60 }],
    ['device_cgroup_rules: ["c 1:3 mr"]', { deviceCgroupRules: ['c 1:3 mr'] }],
    ['gpus: all', { deviceRequests: [{ count: -1, capabilities: ['gpu'] }] }],
    ['gpus: [{count: All}]', { deviceRequests: [{ count: -1, capabilities: ['gpu'] }] }],
    [
      'gpus: [{driver: nvidia, count: 2, capabilities: [utility]}]',
      { deviceRequests: [{ driver: 'nvidia', count: 2, capabilities: ['utility', 'gpu'] }] },
    ],
    [
      'deploy: {resources: {reservations: {devices: [{capabilities: [gpu], device_ids: ["0"]}]}}}',
      { deviceRequests: [{ deviceIds: ['0'], capabilities: ['gpu'] }] },
    ],
    [
      'devices: ["vendor.com/gpu=0", /dev/null]',
      {
        devices: ['/dev/null:/dev/null:rwm'],
        deviceRequests: [{ driver: 'cdi', deviceIds: ['vendor.com/gpu=0'], capabilities: [] }],
      },
    ],
    ['isolation: default\nplatform: linux/amd64', { isolation: 'default', platform: 'linux/amd64' }],
    ['storage_opt: {size: 1G}', { storageOpt: { size: '1G' } }],
    [
      'links: [db, "db:base"]\nexternal_links: [old, "old:new"]',
      { links: ['service:db:db', 'service:db:base', 'old:old', 'old:new'] },
    ],
    ['volumes_from: [a, "b:ro", "container:c:rw"]', { volumesFrom: ['service:a', 'service:b:ro', 'c'] }],
    ['network_mode: other_net', { networkMode: 'other_net' }],
  ])('%s', (yaml, expected) => {
    expect(containerOf(yaml)).toMatchObject(expected);
  });

  test('hooks, with a command as text or as a list', () => {
    const { postStart, preStop, lines } = normalized(
      'image: a\npost_start: [{command: echo hi, user: "5", environment: {A: 1}}]\npre_stop: [{command: [sync], privileged: true, working_dir: /d}]\n',
    );
    expect(lines).toEqual([]);
    expect(postStart).toEqual([{ command: ['echo', 'hi'], user: '5', environment: { A: '1' } }]);
    expect(preStop).toEqual([{ command: ['sync'], privileged: true, workingDir: '/d', environment: {} }]);
  });

  test('a variable of a hook without a value is taken away, whatever the shell has', () => {
    for (const written of ['[HOME, A=1, "B=", U]', '{HOME: , A: 1, B: "", U: }']) {
      const { postStart } = normalized(
        `image: a\npost_start: [{command: [env], environment: ${written}}]\nenvironment: [HOME]\n`,
        { env: { HOME: '/home/me' } },
      );
      expect(postStart).toEqual([
        { command: ['env'], environment: { A: '1', B: '' }, unsetEnvironment: ['HOME', 'U'] },
      ]);
    }
  });

  test('options of a network', () => {
    const written =
      'networks: {n: {link_local_ips: [169.254.1.1], mac_address: "02:42:ac:11:00:01", gw_priority: 3, interface_name: eth7, driver_opts: {a: 1}}}';
    expect(containerOf(written).networks).toEqual({
      n: {
        linkLocalIps: ['169.254.1.1'],
        macAddress: '02:42:ac:11:00:01',
        gatewayPriority: 3,
        driverOpts: { 'com.docker.network.endpoint.ifname': 'eth7', a: '1' },
      },
    });
  });

  test('the engine’s socket, and what is not put in beside it', () => {
    const { container, lines } = normalized('image: a\nuse_api_socket: true\n');
    expect(container.mounts).toMatchObject([
      { type: 'bind', source: '/var/run/docker.sock', target: '/var/run/docker.sock' },
    ]);
    expect(lines).toEqual([
      'f:2:17: warning: use_api_socket mounts the socket; the registry credentials of this machine are not put in; mount a config.json with those that it needs into /run/secrets/docker',
    ]);
    expect(container.environment).toEqual({ DOCKER_CONFIG: '/run/secrets/docker' });
    const own = normalized('image: a\nuse_api_socket: true\nenvironment: [DOCKER_CONFIG=/mine]\n');
    expect(own.container.environment).toEqual({ DOCKER_CONFIG: '/mine' });
    const none = normalized('image: a\nuse_api_socket: true\nenvironment: [DOCKER_CONFIG]\n');
    expect(none.container).toMatchObject({ environment: {}, unsetEnvironment: ['DOCKER_CONFIG'] });
  });

  test('options of mounts', () => {
    const written =
      'volumes: ["/a:/a:Z", {type: bind, source: /b, target: /b, bind: {recursive: disabled}}, {type: volume, source: v, target: /v, volume: {subpath: s, labels: {l: 1}}}, {type: image, source: i, target: /i, image: {subpath: p}}]';
    expect(containerOf(written).mounts).toMatchObject([
      { selinux: 'Z' },
      { recursive: 'disabled' },
      { subpath: 's', labels: { l: '1' } },
      { type: 'image', source: 'i', subpath: 'p' },
    ]);
  });
});
