// Good loads: what manifests come to.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatDiagnostic } from '../../desired-state/diagnostic.ts';
import { isWorkload, type Resource, refOf, type Workload } from '../../desired-state/resource.ts';
import { digest, folderWith, loaded, loadFolder, type Options } from '../support/manifests.ts';

type Files = Readonly<Record<string, string>>;

const doc = (kind: string, name: string, spec: string) =>
  `---\napiVersion: reeve/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`;

async function resourcesOf(files: Files, options?: Options): Promise<Record<string, Resource>> {
  const { revision } = await loaded(files, options);
  return Object.fromEntries(revision.resources.map((r) => [refOf(r), r]));
}

async function workloadOf(ref: string, files: Files, options?: Options): Promise<Workload> {
  const found = (await resourcesOf(files, options))[ref];
  if (found === undefined || !isWorkload(found)) throw new Error(`no workload ${ref}`);
  return found;
}

/** A load in a folder that stays, for changing files in it. */
async function loadAgain(folder: string, options: Options = {}) {
  const result = await loadFolder(folder, options);
  if (!result.ok) throw new Error(result.diagnostics.map(formatDiagnostic).join('\n'));
  return result.loaded;
}

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

describe('probes of databases', () => {
  const probeOf = async (spec: string) =>
    (
      await workloadOf('Service/db', {
        'reeve.yaml': doc('Service', 'db', `{image: a:1, ${spec}}`) + doc('Secret', 'pw', '{file: pw}'),
        pw: 'hunter2',
      })
    ).probe;
  const password = { secret: 'pw', digest: digest('hunter2') };

  test.each([
    ['{}', '{postgres: {}}', { port: 5432, user: 'postgres', database: 'postgres' }],
    [
      '{POSTGRES_USER: ann, POSTGRES_PASSWORD: {secret: pw}}',
      '{postgres: {}}',
      { port: 5432, user: 'ann', database: 'ann', password },
    ],
    [
      '{POSTGRES_USER: ann, POSTGRES_DB: shop, POSTGRES_PASSWORD: clear}',
      '{postgres: {}}',
      { port: 5432, user: 'ann', database: 'shop', password: 'clear' },
    ],
    [
      '{POSTGRES_USER: ann, POSTGRES_PASSWORD: clear}',
      '{postgres: {user: probe, database: template1, port: 1, password: {secret: pw}}}',
      { port: 1, user: 'probe', database: 'template1', password },
    ],
  ])('a Postgres with %s: %s', async (environment, probe, expected) => {
    expect((await probeOf(`environment: ${environment}, probe: ${probe}`))?.postgres).toEqual(expected);
  });

  test('a Redis has a password only where one is named', async () => {
    expect((await probeOf('probe: {redis: {}}'))?.redis).toEqual({ port: 6379 });
    expect((await probeOf('probe: {redis: {password: {secret: pw}}}'))?.redis).toEqual({
      port: 6379,
      password,
    });
  });
});

describe('classes', () => {
  const classed = (own: string, below: string) =>
    workloadOf('Agent/a', {
      'reeve.yaml': doc('Agent', 'a', `{class: c, ${own}}`) + doc('AgentClass', 'c', below),
    });

  test('maps merge, lists replace, values are overridden', async () => {
    const { container, agentClass } = await classed(
      'environment: {B: own, C: own}, cap_add: [NET_ADMIN], user: own',
      '{image: a:1, environment: [A=class, B=class], cap_add: [SYS_TIME, CHOWN], user: class, init: true}',
    );
    expect(agentClass).toBe('c');
    expect(container).toMatchObject({
      image: 'a:1',
      environment: { A: 'class', B: 'own', C: 'own' },
      capAdd: ['NET_ADMIN'],
      user: 'own',
      init: true,
    });
  });

  test('what excludes or repeats a field of the class takes it away', async () => {
    const { container, probe } = await classed(
      'network_mode: host, probe: {tcp: {port: 1}, every: 1s}, mem_limit: 64m, restart: always',
      `{image: a, networks: [default], probe: {http: {port: 2, path: /}, timeout: 2s},
        deploy: {resources: {limits: {memory: 1g, cpus: '2'}}, restart_policy: {condition: none}}}`,
    );
    expect(container).toMatchObject({ networkMode: 'host', networks: {}, restart: { name: 'always' } });
    expect(container.resources).toEqual({ memoryBytes: 67_108_864, nanoCpus: 2e9 });
    expect(probe).toEqual({
      tcp: { port: 1 },
      everyMs: 1_000,
      timeoutMs: 2_000,
      threshold: 3,
      startPeriodMs: 0,
    });
  });

  test('paths of a class start at its own folder', async () => {
    const folder = folderWith({
      'classes/c.yaml': doc(
        'AgentClass',
        'c',
        '{image: a, volumes: ["./conf:/conf:ro", "data:/data"], env_file: c.env}',
      ),
      'classes/conf': 'x',
      'classes/c.env': 'FROM=class\n',
      'agents/a.yaml': doc('Agent', 'a', '{class: c}') + doc('Volume', 'data', '{}'),
    });
    const { revision } = await loadAgain(folder, { paths: ['agents', 'classes'] });
    const agent = revision.resources.find((r) => r.kind === 'Agent');
    expect(agent).toMatchObject({
      container: {
        environment: { FROM: 'class' },
        mounts: [{ source: join(folder, 'classes/conf') }, { source: 'data' }],
      },
    });
  });
});

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

describe('limits', () => {
  const limits = doc('ResourceLimits', 'all', '{limits: {memory: 100m, pids: 100, cpus: 1}}')
    .concat(doc('ResourceLimits', 'kind', '{selector: {kind: Agent}, limits: {memory: 200m}}'))
    .concat(
      doc(
        'ResourceLimits',
        'name',
        '{selector: {name: [a, c]}, limits: {memory: 500m}, reservations: {cpus: 0.5, memory: 1m}}',
      ),
    )
    .concat(doc('ResourceLimits', 'tier', '{selector: {tier: core}, limits: {memory: 300m, pids: 300}}'))
    .concat(doc('ResourceLimits', 'labels', '{selector: {labels: {gpu: 1}}, limits: {memory: 400m}}'));
  const mib = 1024 * 1024;

  test.each([
    [
      'the name goes first, field by field',
      'Agent',
      'a',
      '{image: a, tier: core}',
      { memoryBytes: 500 * mib, pids: 300, nanoCpus: 1e9, memoryReservationBytes: mib, cpuShares: 512 },
    ],
    [
      'then the tier',
      'Agent',
      'b',
      '{image: a, tier: core}',
      { memoryBytes: 300 * mib, pids: 300, nanoCpus: 1e9 },
    ],
    ['then the kind', 'Agent', 'b', '{image: a}', { memoryBytes: 200 * mib, pids: 100, nanoCpus: 1e9 }],
    [
      'then those for all',
      'Service',
      'b',
      '{image: a}',
      { memoryBytes: 100 * mib, pids: 100, nanoCpus: 1e9 },
    ],
    [
      'what a workload writes goes before them',
      'Agent',
      'b',
      '{image: a, mem_limit: 50m}',
      { memoryBytes: 50 * mib, pids: 100, nanoCpus: 1e9 },
    ],
  ])('%s', async (_, kind, name, spec, resources) => {
    const others = `${doc('Service', 'c', '{image: a, tier: core}')}${doc('Agent', 'd', '{image: a}')}`;
    const labelled = doc('Service', 'e', '{image: a}').replace('{name: e}', '{name: e, labels: {gpu: 1}}');
    const all = await resourcesOf({
      'reeve.yaml': `${doc(kind, name, spec)}${others}${labelled}${limits}`.replace(
        '[a, c]',
        name === 'a' ? '[a, c]' : '[c]',
      ),
    });
    expect(all[`${kind}/${name}`]).toMatchObject({ container: { resources } });
    expect(all['Service/e']).toMatchObject({ container: { resources: { memoryBytes: 400 * mib } } });
  });

  test('a cause finds the line of the limit, not of the workload', async () => {
    const { positions } = await workloadOf('Service/web', {
      'reeve.yaml':
        doc('Service', 'web', '{image: a, pids_limit: 5}') +
        doc('ResourceLimits', 'l', '{limits: {memory: 64m, pids: 9}}'),
    });
    expect(positions['container.resources.memoryBytes']).toEqual({
      file: 'reeve.yaml',
      line: 10,
      column: 25,
    });
    expect(positions['container.resources.pids']).toEqual({ file: 'reeve.yaml', line: 5, column: 30 });
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

describe('dependencies', () => {
  test('of manifests wait for readiness, of Compose for the start; an agent for its model and the server', async () => {
    const resources = await resourcesOf({
      'reeve.yaml':
        doc('Platform', 'shop', '{compose: [compose.yml]}') +
        doc('Agent', 'a', '{image: a, model: tiny, depends_on: [db]}') +
        doc('Model', 'tiny', '{server: ollama, model: tinyllama, tag: 1b}') +
        doc('Service', 'ollama', '{image: a}') +
        doc(
          'Service',
          'late',
          '{image: a, depends_on: {job: {condition: service_completed_successfully}, gone: {condition: service_started, required: false}}}',
        ),
      'compose.yml': 'services:\n  db: {image: a, depends_on: [job]}\n  job: {image: a}\n',
    });
    const waits = (ref: string) => {
      const found = resources[ref];
      return found && isWorkload(found) ? found.dependsOn.map((d) => `${d.on} ${d.condition}`) : [];
    };
    expect(waits('Agent/a')).toEqual(['Service/db ready', 'Model/tiny ready', 'Service/ollama ready']);
    expect(waits('Service/db')).toEqual(['Service/job started']);
    expect(waits('Service/late')).toEqual(['Service/job completed']);
    expect(resources['Model/tiny']).toMatchObject({ server: 'Service/ollama', model: 'tinyllama:1b' });
    expect(resources['Service/ollama']).toMatchObject({ modelServerPort: 11434 });
  });

  test.each([
    ['a manifest is a service', 'Service/m', 'service'],
    ['a written no makes a job', 'Service/j', 'job'],
    ['a written on-failure makes a job', 'Service/f', 'job'],
    ['Compose stays Compose', 'Service/c', 'compose'],
    ['Compose with a policy is a service', 'Service/p', 'service'],
    ['what is awaited as completed is a job', 'Service/w', 'job'],
  ])('%s', async (_, ref, lifecycle) => {
    const workload = await workloadOf(
      ref,
      {
        'm.yaml':
          doc('Service', 'm', '{image: a}') +
          doc('Service', 'j', '{image: a, restart: "no"}') +
          doc('Service', 'f', '{image: a, restart: on-failure}') +
          doc('Service', 'x', '{image: a, depends_on: {w: {condition: service_completed_successfully}}}'),
        'c.yaml':
          'services:\n  c: {image: a}\n  p: {image: a, restart: always}\n  w: {image: a, restart: always}\n',
      },
      { paths: ['m.yaml', 'c.yaml'] },
    );
    expect(workload.lifecycle).toBe(lifecycle);
  });
});

describe('files and secrets', () => {
  const files: Files = {
    'reeve.yaml':
      doc(
        'Service',
        'web',
        '{image: a, secrets: [from-file, {source: from-env, target: /x}], environment: {P: {secret: from-env}}, volumes: ["./site.conf:/s:ro", "./logs:/logs:ro", "./rw.conf:/rw"], watch: [conf], onChange: {signal: SIGHUP}}',
      ) +
      doc('Secret', 'from-file', '{file: pw}') +
      doc('Secret', 'from-env', '{env: PW}'),
    pw: 'from a file\n',
    'site.conf': 'a',
    'rw.conf': 'a',
    'logs/x.log': '',
    'conf/sub/a': '1',
  };

  test('a file is mounted, a variable is copied in, what is read-only or named is watched', async () => {
    const folder = folderWith(files);
    const { revision, secrets } = await loadAgain(folder, { env: { PW: 's3cret' } });
    const web = revision.resources.find((r) => r.kind === 'Service');
    if (web === undefined || !isWorkload(web)) throw new Error('no web');
    expect(web.container.environment).toEqual({ P: { secret: 'from-env', digest: digest('s3cret') } });
    expect(web.container.mounts.at(-1)).toEqual({
      type: 'bind',
      source: join(folder, 'pw'),
      target: '/run/secrets/from-file',
      readOnly: true,
    });
    const signal = { onChange: { signal: 'SIGHUP' } };
    expect(web.files).toEqual([
      { path: join(folder, 'pw'), digest: digest('from a file\n'), ...signal, secret: 'from-file' },
      { path: '/x', digest: digest('s3cret'), ...signal, copyTo: '/x', secret: 'from-env' },
      { path: join(folder, 'site.conf'), digest: digest('a'), ...signal },
      { path: join(folder, 'conf'), digest: expect.any(String), ...signal },
    ]);
    expect(Object.fromEntries(secrets)).toEqual({ 'from-file': 'from a file', 'from-env': 's3cret' });
    expect(JSON.stringify(revision)).not.toMatch(/s3cret|from a file/);
    expect(revision.files).toEqual(expect.arrayContaining([join(folder, 'pw'), join(folder, 'conf')]));
  });

  test.each([
    ['a file in it', 'conf/sub/a', 'conf/sub/a', '2'],
    ['a name in it', 'conf/sub/a', 'conf/sub/b', '1'],
  ])('a watched folder differs by %s', async (_, from, to, content) => {
    const folder = folderWith(files);
    const options = { env: { PW: 'x' } };
    const before = await loadAgain(folder, options);
    renameSync(join(folder, from), join(folder, to));
    writeFileSync(join(folder, to), content);
    const after = await loadAgain(folder, options);
    expect(after.revision.id).not.toBe(before.revision.id);
  });

  test('a config of an agent is mounted where agents look', async () => {
    const folder = folderWith({
      'reeve.yaml': doc('Agent', 'a', '{image: a, config: c/a.json}'),
      'c/a.json': '{}',
    });
    const { revision } = await loadAgain(folder);
    expect(revision.resources[0]).toMatchObject({
      files: [{ path: join(folder, 'c/a.json'), onChange: 'restart' }],
      container: {
        mounts: [{ source: join(folder, 'c/a.json'), target: '/etc/agent/config.json', readOnly: true }],
      },
    });
  });

  test("Compose's configs and secrets", async () => {
    const folder = folderWith({
      'compose.yaml':
        'services:\n  web:\n    image: a\n    configs: [c, {source: f, target: /etc/f}]\n    secrets: [s]\nconfigs:\n  c: {content: "hello"}\n  f: {file: ./f.conf}\nsecrets:\n  s: {environment: S}\n  unused: {file: ./none}\n',
      'f.conf': 'f',
    });
    const { revision, secrets } = await loadAgain(folder, { env: { S: 'geheim' } });
    const [web] = revision.resources.filter(isWorkload);
    expect(web?.files).toEqual([
      {
        path: '/run/secrets/s',
        digest: digest('geheim'),
        onChange: 'restart',
        copyTo: '/run/secrets/s',
        secret: 's',
      },
      { path: '/c', digest: digest('hello'), onChange: 'restart', copyTo: '/c', secret: 'config:c' },
      { path: join(folder, 'f.conf'), digest: digest('f'), onChange: 'restart' },
    ]);
    expect(secrets.get('config:c')).toBe('hello');
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
