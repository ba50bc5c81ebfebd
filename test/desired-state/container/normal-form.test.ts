// What each short and long form comes to: the container as the engine is asked for it.

import { describe, expect, test } from 'vitest';
import { containerOf, normalized } from '../../support/containers.ts';
import { folderWith } from '../../support/manifests.ts';

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

  test('a key without a value, unset in the shell, takes the variable away; others leave no trace of it', () => {
    const env = { SHELL_A: 'of the shell' };
    const spec = containerOf('environment: [SHELL_NONE, SHELL_A, SHELL_ALSO_NONE]', env);
    expect(spec).toMatchObject({ unsetEnvironment: ['SHELL_ALSO_NONE', 'SHELL_NONE'] });
    expect(containerOf('environment: [SHELL_A]', env)).not.toHaveProperty('unsetEnvironment');
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
