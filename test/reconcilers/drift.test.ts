// Field-level drift: what counts as a difference and what does not, what each difference calls for, and that no secret
// is ever printed.

import { describe, expect, test } from 'vitest';
import type { ContainerSpec } from '../../desired-state/container-spec.ts';
import { fieldDrift } from '../../reconcilers/drift.ts';
import type { ContainerDetail, ImageDefaults } from '../../reconcilers/observed.ts';
import { detailOf, noDefaults, service } from '../support/make.ts';

const context = {
  networkNames: { backend: 'shop_backend' },
  volumeNames: { data: 'shop_data' },
  pins: {},
  ourNetworks: new Set(['shop_backend', 'shop_extra']),
};

function drift(
  declared: Partial<ContainerSpec>,
  observed: Partial<ContainerSpec> = {},
  image: Partial<ImageDefaults> = {},
  detail: Partial<ContainerDetail> = {},
) {
  const workload = service('web', { container: declared });
  const imageDefaults = { ...noDefaults, ...image };
  return fieldDrift(workload, detailOf(workload, { imageDefaults, ...detail }, observed), context);
}

const id = 'a'.repeat(64);

describe('no difference', () => {
  const rows: readonly [name: string, Parameters<typeof drift>][] = [
    ['as declared', [{ environment: { A: '1' }, command: ['run'] }]],
    [
      'what the image brings: environment, command, entrypoint, user, working folder',
      [
        {},
        {
          environment: { PATH: '/bin' },
          command: ['run'],
          entrypoint: ['/e'],
          user: 'app',
          workingDir: '/app',
        },
        {
          environment: { PATH: '/bin' },
          command: ['run'],
          entrypoint: ['/e'],
          user: 'app',
          workingDir: '/app',
        },
      ],
    ],
    [
      'a variable of the image that the manifest takes away, and that is not there',
      [
        { unsetEnvironment: ['X'] },
        { environment: { PATH: '/bin' } },
        { environment: { PATH: '/bin', X: 'image' } },
      ],
    ],
    [
      'a variable taken away that nothing has',
      [{ environment: { A: '1' }, unsetEnvironment: ['X'] }, { environment: { A: '1' } }],
    ],
    [
      "labels of the image, of other tools and of reeve's own",
      [
        { labels: { a: '1' } },
        { labels: { a: '1', 'reeve.revision': 'r', 'com.docker.compose.project': 'x', maintainer: 'm' } },
        { labels: { maintainer: 'm' } },
      ],
    ],
    [
      'an own entrypoint drops the command of the image',
      [{ entrypoint: ['/own'] }, { entrypoint: ['/own'] }, { command: ['run'], entrypoint: ['/e'] }],
    ],
    [
      'an empty entrypoint clears that of the image, whose command stays',
      [{ entrypoint: [] }, { command: ['run'] }, { command: ['run'], entrypoint: ['/e'] }],
    ],
    [
      'an empty command clears that of the image, whose entrypoint stays',
      [{ command: [] }, { entrypoint: ['/e'] }, { command: ['run'], entrypoint: ['/e'] }],
    ],
    [
      'an empty command without an entrypoint: the engine keeps that of the image',
      [{ command: [] }, { command: ['run'] }, { command: ['run'] }],
    ],
    [
      'the healthcheck of the image',
      [
        {},
        { healthcheck: { test: ['CMD', 'ok'], intervalMs: 5_000 } },
        { healthcheck: { test: ['CMD', 'ok'], intervalMs: 5_000 } },
      ],
    ],
    [
      'an anonymous volume of the image',
      [{}, { mounts: [{ type: 'volume', source: id, target: '/d' }] }, { volumes: ['/d'] }],
    ],
    [
      'an anonymous volume that has a name by now',
      [
        { mounts: [{ type: 'volume', target: '/d' }] },
        { mounts: [{ type: 'volume', source: id, target: '/d' }] },
      ],
    ],
    [
      'a named volume by its name on the engine',
      [
        { mounts: [{ type: 'volume', source: 'data', target: '/d' }] },
        { mounts: [{ type: 'volume', source: 'shop_data', target: '/d' }] },
      ],
    ],
    [
      'ports in another order, all addresses written or not',
      [
        {
          ports: [
            { target: 80, protocol: 'tcp', published: 8080 },
            { target: 81, protocol: 'tcp' },
          ],
        },
        {
          ports: [
            { target: 81, protocol: 'tcp' },
            { target: 80, protocol: 'tcp', published: 8080, hostIp: '0.0.0.0' },
          ],
          expose: ['81/tcp', '80/tcp'],
        },
      ],
    ],
    [
      'ports exposed with and without a protocol',
      [{ expose: ['80'] }, { expose: ['80/tcp', '90/tcp'] }, { expose: ['90/tcp'] }],
    ],
    ['capabilities with and without CAP_', [{ capAdd: ['net_admin'] }, { capAdd: ['CAP_NET_ADMIN'] }]],
    ['the stop signal written three ways', [{ stopSignal: 'TERM' }, { stopSignal: 'SIGTERM' }]],
    [
      'swap that follows memory',
      [
        { resources: { memoryBytes: 2 ** 28 } },
        { resources: { memoryBytes: 2 ** 28, memorySwapBytes: 2 ** 29 } },
      ],
    ],
    ['no pids limit written as -1', [{}, { resources: { pids: -1 } }]],
    [
      'a network of the platform that the list of names calls by its engine name',
      [
        { networks: { backend: { aliases: ['www'] } } },
        { networks: { shop_backend: { aliases: ['www', 'more'] } } },
      ],
    ],
    [
      'an alias that is the container’s own name',
      [{ networks: { backend: { aliases: ['shop-web-1'] } } }, { networks: { shop_backend: {} } }],
    ],
    [
      'z on a volume, which the engine shows unasked',
      [
        { mounts: [{ type: 'volume', source: 'data', target: '/d', selinux: 'z' }] },
        { mounts: [{ type: 'volume', source: 'shop_data', target: '/d' }] },
      ],
    ],
    ['a foreign network joined by hand', [{}, { networks: { bridge: {} } }]],
    ['extra hosts with = and :', [{ extraHosts: ['a=1.2.3.4'] }, { extraHosts: ['a:1.2.3.4'] }]],
    ['a device in short', [{ devices: ['/dev/fuse'] }, { devices: ['/dev/fuse:/dev/fuse:rwm'] }]],
    ['a MAC address that the engine chose', [{}, { macAddress: '02:42:ac:11:00:02' }]],
    [
      'a secret by its digest',
      [
        { environment: { PG: { secret: 'pg', digest: 'd1' } } },
        { environment: { PG: { secret: '', digest: 'd1' } } },
      ],
    ],
    [
      'a secret whose digest comes back bare',
      [{ environment: { PG: { secret: 'pg', digest: 'd1' } } }, { environment: { PG: 'd1' } }],
    ],
  ];
  test.each(rows)('%s', (_, given) => {
    expect(drift(...given)).toEqual([]);
  });
});

describe('a difference', () => {
  const rows: readonly [
    name: string,
    Parameters<typeof drift>,
    act: string,
    changes: readonly (readonly [string, string, string])[],
  ][] = [
    ['image', [{ image: 'app:2' }, { image: 'app:1' }], 'recreate', [['image', 'app:1', 'app:2']]],
    ['command', [{ command: ['a', 'b c'] }, { command: ['a'] }], 'recreate', [['command', 'a', 'a "b c"']]],
    [
      'a command taken away: the one of the image',
      [{}, { command: ['own'] }, { command: ['run'] }],
      'recreate',
      [['command', 'own', 'run']],
    ],
    [
      'environment, key by key',
      [{ environment: { A: '1', B: '2' } }, { environment: { A: '0', C: '3' } }],
      'recreate',
      [
        ['environment.A', '0', '1'],
        ['environment.B', '(none)', '2'],
        ['environment.C', '3', '(none)'],
      ],
    ],
    [
      'a variable that the manifest takes away, and that the image still brings',
      [{ unsetEnvironment: ['X'] }, { environment: { X: 'image' } }, { environment: { X: 'image' } }],
      'recreate',
      [['environment.X', 'image', '(none)']],
    ],
    [
      'a variable taken away no more: the one of the image',
      [{}, { unsetEnvironment: ['X'] }, { environment: { X: 'image' } }],
      'recreate',
      [['environment.X', '(none)', 'image']],
    ],
    ['a label declared', [{ labels: { a: '1' } }, { labels: {} }], 'recreate', [['labels.a', '(none)', '1']]],
    ['a label taken away', [{}, { labels: { a: '1' } }], 'recreate', [['labels.a', '1', '(none)']]],
    [
      'a mount',
      [
        { mounts: [{ type: 'bind', source: '/a', target: '/d', readOnly: true }] },
        { mounts: [{ type: 'bind', source: '/a', target: '/d' }] },
      ],
      'recreate',
      [['mounts./d', 'bind /a rw', 'bind /a ro']],
    ],
    [
      'nocopy and labels of a mount',
      [
        { mounts: [{ type: 'volume', source: 'data', target: '/d' }] },
        { mounts: [{ type: 'volume', source: 'shop_data', target: '/d', noCopy: true, labels: { a: 'b' } }] },
      ],
      'recreate',
      [['mounts./d', 'volume shop_data rw nocopy labels a=b', 'volume shop_data rw']],
    ],
    [
      'the port inside of a published one: once',
      [
        { ports: [{ target: 81, protocol: 'tcp', published: 8080 }] },
        { ports: [{ target: 80, protocol: 'tcp', published: 8080 }], expose: ['80/tcp'] },
      ],
      'recreate',
      [['ports', '"8080->80/tcp"', '"8080->81/tcp"']],
    ],
    [
      'a port exposed beside one that is published',
      [
        { ports: [{ target: 80, protocol: 'tcp' }], expose: ['90'] },
        { ports: [{ target: 80, protocol: 'tcp' }], expose: ['80/tcp', '91/tcp'] },
      ],
      'recreate',
      [['expose', '91/tcp', '90/tcp']],
    ],
    [
      'a healthcheck switched off',
      [{ healthcheck: { test: ['NONE'] } }, { healthcheck: { test: ['CMD', 'ok'] } }],
      'recreate',
      [['healthcheck', 'CMD ok every 30s timeout 30s retries 3', '(none)']],
    ],
    [
      'restart policy',
      [{ restart: { name: 'on-failure', maxRetries: 3 } }, { restart: { name: 'no' } }],
      'update',
      [['restart', 'no', 'on-failure:3']],
    ],
    [
      'memory',
      [{ resources: { memoryBytes: 2 ** 28 } }, { resources: { memoryBytes: 2 ** 29 } }],
      'update',
      [['resources.memoryBytes', '512MiB', '256MiB']],
    ],
    [
      'cpus',
      [{ resources: { nanoCpus: 5e8 } }, { resources: {} }],
      'update',
      [['resources.nanoCpus', '(none)', '0.5 cpus']],
    ],
    [
      'an alias',
      [
        { networks: { backend: { aliases: ['www'] } } },
        { networks: { shop_backend: {} } },
        {},
        { aliases: {} },
      ],
      'connect',
      [['networks.shop_backend', 'connected', 'connected as www']],
    ],
    [
      'a network of the platform that is no longer asked for',
      [{}, { networks: { shop_extra: {} } }],
      'connect',
      [['networks.shop_extra', 'connected', '(none)']],
    ],
  ];
  test.each(rows)('%s', (_, given, act, changes) => {
    const found = drift(...given);
    expect(found.map((d) => [d.field, d.old, d.new])).toEqual(changes);
    expect(new Set(found.map((d) => d.act))).toEqual(new Set([act]));
  });

  test('the image behind a tag is the one that the tag meant when the revision came in force', () => {
    const workload = service('web');
    const pinned = {
      ...context,
      pins: { 'app:1': `sha256:${'1'.repeat(64)}` },
      imageId: `sha256:${'2'.repeat(64)}`,
    };
    expect(fieldDrift(workload, detailOf(workload), pinned)).toMatchObject([
      { field: 'image', act: 'recreate', old: 'app:1 (222222222222)', new: 'app:1 (111111111111)' },
    ]);
  });

  test('a limit where the manifest has none is told apart: the engine cannot take it away', () => {
    expect(drift({}, { resources: { memoryBytes: 2 ** 28, pids: 7 } })).toMatchObject([
      { field: 'resources.memoryBytes', limitLeft: true },
      { field: 'resources.pids', old: '7', new: '(none)' },
    ]);
  });
});

describe('what people may read', () => {
  test('a secret shows as (secret), and a key that looks like one as (hidden)', () => {
    const found = drift(
      { environment: { PG: { secret: 'pg', digest: 'new' }, API_TOKEN: 'two', DB_PASSWORD: 'three' } },
      { environment: { PG: { secret: '', digest: 'old' }, API_TOKEN: 'one', DB_PASSWORD: 'four' } },
    );
    expect(found.map((d) => [d.field, d.old, d.new])).toEqual([
      ['environment.API_TOKEN', '(hidden)', '(hidden)'],
      ['environment.DB_PASSWORD', '(hidden)', '(hidden)'],
      ['environment.PG', '(secret)', '(another value of Secret/pg)'],
    ]);
  });

  test('a secret from a file is told by its name and that file', () => {
    const file = { file: 'conf/pg.txt', line: 1, column: 1 };
    const web = service('web', {
      container: { environment: { PG: { secret: 'pg', digest: 'new' } } },
      positions: { 'secrets.pg': file },
    });
    const was = detailOf(
      service('web', { container: { environment: { PG: { secret: '', digest: 'old' } } } }),
    );
    expect(fieldDrift(web, was, context)).toMatchObject([
      { field: 'environment.PG', new: '(another value of Secret/pg, conf/pg.txt)', position: file },
    ]);
  });

  test('a password in a URL is hidden, a long value shortened', () => {
    const [url, long] = drift(
      { environment: { A: 'postgres://u:hunter2@db/x', B: 'y'.repeat(500) } },
      { environment: {} },
    );
    expect(url?.new).toBe('postgres://u:(hidden)@db/x');
    expect(long?.new.length).toBe(60);
  });
});
