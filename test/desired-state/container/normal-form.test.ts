// What each short and long form comes to: the container as the engine is asked for it.

import { describe, expect, test } from 'vitest';
import type { ContainerSpec } from '../../../desired-state/container-spec.ts';
import { normalized } from '../../support/containers.ts';
import { folderWith } from '../../support/manifests.ts';

/** The container of these fields over an image; the mistakes must be none. */
function containerOf(fields: string, env: Record<string, string> = {}) {
  const { container, lines } = normalized(`image: a\n${fields}`, { env: { HOME: '/home/me', ...env } });
  expect(lines).toEqual([]);
  return container;
}

test('nothing but an image', () => {
  expect(containerOf('')).toEqual({
    image: 'a',
    environment: {},
    labels: {},
    restart: { name: 'no' },
    networks: {},
    ports: [],
    expose: [],
    mounts: [],
    resources: {},
  });
});

test.each([
  'postgres',
  'postgres:15',
  'library/postgres:15-alpine',
  'localhost:5000/a/b__c:x',
  'ghcr.io/Org-Host/a'.toLowerCase(),
  `a@sha256:${'0'.repeat(64)}`,
  `registry.example:443/a:1@sha256:${'f'.repeat(64)}`,
])('image %s', (image) =>
  expect(normalized(`image: ${image}`)).toMatchObject({ container: { image }, lines: [] }),
);

describe('command lines', () => {
  test.each([
    ['text is split into words', 'sh -c true', ['sh', '-c', 'true']],
    ['several spaces are one', '  a \t  b ', ['a', 'b']],
    ['double quotes keep spaces', `a "b c" d`, ['a', 'b c', 'd']],
    ['single quotes keep all', `a 'b "c" \\ d'`, ['a', 'b "c" \\ d']],
    ['quotes within a word', `a=b"c d"e`, ['a=bc de']],
    ['an empty word', `a '' b`, ['a', '', 'b']],
    ['a backslash keeps the next', `a\\ b c\\"d`, ['a b', 'c"d']],
    ['a backslash in double quotes', `"a\\"b"`, ['a"b']],
    ['operators in quotes are text', `sh -c "a && b; c"`, ['sh', '-c', 'a && b; c']],
    ['no variable is looked up', `echo $$HOME`, ['echo', '$HOME']],
    ['a command substitution stays one word', 'echo $$(date +%s)', ['echo', '$(date +%s)']],
    ['nothing is an empty list', '', []],
  ])('%s', (_what, text, words) => {
    expect(containerOf(`command: ${JSON.stringify(text)}`).command).toEqual(words);
    expect(containerOf(`entrypoint: ${JSON.stringify(text)}`).entrypoint).toEqual(words);
  });

  test('a list is taken as it is, null is the image’s own', () => {
    expect(containerOf('command: ["a b", "$$c"]').command).toEqual(['a b', '$c']);
    expect(containerOf('command: []').command).toEqual([]);
    expect(containerOf('command: null')).not.toHaveProperty('command');
  });

  test('a shell operator ends it, as in Compose, with a warning', () => {
    const { container, lines } = normalized('image: a\ncommand: a b 2>/dev/null');
    expect(container.command).toEqual(['a', 'b']);
    expect(lines).toEqual([
      'f:2:10: warning: a command is no shell line: everything from the first > on is left out; use ["sh", "-c", "…"]',
    ]);
  });
});

describe('ports', () => {
  const tcp = { protocol: 'tcp' };
  test.each([
    ['80', [{ target: 80, ...tcp }]],
    ['"8080:80"', [{ target: 80, published: 8080, ...tcp }]],
    ['"8080:80/UDP"', [{ target: 80, published: 8080, protocol: 'udp' }]],
    ['"127.0.0.1:8080:80"', [{ target: 80, published: 8080, hostIp: '127.0.0.1', ...tcp }]],
    ['"127.0.0.1::80"', [{ target: 80, hostIp: '127.0.0.1', ...tcp }]],
    ['"[::1]:8080:80"', [{ target: 80, published: 8080, hostIp: '::1', ...tcp }]],
    ['"::1:8080:80"', [{ target: 80, published: 8080, hostIp: '::1', ...tcp }]],
    [
      '"3000-3001"',
      [
        { target: 3000, ...tcp },
        { target: 3001, ...tcp },
      ],
    ],
    [
      '"9000-9001:80-81/sctp"',
      [
        { target: 80, published: 9000, protocol: 'sctp' },
        { target: 81, published: 9001, protocol: 'sctp' },
      ],
    ],
    ['{target: 80}', [{ target: 80, ...tcp }]],
    [
      '{target: "80", published: "8080", host_ip: 10.0.0.1, protocol: udp, mode: host, name: web}',
      [{ target: 80, published: 8080, hostIp: '10.0.0.1', protocol: 'udp' }],
    ],
    ['{target: 80, published: 8080}', [{ target: 80, published: 8080, ...tcp }]],
  ])('%s', (written, ports) => expect(containerOf(`ports: [${written}]`).ports).toEqual(ports));

  test('expose is one entry a port, each once', () => {
    expect(containerOf('expose: [80, "80", "53/udp", "3000-3001"]').expose).toEqual([
      '80/tcp',
      '53/udp',
      '3000/tcp',
      '3001/tcp',
    ]);
  });
});

describe('mounts', () => {
  const bind = { type: 'bind', createHostPath: true };
  test.each([
    ['data:/d', { type: 'volume', source: 'data', target: '/d' }],
    ['data:/d:ro', { type: 'volume', source: 'data', target: '/d', readOnly: true }],
    ['data:/d:rw,nocopy', { type: 'volume', source: 'data', target: '/d', noCopy: true }],
    ['/d', { type: 'volume', target: '/d' }],
    ['./c:/etc/c:ro', { ...bind, source: '/base/c', target: '/etc/c', readOnly: true }],
    ['../c:/c', { ...bind, source: '/c', target: '/c' }],
    ['.:/c/', { ...bind, source: '/base', target: '/c' }],
    ['~/c:/c', { ...bind, source: '/home/me/c', target: '/c' }],
    ['/a:/b/../c:rslave', { ...bind, source: '/a', target: '/c', propagation: 'rslave' }],
    ['/a:/b:cached', { ...bind, source: '/a', target: '/b' }],
    ['{type: bind, source: ./a, target: /b}', { ...bind, source: '/base/a', target: '/b' }],
    [
      '{type: bind, source: /a, target: /b, read_only: true, bind: {create_host_path: false, propagation: shared}}',
      {
        type: 'bind',
        createHostPath: false,
        source: '/a',
        target: '/b',
        readOnly: true,
        propagation: 'shared',
      },
    ],
    [
      '{type: volume, source: v, target: /b, volume: {nocopy: true}}',
      { type: 'volume', source: 'v', target: '/b', noCopy: true },
    ],
    ['{type: volume, target: /b}', { type: 'volume', target: '/b' }],
    [
      '{type: tmpfs, target: /t, tmpfs: {size: 64m, mode: 01777}}',
      { type: 'tmpfs', target: '/t', tmpfsSizeBytes: 67_108_864, tmpfsMode: 0o1777 },
    ],
  ])('%s', (written, mount) => expect(containerOf(`volumes: [${quoted(written)}]`).mounts).toEqual([mount]));

  test('tmpfs, alone or as a list', () => {
    const mounts = [
      { type: 'tmpfs', target: '/run', tmpfsOptions: '' },
      { type: 'tmpfs', target: '/tmp', tmpfsOptions: 'noexec,size=1m,mode=1777' },
    ];
    expect(containerOf('tmpfs: /run').mounts).toEqual(mounts.slice(0, 1));
    expect(containerOf('tmpfs: [/run, "/tmp:noexec,size=1m,mode=1777"]').mounts).toEqual(mounts);
  });

  test('named volumes and relative sources are told apart from the rest', () => {
    const { volumes, bindFiles, lines } = normalized(
      'image: a\nvolumes:\n  - data:/d\n  - ./conf:/c:ro\n  - /abs:/e\n  - /anonymous\n',
    );
    expect(lines).toEqual([]);
    expect(volumes).toEqual([{ name: 'data', position: { file: 'f', line: 3, column: 5 } }]);
    expect(bindFiles).toEqual([
      { path: '/base/conf', target: '/c', readOnly: true, position: { file: 'f', line: 4, column: 5 } },
    ]);
  });

  function quoted(written: string): string {
    return written.startsWith('{') ? written : JSON.stringify(written);
  }
});

describe('environment', () => {
  test.each([
    ['a map', '{A: x, B: 5, C: 1.10, D: true, E: ""}', { A: 'x', B: '5', C: '1.1', D: 'true', E: '' }],
    ['a list', '[A=x, "B=y=z", C=]', { A: 'x', B: 'y=z', C: '' }],
    ['the later of two', '[A=1, A=2]', { A: '2' }],
    ['from the shell, or left out', '{SHELL_A: , SHELL_NONE: null}', { SHELL_A: 'of the shell' }],
    ['from the shell in a list', '[SHELL_A, SHELL_NONE]', { SHELL_A: 'of the shell' }],
    [
      'a filled-in number keeps its digits',
      `\n  V: \${VERSION}\n  W: "\${VERSION}"`,
      { V: '1.10', W: '1.10' },
    ],
    ['large whole numbers keep their digits', '{A: 12345678901234567890}', { A: '12345678901234567890' }],
  ])('%s', (_what, written, environment) => {
    const env = { SHELL_A: 'of the shell', VERSION: '1.10' };
    expect(containerOf(`environment: ${written}`, env).environment).toEqual(environment);
  });

  test('a secret is named, never shown', () => {
    const { container, environmentSecrets } = normalized('image: a\nenvironment: {P: {secret: pg}}');
    expect(container.environment).toEqual({ P: { secret: 'pg', digest: '' } });
    expect(environmentSecrets).toEqual([
      { key: 'P', secret: 'pg', position: { file: 'f', line: 2, column: 18 } },
    ]);
  });

  test('env files lie below it, a later file above an earlier one', () => {
    const baseDir = folderWith({
      'a.env': 'A=1\nB=1\n# note\nQ="x y"\n',
      'b.env': 'B=2\nC=$SHELL_A\n',
      'raw.env': 'R="$SHELL_A"\n',
    });
    const { container, files, lines } = normalized(
      'image: a\nenvironment: {C: own}\nenv_file:\n  - a.env\n  - {path: ./b.env}\n  - {path: raw.env, format: raw}\n  - {path: none.env, required: false}\n',
      { baseDir, env: { SHELL_A: 's' } },
    );
    expect(lines).toEqual([]);
    expect(container.environment).toEqual({ A: '1', B: '2', C: 'own', Q: 'x y', R: '"$SHELL_A"' });
    expect(files).toEqual(['a.env', 'b.env', 'raw.env', 'none.env'].map((name) => `${baseDir}/${name}`));
  });
});

test('labels, with label files below them', () => {
  const baseDir = folderWith({ 'l.env': 'a=file\nb=file\n' });
  const { container } = normalized('image: a\nlabel_file: l.env\nlabels: [b=own, c]', { baseDir });
  expect(container.labels).toEqual({ a: 'file', b: 'own', c: '' });
  expect(containerOf('labels: {x: 1, y: true, z: }').labels).toEqual({ x: '1', y: 'true', z: '' });
});

describe('healthcheck', () => {
  test.each([
    ['{test: curl -f x}', { test: ['CMD-SHELL', 'curl -f x'] }],
    ['{test: [CMD, a, b]}', { test: ['CMD', 'a', 'b'] }],
    ['{test: [NONE]}', { test: ['NONE'] }],
    ['{disable: true, test: x}', { test: ['NONE'] }],
    ['{interval: 5s}', { test: [], intervalMs: 5000 }],
    [
      '{test: x, interval: 1m30s, timeout: 500ms, retries: 3, start_period: 10s, start_interval: 2s}',
      {
        test: ['CMD-SHELL', 'x'],
        intervalMs: 90_000,
        timeoutMs: 500,
        retries: 3,
        startPeriodMs: 10_000,
        startIntervalMs: 2_000,
      },
    ],
  ])('%s', (written, healthcheck) => {
    expect(containerOf(`healthcheck: ${written}`).healthcheck).toEqual(healthcheck);
  });
});

describe('restart', () => {
  test.each([
    ['restart: no', { name: 'no' }],
    ['restart: "no"', { name: 'no' }],
    ['restart: always', { name: 'always' }],
    ['restart: unless-stopped', { name: 'unless-stopped' }],
    ['restart: on-failure', { name: 'on-failure' }],
    ['restart: on-failure:3', { name: 'on-failure', maxRetries: 3 }],
    ['deploy: {restart_policy: {condition: none}}', { name: 'no' }],
    ['deploy: {restart_policy: {condition: any, max_attempts: 3}}', { name: 'always' }],
    [
      'deploy: {restart_policy: {condition: on-failure, max_attempts: 3}}',
      { name: 'on-failure', maxRetries: 3 },
    ],
    ['deploy: {restart_policy: {condition: any}}\nrestart: "no"', { name: 'always' }],
  ])('%s', (fields, restart) => {
    const { container, restartWritten, lines } = normalized(`image: a\n${fields}`);
    expect(lines).toEqual([]);
    expect(container.restart).toEqual(restart);
    expect(restartWritten).toBe(true);
  });

  test('absent is no, and known to be absent', () => {
    expect(normalized('image: a')).toMatchObject({
      container: { restart: { name: 'no' } },
      restartWritten: false,
    });
  });
});

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

test('text that a variable fills in stays text, whatever YAML would make of it', () => {
  const container = containerOf(
    `hostname: \${N}\ncommand:\n  - sleep\n  - \${N}\nread_only: \${F}\ncpus: \${C}`,
    {
      N: '007',
      F: 'true',
      C: '0.5',
    },
  );
  expect(container).toMatchObject({
    hostname: '007',
    command: ['sleep', '007'],
    readOnly: true,
    resources: { nanoCpus: 500_000_000 },
  });
});

test('every field says where it stood', () => {
  const { positions } = normalized(
    'image: a\nenvironment:\n  A: 1\nmem_limit: 64m\ndeploy:\n  resources:\n    limits:\n      cpus: 1\nvolumes:\n  - d:/d\n',
  );
  const places = Object.entries(positions).map(([field, { line, column }]) => [field, `${line}:${column}`]);
  expect(Object.fromEntries(places)).toEqual({
    image: '1:8',
    environment: '3:3',
    'environment.A': '3:6',
    'resources.memory': '4:12',
    'resources.cpus': '8:13',
    mounts: '10:3',
    'mounts./d': '10:5',
  });
});

test('empty text, as a variable may leave it, is not set', () => {
  const fields = [
    'user',
    'hostname',
    'restart',
    'network_mode',
    'stop_signal',
    'container_name',
    'working_dir',
    'pid',
  ];
  const { container, restartWritten, containerName, lines } = normalized(
    `image: a\n${fields.map((field) => `${field}: ""\n`).join('')}ports: [":80", {target: 81, published: ""}]\n`,
  );
  expect(lines).toEqual([]);
  expect(Object.keys(container).sort()).toEqual(Object.keys(normalized('image: a').container).sort());
  expect([restartWritten, containerName]).toEqual([false, undefined]);
  expect(container.ports.map((port) => port.published)).toEqual([undefined, undefined]);
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
      'f:2:17: warning: use_api_socket mounts the socket; the registry credentials of this machine are not put in; mount a config.json with those that it needs',
    ]);
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
