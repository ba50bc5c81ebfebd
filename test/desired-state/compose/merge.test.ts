// Two files of one project: each rule by which Compose merges them, and whose place a value keeps.

import { describe, expect, test } from 'vitest';
import { toPlain } from '../../../desired-state/tree.ts';
import { project } from '../../support/containers.ts';

/** The service `a` of a base and an override, as merged. */
function merged(base: string, over: string): unknown {
  const file = (fields: string) => `services:\n  a:\n${indented(fields)}`;
  const { services, lines } = project(
    { 'compose.yaml': file(`image: i\n${base}`), 'over.yaml': file(over) },
    { files: ['compose.yaml', 'over.yaml'] },
  );
  expect(lines).toEqual([]);
  return services['a'];
}

function indented(fields: string): string {
  return fields
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}

describe('scalars, maps and lists', () => {
  test.each([
    ['a later scalar replaces', 'hostname: a', 'hostname: b', { hostname: 'b' }],
    ['nothing written changes nothing', 'hostname: a', 'hostname:', { hostname: 'a' }],
    [
      'maps merge',
      'deploy: {resources: {limits: {memory: 1g}}}',
      'deploy: {resources: {limits: {cpus: 1}}}',
      {
        deploy: { resources: { limits: { memory: '1g', cpus: 1 } } },
      },
    ],
    ['lists without a key append', 'security_opt: [a]', 'security_opt: [b]', { security_opt: ['a', 'b'] }],
    ['command replaces', 'command: [a, b]', 'command: [c]', { command: ['c'] }],
    ['entrypoint replaces', 'entrypoint: [a]', 'entrypoint: [b]', { entrypoint: ['b'] }],
    [
      'a test replaces, the times merge',
      'healthcheck: {test: [CMD, a], interval: 5s}',
      'healthcheck: {test: b}',
      {
        healthcheck: { test: 'b', interval: '5s' },
      },
    ],
  ])('%s', (_what, base, over, fields) => expect(merged(base, over)).toEqual({ image: 'i', ...fields }));
});

describe('by key, whichever form each file uses', () => {
  test.each([
    [
      'environment',
      'environment: [A=1, B=1]',
      'environment: {B: 2, C: 3}',
      {
        environment: { A: '1', B: 2, C: 3 },
      },
    ],
    ['labels', 'labels: {a: 1, b: 1}', 'labels: [b=2]', { labels: { a: 1, b: '2' } }],
    ['sysctls', 'sysctls: [a=1]', 'sysctls: [a=2, b=3]', { sysctls: { a: '2', b: '3' } }],
    [
      'depends_on',
      'depends_on: [a, b]',
      'depends_on: {b: {condition: service_healthy}}',
      {
        depends_on: { a: { condition: 'service_started' }, b: { condition: 'service_healthy' } },
      },
    ],
    [
      'networks',
      'networks: [n]',
      'networks: {n: {aliases: [x]}, m: }',
      {
        networks: { n: { aliases: ['x'] }, m: null },
      },
    ],
    [
      'aliases of a network',
      'networks: {n: {aliases: [x]}}',
      'networks: {n: {aliases: [x, y]}}',
      {
        networks: { n: { aliases: ['x', 'y'] } },
      },
    ],
    [
      'volumes by target',
      'volumes: [./a:/x, b:/y]',
      'volumes: ["./c:/x:ro"]',
      {
        volumes: ['./c:/x:ro', 'b:/y'],
      },
    ],
    [
      'volumes across forms',
      'volumes: [./a:/x]',
      'volumes: [{type: volume, source: v, target: /x}]',
      {
        volumes: [{ type: 'volume', source: 'v', target: '/x' }],
      },
    ],
    [
      'devices by target',
      'devices: [/dev/a:/dev/x]',
      'devices: [/dev/b:/dev/x]',
      {
        devices: ['/dev/b:/dev/x'],
      },
    ],
    [
      'secrets by target',
      'secrets: [s]',
      'secrets: [{source: t, target: /run/secrets/s}, s2]',
      {
        secrets: [{ source: 't', target: '/run/secrets/s' }, 's2'],
      },
    ],
    [
      'configs by target',
      'configs: [c]',
      'configs: [{source: d, target: /c}]',
      {
        configs: [{ source: 'd', target: '/c' }],
      },
    ],
    [
      'env_file by path',
      'env_file: a.env',
      'env_file: [a.env, {path: b.env}]',
      {
        env_file: ['a.env', { path: 'b.env' }],
      },
    ],
    ['expose', 'expose: [80, 81]', 'expose: ["80", 82]', { expose: ['80', 81, 82] }],
    ['capabilities', 'cap_add: [A, B]', 'cap_add: [B, C]', { cap_add: ['A', 'B', 'C'] }],
    ['dns, one or many', 'dns: 1.1.1.1', 'dns: [1.1.1.1, 8.8.8.8]', { dns: ['1.1.1.1', '8.8.8.8'] }],
    ['tmpfs, one or many', 'tmpfs: /a', 'tmpfs: /b', { tmpfs: ['/a', '/b'] }],
    [
      'extra_hosts',
      'extra_hosts: {a: 1.1.1.1}',
      'extra_hosts: ["a=1.1.1.1", "b:2.2.2.2"]',
      {
        extra_hosts: ['a=1.1.1.1', 'b:2.2.2.2'],
      },
    ],
    [
      'ulimits',
      'ulimits: {n: 5}',
      'ulimits: {n: {soft: 1, hard: 2}, m: 3}',
      {
        ulimits: { n: { soft: 1, hard: 2 }, m: 3 },
      },
    ],
    [
      'logging of one driver',
      'logging: {driver: d, options: {a: x}}',
      'logging: {options: {b: y}}',
      {
        logging: { driver: 'd', options: { a: 'x', b: 'y' } },
      },
    ],
    [
      'logging of another driver',
      'logging: {driver: d, options: {a: x}}',
      'logging: {driver: e}',
      {
        logging: { driver: 'e' },
      },
    ],
  ])('%s', (_what, base, over, fields) => expect(merged(base, over)).toEqual({ image: 'i', ...fields }));

  test('a variable of the shell replaces one with a value', () => {
    expect(merged('environment: {A: 1}', 'environment: [A]')).toEqual({
      image: 'i',
      environment: { A: null },
    });
  });

  test('ports by what they bind, also out of a range', () => {
    const file = (ports: string) => `services: {a: {image: i, ports: ${ports}}}`;
    const { container, lines } = project(
      {
        'compose.yaml': file('["8000-8002:80-82", "127.0.0.1:53:53/udp"]'),
        'over.yaml': file(
          '["8001:81", {target: 53, published: 53, protocol: udp, host_ip: 127.0.0.1}, "9000:82"]',
        ),
      },
      { files: ['compose.yaml', 'over.yaml'] },
    );
    expect(lines).toEqual([]);
    expect(container('a').container.ports.map((p) => `${p.published}:${p.target}/${p.protocol}`)).toEqual([
      '8000:80/tcp',
      '8001:81/tcp',
      '8002:82/tcp',
      '53:53/udp',
      '9000:82/tcp',
    ]);
  });
});

describe('tags', () => {
  test.each([
    ['!reset takes away', 'ports: ["80"]\nhostname: h', 'ports: !reset []\nhostname: !reset null', {}],
    [
      '!reset of one key',
      'environment: {A: 1, B: 2}',
      'environment: {A: !reset null}',
      {
        environment: { B: 2 },
      },
    ],
    [
      '!override replaces whole',
      'cap_add: [A]\nlabels: {a: 1}',
      'cap_add: !override [B]\nlabels: !override {b: 2}',
      {
        cap_add: ['B'],
        labels: { b: 2 },
      },
    ],
    ['!reset of what was never there', '', 'hostname: !reset null', {}],
    ['!override of what was never there', '', 'cap_add: !override [B]', { cap_add: ['B'] }],
  ])('%s', (_what, base, over, fields) => expect(merged(base, over)).toEqual({ image: 'i', ...fields }));

  test('a whole service goes', () => {
    const { services, lines } = project(
      { 'compose.yaml': 'services: {a: {image: i}, b: {image: i}}', 'o.yaml': 'services: {b: !reset null}' },
      { files: ['compose.yaml', 'o.yaml'] },
    );
    expect(lines).toEqual([]);
    expect(Object.keys(services)).toEqual(['a']);
  });
});

test('networks and volumes of both files, pools by subnet', () => {
  const { loaded, lines } = project(
    {
      'compose.yaml':
        'services: {a: {image: i}}\nnetworks: {n: {labels: [x=1], ipam: {config: [{subnet: 10.0.0.0/24}]}}}\nvolumes: {v: }\n',
      'over.yaml':
        'networks: {n: {driver: bridge, labels: {y: 2}, ipam: {config: [{subnet: 10.0.0.0/24, gateway: 10.0.0.1}, {subnet: 10.1.0.0/24}]}}}\nvolumes: {v: {driver: local}, w: }\n',
    },
    { files: ['compose.yaml', 'over.yaml'] },
  );
  expect(lines).toEqual([]);
  const network = loaded.networks.get('n');

  expect([...loaded.volumes.keys()]).toEqual(['v', 'w']);
  expect(JSON.stringify(network && toPlain(network))).toBe(
    '{"labels":{"x":"1","y":2},"ipam":{"config":[{"subnet":"10.0.0.0/24","gateway":"10.0.0.1"},{"subnet":"10.1.0.0/24"}]},"driver":"bridge"}',
  );
});

test('every value keeps the place of the file it came from', () => {
  const { container } = project(
    {
      'compose.yaml': 'services:\n  a:\n    image: i\n    environment:\n      A: 1\n      B: 1\n',
      'over.yaml': '# note\nservices:\n  a:\n    environment:\n      - B=2\n    mem_limit: 64m\n',
    },
    { files: ['compose.yaml', 'over.yaml'] },
  );
  const { positions } = container('a');
  const place = (field: string): string => {
    const { file, line, column } = positions[field] ?? { file: '', line: 0, column: 0 };
    return `${file}:${line}:${column}`;
  };
  expect(place('image')).toBe('compose.yaml:3:12');
  expect(place('environment.A')).toBe('compose.yaml:5:10');
  expect(place('environment.B')).toBe('over.yaml:5:9');
  expect(place('resources.memory')).toBe('over.yaml:6:16');
});

test('what cannot be merged is told at the later file, naming the earlier', () => {
  const { lines } = project(
    {
      'compose.yaml': 'services: {a: {image: i, security_opt: [x]}}',
      'over.yaml': 'services:\n  a:\n    security_opt: {x: y}\n',
    },
    { files: ['compose.yaml', 'over.yaml'] },
  );
  expect(lines[0]).toBe(
    'over.yaml:3:19: services.a.security_opt: a map cannot be merged with the list of compose.yaml:1; write it alike, or with !override',
  );
});

test('an item that comes twice in one list is told; the later stands', () => {
  const { lines, services } = project({
    'compose.yaml': 'services:\n  a:\n    image: i\n    volumes:\n      - ./a:/x\n      - ./b:/x\n',
  });
  expect(lines).toEqual([
    'compose.yaml:6:9: warning: /x comes twice in this list: this one stands, that of line 5 is left out',
  ]);
  expect(services['a']).toEqual({ image: 'i', volumes: ['./b:/x'] });
});

test('several documents of one file merge like files', () => {
  const { services } = project({
    'compose.yaml':
      'services: {a: {image: i, hostname: x}}\n---\nservices: {a: {hostname: y}, b: {image: j}}\n',
  });
  expect(services).toEqual({ a: { image: 'i', hostname: 'y' }, b: { image: 'j' } });
});
