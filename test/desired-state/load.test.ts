// Good loads: what a platform of manifests comes to, where its files come from, and what of them makes a revision another one.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatDiagnostic } from '../../desired-state/diagnostic.ts';
import { isWorkload, refOf } from '../../desired-state/resource.ts';
import {
  digest,
  doc,
  type Files,
  folderWith,
  loadAgain,
  loaded,
  resourcesOf,
  workloadOf,
} from '../support/manifests.ts';

const platform: Files = {
  'reeve.yaml': readFileSync(new URL('fixtures/platform.yaml', import.meta.url), 'utf8'),
  'agents/configs/validator.json': '{"name": "validator", "base_model": "tinyllama:latest"}',
  'secrets/pg': 'hunter2\n',
};

test('a platform of every kind', async () => {
  const folder = folderWith(platform);
  const { revision, secrets } = await loadAgain(folder, { env: { TAG: '15' } });
  expect(revision.warnings).toEqual([]);
  const text = JSON.stringify({ ...revision, id: 'r' }, null, 2).replaceAll(folder, '/FOLDER');
  await expect(`${text}\n`).toMatchFileSnapshot('fixtures/platform.txt');
  expect(text).not.toContain('hunter2');
  expect([...secrets]).toEqual([['pg-password', 'hunter2']]);
});

test.each(['', '# kind: Service\n', '---\n---\n'])(
  'a file that declares nothing is warned of beside one that does: %j',
  async (text) => {
    const files = { 'reeve.yaml': text, 'web.yaml': doc('Service', 'web', '{image: a:1}') };
    const { revision } = await loaded(files, { paths: ['.'] });
    expect(revision.warnings.map(formatDiagnostic)).toEqual([
      'reeve.yaml:1:1: warning: this file is empty or all comments: it declares nothing',
    ]);
  },
);

test('defaults lie below everything, in Compose files too', async () => {
  const resources = await resourcesOf({
    'reeve.yaml':
      doc(
        'Platform',
        'shop',
        '{compose: [compose.yaml], defaults: {stop_grace_period: 9s, tier: critical, labels: {a: d}}}',
      ) +
      doc('Service', 'web', '{image: a, labels: {b: own}}') +
      doc('Agent', 'x', '{class: c}') +
      doc('AgentClass', 'c', '{image: a, stop_grace_period: 3s, tier: core}'),
    'compose.yaml': 'services:\n  db:\n    image: a\n    x-reeve: {tier: core}\n',
  });
  expect(resources).toMatchObject({
    'Service/web': {
      tier: 'critical',
      container: { stopGracePeriodMs: 9_000, labels: { a: 'd', b: 'own' } },
    },
    'Agent/x': { tier: 'core', container: { stopGracePeriodMs: 3_000 } },
    'Service/db': { tier: 'core', container: { stopGracePeriodMs: 9_000 } },
  });
});

describe('names on the engine', () => {
  test("are Compose's", async () => {
    const resources = await resourcesOf({
      'reeve.yaml':
        doc('Platform', 'shop', '{}') +
        doc(
          'Service',
          'web',
          '{image: a, networks: {back: {aliases: [www]}, ext: null}, volumes: ["data:/d"]}',
        ) +
        doc('Service', 'alone', '{image: a, container_name: mine}') +
        doc('Service', 'none', '{image: a, network_mode: none}') +
        doc('Network', 'back', '{driver: bridge, labels: {n: 1.10}}') +
        doc('Network', 'ext', '{external: true}') +
        doc('Volume', 'data', '{name: old-data}') +
        doc('Volume', 'unused', ''),
    });
    expect(resources).toMatchObject({
      'Service/web': {
        containerName: 'shop-web-1',
        container: { networks: { back: { aliases: ['web', 'www'] }, ext: { aliases: ['web'] } } },
      },
      'Service/alone': {
        containerName: 'mine',
        container: { networks: { default: { aliases: ['alone'] } } },
      },
      'Service/none': { container: { networks: {} } },
      'Network/back': { engineName: 'shop_back', external: false, labels: { n: '1.10' } },
      'Network/ext': { engineName: 'ext', external: true },
      'Network/default': { engineName: 'shop_default' },
      'Volume/data': { engineName: 'old-data' },
      'Volume/unused': { engineName: 'shop_unused' },
    });
  });

  test('a shared namespace names the container', async () => {
    const { container, dependsOn } = await workloadOf('Service/b', {
      'reeve.yaml':
        doc('Platform', 'shop', '{}') +
        doc('Service', 'b', '{image: a, network_mode: "service:a", pid: "service:c"}') +
        doc('Service', 'a', '{image: a}') +
        doc('Service', 'c', '{image: a, container_name: sea}'),
    });
    expect(container).toMatchObject({
      networkMode: 'container:shop-a-1',
      pidMode: 'container:sea',
      networks: {},
    });
    expect(dependsOn.map((d) => `${d.on} ${d.condition}`)).toEqual([
      'Service/a started',
      'Service/c started',
    ]);
  });
});

describe('variables', () => {
  const files: Files = {
    'reeve.yaml': doc(
      'Service',
      'web',
      '{image: "a:${TAG}", hostname: "${HOST_NAME:-h}", environment: [PASS]}',
    ),
    '.env': 'TAG=file\nPASS=from file\n',
  };

  test('the shell goes before .env, which lies beside the manifest', async () => {
    expect((await workloadOf('Service/web', files)).container).toMatchObject({
      image: 'a:file',
      hostname: 'h',
      environment: { PASS: 'from file' },
    });
    expect((await workloadOf('Service/web', files, { env: { TAG: 'shell' } })).container.image).toBe(
      'a:shell',
    );
  });

  test('what was read of the shell is remembered, without its value', async () => {
    const { revision } = await loaded(files, { env: { TAG: 'shell', OTHER: 'x' } });
    expect(revision.reads).toEqual([
      { name: 'HOST_NAME' },
      { name: 'PASS' },
      { name: 'TAG', digest: digest('shell') },
    ]);
  });
});

describe('sources', () => {
  const web = doc('Service', 'web', '{image: a}');
  const compose = 'services:\n  db: {image: a}\n';

  test('reeve.yaml goes before Compose files; without it Compose has its way, override included', async () => {
    expect(Object.keys(await resourcesOf({ 'reeve.yaml': web, 'compose.yaml': compose }))).toContain(
      'Service/web',
    );
    const { revision } = await loaded({
      'docker-compose.yml': `name: shop\n${compose}`,
      'docker-compose.override.yml': 'services:\n  db: {hostname: over}\n',
    });
    expect(revision.platform).toBe('shop');
    expect(revision.resources).toMatchObject([
      {},
      { kind: 'Service', containerName: 'shop-db-1', lifecycle: 'compose', container: { hostname: 'over' } },
    ]);
  });

  test('each resource knows the argument that brought it', async () => {
    const folder = folderWith({
      'a.yaml': web,
      'm/b.yaml': doc('Service', 'b', '{image: a}'),
      'm/deep/c.yaml': doc('Service', 'c', '{image: a}'),
      'c.yml': `${compose}networks: {n: {}}\n`,
      'p.yaml': doc('Platform', 'shop', '{compose: [more.yml]}'),
      'more.yml': 'services:\n  e: {image: a}\n',
    });
    const { revision } = await loadAgain(folder, { paths: ['a.yaml', 'm', 'c.yml', 'p.yaml'] });
    expect(
      Object.fromEntries(revision.resources.map((r) => [refOf(r), r.origin.slice(folder.length + 1)])),
    ).toEqual({
      'Network/default': expect.any(String),
      'Service/b': 'm',
      'Service/db': 'c.yml',
      'Service/e': 'p.yaml',
      'Service/web': 'a.yaml',
    });
    expect(revision.sources).toEqual(['a.yaml', 'c.yml', 'm', 'p.yaml'].map((name) => join(folder, name)));
  });

  test('-p goes before what the manifest says', async () => {
    const files = { 'reeve.yaml': doc('Platform', 'shop', '{}') + web };
    expect((await loaded(files, { platform: 'other' })).revision.platform).toBe('other');
  });

  test('a place is that of the file: the key in Compose files, the name in manifests', async () => {
    const folder = folderWith({ 'a.yaml': `# one\n${web}`, 'c.yml': `# one\n${compose}` });
    const { revision } = await loadAgain(folder, { paths: ['a.yaml', 'c.yml'] });
    expect(revision.resources.filter(isWorkload).map((r) => r.position)).toEqual([
      { file: 'c.yml', line: 3, column: 3 },
      { file: 'a.yaml', line: 5, column: 18 },
    ]);
  });
});

describe('the id of a revision', () => {
  const id = async (text: string) => (await loaded({ 'reeve.yaml': text })).revision.id;
  const a = doc('Service', 'a', '{image: a, environment: {X: 1, Y: 2}}');
  const b = doc('Service', 'b', '{image: a}');
  const shop = doc('Platform', 'shop', '{}');

  test('is the same for the same content, wherever and in whatever order it stands', async () => {
    const first = await id(shop + a + b);
    expect(first).toMatch(/^r[0-9a-f]{12}$/);
    expect(await id(`# comment\n\n${b}${shop}${a}`)).toBe(first);
    expect(await id(shop + doc('Service', 'a', '{environment: [Y=2, X=1], image: a}') + b)).toBe(first);
  });

  test.each([
    ['a field', shop + a.replace('X: 1', 'X: 2') + b],
    ['a setting of the platform', doc('Platform', 'shop', '{policy: {maxDelete: 3}}') + a + b],
    ['the name of the platform', doc('Platform', 'shop2', '{}') + a + b],
    ['a resource', shop + a],
  ])('differs by %s', async (_, text) => {
    expect(await id(text)).not.toBe(await id(shop + a + b));
  });
});

test('ten thousand resources take no more than their share of time', async () => {
  const many = (count: number) =>
    doc('AgentClass', 'c', '{image: a, environment: {A: 1, B: 2}, healthcheck: {test: x, interval: 5s}}') +
    Array.from({ length: count }, (_, i) =>
      doc('Agent', `a${i}`, `{class: c, depends_on: [a${Math.max(0, i - 1)}x]}`),
    )
      .join('')
      .replaceAll(/, depends_on: \[a(\d+)x\]/g, (_, n: string) => (n === '0' ? '' : `, depends_on: [a${n}]`));
  const time = async (folder: string) => {
    const start = performance.now();
    await loadAgain(folder);
    return performance.now() - start;
  };
  const [small, large] = [
    folderWith({ 'reeve.yaml': many(1_000) }),
    folderWith({ 'reeve.yaml': many(10_000) }),
  ];
  await time(small);
  const [one, ten] = [await time(small), await time(large)];
  // Ten times the work; the rest is for a machine that does other things meanwhile.
  expect(ten / one).toBeLessThan(30);
}, 60_000);
