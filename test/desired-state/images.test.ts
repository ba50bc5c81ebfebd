// What manifests say of images: names, mirrors, pull policies, builds; and each mistake at its line.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isWorkload, type Workload } from '../../desired-state/resource.ts';
import { folderWith, linesOf, loaded, loadFolder } from '../support/manifests.ts';

type Files = Readonly<Record<string, string>>;

const service = (spec: string, name = 'web') =>
  `---\napiVersion: reeve/v1\nkind: Service\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
const platform = (spec: string) =>
  `apiVersion: reeve/v1\nkind: Platform\nmetadata: {name: p}\nspec: ${spec}\n`;

function workloadIn(resources: readonly unknown[]): Workload {
  const found = (resources as Workload[]).find((r) => isWorkload(r));
  if (found === undefined) throw new Error('no workload');
  return found;
}

async function workloadOf(files: Files): Promise<Workload> {
  return workloadIn((await loaded(files)).revision.resources);
}

describe('images.rewrite', () => {
  const rules = `{"docker.io/*": "m.example/hub/*", "docker.io/acme/*": "acme.example/*", "quay.io/a/b": "q.example/b", "ghcr.io/x/y:1": "g.example/y:one", "*": "all.example/*"}`;
  test.each([
    ['postgres:15', 'm.example/hub/library/postgres:15'],
    ['postgres', 'm.example/hub/library/postgres'],
    ['docker.io/bitnami/redis:7', 'm.example/hub/bitnami/redis:7'],
    ['acme/app:2', 'acme.example/app:2'],
    ['quay.io/a/b:3', 'q.example/b:3'],
    [`quay.io/a/b@sha256:${'a'.repeat(64)}`, `q.example/b@sha256:${'a'.repeat(64)}`],
    ['ghcr.io/x/y:1', 'g.example/y:one'],
    ['ghcr.io/x/y:2', 'all.example/ghcr.io/x/y:2'],
    ['localhost:5000/app:1', 'all.example/localhost:5000/app:1'],
  ])('%s is fetched as %s', async (image, fetched) => {
    const found = await workloadOf({
      'reeve.yaml': platform(`{images: {rewrite: ${rules}}}`) + service(`{image: "${image}"}`),
    });
    expect([found.container.image, found.imageWritten]).toEqual([fetched, image]);
  });

  test('leaves alone what no rule fits, and what is built here', async () => {
    const head = platform('{images: {rewrite: {"docker.io/*": "m.example/*"}}}');
    const other = await workloadOf({ 'reeve.yaml': head + service('{image: "quay.io/a:1"}') });
    expect([other.container.image, other.imageWritten]).toEqual(['quay.io/a:1', undefined]);
    const built = await workloadOf({
      'reeve.yaml': head + service('{image: "app:1", build: app}'),
      'app/Dockerfile': 'FROM x',
    });
    expect([built.container.image, built.imageWritten]).toEqual(['app:1', undefined]);
  });
});

describe('pull_policy', () => {
  test.each([
    ['always', 'always'],
    ['never', 'never'],
    ['missing', 'missing'],
    ['if_not_present', 'missing'],
    ['build', 'build'],
    ['daily', { everyMs: 86_400_000 }],
    ['weekly', { everyMs: 604_800_000 }],
    ['every_12h', { everyMs: 43_200_000 }],
    ['every_1w2d3h4m5s', { everyMs: 604_800_000 + 2 * 86_400_000 + 3 * 3_600_000 + 4 * 60_000 + 5_000 }],
  ])('%s', async (word, policy) => {
    const { pullPolicy } = await workloadOf({ 'reeve.yaml': service(`{image: a:1, pull_policy: ${word}}`) });
    expect(pullPolicy).toEqual(policy);
  });
});

describe('build', () => {
  const app: Files = { 'app/Dockerfile': 'FROM x', 'app/a': '1', 'app/.dockerignore': '*.log' };

  test('short form: the folder, and a name of its own', async () => {
    const { container, build } = await workloadOf({
      ...app,
      'reeve.yaml': platform('{}') + service('{build: ./app}', 'Web'),
    });
    expect(container.image).toBe('p-web');
    expect(build).toMatchObject({ remote: false, dockerfile: 'Dockerfile', args: {}, pull: false });
    expect(build?.context).toMatch(/\/app$/);
  });

  test('long form: what the engine’s builder takes', async () => {
    const spec = `
  image: own/name:2
  build:
    context: app
    dockerfile: Dockerfile
    args: [A=1, FROM_SHELL, NOT_SET]
    target: last
    labels: {l: x}
    network: host
    extra_hosts: ["db:10.0.0.5"]
    cache_from: [app:old]
    tags: [app:new]
    shm_size: 64m
    ulimits: {nofile: {soft: 10, hard: 20}}
    platforms: [linux/amd64]
    pull: true
    no_cache: true`;
    const files = { ...app, 'reeve.yaml': service(spec) };
    const { revision } = await loaded(files, { env: { FROM_SHELL: 'shell' } });
    const { container, build } = workloadIn(revision.resources);
    expect(container.image).toBe('own/name:2');
    expect(build).toMatchObject({
      args: { A: '1', FROM_SHELL: 'shell' },
      target: 'last',
      labels: { l: 'x' },
      network: 'host',
      extraHosts: ['db:10.0.0.5'],
      cacheFrom: ['app:old'],
      tags: ['app:new'],
      shmSizeBytes: 64 * 1024 * 1024,
      ulimits: { nofile: { soft: 10, hard: 20 } },
      platform: 'linux/amd64',
      pull: true,
      noCache: true,
    });
  });

  test.each([
    'https://github.com/a/b.git#main:dir',
    'git://h.example/r',
    'git@h.example:a/b.git',
    'github.com/a/b',
    'https://h.example/context.tar.gz',
  ])('the engine fetches %s itself', async (context) => {
    const { build } = await workloadOf({ 'reeve.yaml': service(`{build: "${context}"}`) });
    expect(build).toMatchObject({ context, remote: true });
  });

  test('its digest changes with what is sent and how it is built, and with nothing else', async () => {
    const folder = folderWith({ ...app, 'reeve.yaml': service('{build: ./app}') });
    const hash = async (): Promise<string | undefined> => {
      const result = await loadFolder(folder);
      if (!result.ok) throw new Error('bad');
      return workloadIn(result.loaded.revision.resources).build?.hash;
    };
    const first = await hash();
    writeFileSync(join(folder, 'app/x.log'), 'ignored');
    writeFileSync(join(folder, 'beside'), 'not in it');
    expect(await hash()).toBe(first);
    const seen = new Set([first]);
    for (const change of [
      () => writeFileSync(join(folder, 'app/a'), '2'),
      () => writeFileSync(join(folder, 'app/b'), '2'),
      () => writeFileSync(join(folder, 'app/run'), '', { mode: 0o755 }),
      () => writeFileSync(join(folder, 'app/Dockerfile'), 'FROM y'),
      () => writeFileSync(join(folder, 'app/.dockerignore'), ''),
      () => writeFileSync(join(folder, 'reeve.yaml'), service('{build: {context: ./app, args: {A: "1"}}}')),
    ]) {
      change();
      const now = await hash();
      expect(seen.has(now)).toBe(false);
      seen.add(now);
    }
  });
});

test('what cannot be built and has no name but its build’s is pulled from nowhere', async () => {
  const found = await workloadOf({ 'reeve.yaml': platform('{}') + service('{build: ./nowhere}') });
  expect([found.container.image, found.pullPolicy, found.build]).toEqual(['p-web', 'never', undefined]);
});

describe('each mistake is told at its line', () => {
  const cases: readonly [what: string, spec: string, lines: readonly string[]][] = [
    [
      'a bad policy',
      '{image: a, pull_policy: sometimes}',
      [
        'reeve.yaml:5:31: bad pull policy "sometimes", expected always, missing, never, build, daily, weekly or every_<time>, for example every_12h',
      ],
    ],
    [
      'no context',
      '{build: ./nowhere}',
      [
        'reeve.yaml:5:15: warning: build context nowhere is not there; it is not built: the image must be there',
      ],
    ],
    [
      'no context, with an image',
      '{image: a:1, build: ./nowhere}',
      [
        'reeve.yaml:5:27: warning: build context nowhere is not there; it is not built: the image must be there or pullable',
      ],
    ],
    [
      'no Dockerfile',
      '{build: ./empty}',
      [
        'reeve.yaml:5:8: warning: build context empty: empty/Dockerfile is not there; it is not built: the image must be there',
      ],
    ],
    [
      'what only BuildKit can',
      '{build: {context: app, secrets: [s], cache_to: [x]}}',
      [
        "reeve.yaml:5:30: warning: build.secrets needs BuildKit, which the engine's own builder does not have; it is not built: the image must be there; build it with docker buildx build, and set image: and pull_policy: never",
        "reeve.yaml:5:44: warning: build.cache_to has no effect: it needs BuildKit, and the engine's own builder is used",
      ],
    ],
    [
      'two Dockerfiles',
      '{build: {context: app, dockerfile: a, dockerfile_inline: FROM x}}',
      ['reeve.yaml:5:45: dockerfile_inline beside dockerfile; expected one of the two'],
    ],
    [
      'a bad ignore file',
      '{build: ./bad}',
      [
        'reeve.yaml:5:8: warning: build context bad: .dockerignore: bad pattern "a["; it is not built: the image must be there',
      ],
    ],
    [
      'neither image nor build',
      '{command: x}',
      ['reeve.yaml:5:7: Service web has no image, expected for example image: postgres:15, or build: FOLDER'],
    ],
  ];
  test.each(cases)('%s', async (_, spec, lines) => {
    const files = {
      'reeve.yaml': service(spec),
      'app/Dockerfile': 'FROM x',
      'empty/a': '',
      'bad/Dockerfile': 'FROM x',
      'bad/.dockerignore': 'a[',
    };
    expect(await linesOf(files)).toEqual(lines);
  });

  test.each([
    ['"docker.io/*": "m.example/x"', 'bad rewrite "docker.io/*" → "m.example/x"'],
    ['"do*er.io/a": "m.example/x"', 'bad rewrite "do*er.io/a" → "m.example/x"'],
    ['"docker.io/*": "https://m.example/*"', 'bad rewrite "docker.io/*" → "https://m.example/*"'],
  ])('the rewrite {%s}', async (rule, words) => {
    const [line, ...more] = await linesOf({
      'reeve.yaml': platform(`{images: {rewrite: {${rule}}}}`) + service('{image: a}'),
    });
    expect(line).toContain(`reeve.yaml:4:27: ${words}, expected names of images`);
    expect(more).toEqual([]);
  });
});
