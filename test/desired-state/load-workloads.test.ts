// Good loads: what a workload's manifest comes to, with its class, its limits, what it depends on and what it is given.

import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isWorkload } from '../../desired-state/resource.ts';
import {
  digest,
  doc,
  type Files,
  folderWith,
  loadAgain,
  resourcesOf,
  workloadOf,
} from '../support/manifests.ts';

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
