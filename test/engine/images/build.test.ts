// Images built by the engine from a context that is sent: when, what goes in, what is left when it fails.

import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { askEngine, engineSocket } from '../../../scripts/lib/docker-api.ts';
import { startEngineProxy } from '../../support/engine-proxy.ts';
import { ensureTestImage } from '../../support/images.ts';
import { newPlatform, type PlatformOptions, type TestPlatform } from '../../support/platform.ts';
import { untag } from '../../support/throwaway-image.ts';

const web = 'Service/web';
const trap = `CMD ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done"]`;

beforeAll(async () => {
  await ensureTestImage();
});

async function platformFor(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  options: PlatformOptions = {},
): Promise<TestPlatform> {
  const p = await newPlatform(options);
  t.onTestFinished(async () => {
    await p.close();
    await untag(`${p.name}-web`, `${p.name}-api`, `${p.name}-extra:1`);
  }, 60_000);
  for (const [name, text] of Object.entries(files)) await put(p, name, text);
  return p;
}

/** Not by rename: the engine must not see another file's times. */
async function put(p: TestPlatform, name: string, text: string): Promise<void> {
  await mkdir(dirname(p.path(name)), { recursive: true });
  await writeFile(p.path(name), text);
}

const built = (build: string, name = 'web'): string =>
  `apiVersion: reeve/v1\nkind: Service\nmetadata: {name: ${name}}\nspec:\n  build: ${build}\n  stop_grace_period: 1s\n`;

interface Image {
  readonly Id: string;
  readonly Config: { readonly Labels: Record<string, string> | null; readonly Env: string[] | null };
  readonly RepoTags: string[];
}

async function imageOf(name: string): Promise<Image> {
  return JSON.parse((await askEngine(engineSocket(), 'GET', `/images/${name}/json`)).body) as Image;
}

/** A proxy that keeps the queries of the builds that went through it. */
async function recordedBuilds(t: TestContext): Promise<{ through: string; builds: URLSearchParams[] }> {
  const through = join(tmpdir(), `reeve-build-${randomBytes(4).toString('hex')}.sock`);
  const builds: URLSearchParams[] = [];
  const proxy = await startEngineProxy({
    target: engineSocket(),
    socket: through,
    listener: {
      began: ({ path }) => {
        if (path.startsWith('/build?')) builds.push(new URL(path, 'http://engine').searchParams);
      },
      ended: () => undefined,
    },
  });
  t.onTestFinished(() => proxy.close());
  return { through, builds };
}

/** The tar stream of a path of the container. */
async function archiveOf(p: TestPlatform, path: string): Promise<string> {
  const { Id } = await p.container(web);
  return (await askEngine(engineSocket(), 'GET', `/containers/${Id}/archive?path=${path}`)).body;
}

async function filesIn(p: TestPlatform, path: string): Promise<string[]> {
  const body = await archiveOf(p, path);
  return [...body.matchAll(/(src\/[\w./-]*)\0/g)].flatMap(([, name = '']) => name);
}

describe.concurrent('what the engine builds', () => {
  test('is what the long form says: all of it reaches the engine, and files that are not ignored', async (t) => {
    const { through, builds } = await recordedBuilds(t);
    const files = {
      'app/docker/Dockerfile': `FROM reeve-test:1 AS base\nARG WHO\nENV WHO=$WHO\nRUN cat /etc/hosts > /hosts\nCOPY . /src\n${trap}\nFROM base AS last\nRUN false\n`,
      'app/docker/Dockerfile.dockerignore': '*.log\n!keep.log\ndocker\n',
      'app/.dockerignore': 'everything-else-is-not-read',
      'app/a.txt': '1',
      'app/b.log': '2',
      'app/keep.log': '3',
    };
    const p = await platformFor(t, files, { through });
    await p.declare([
      built(
        [
          '',
          'context: app',
          'dockerfile: docker/Dockerfile',
          'target: base',
          'args: {WHO: me}',
          'labels: {made: here}',
          'network: none',
          `tags: ["${p.name}-extra:1"]`,
          'cache_from: ["reeve-test:1", "nowhere:1"]',
          'extra_hosts: ["db:10.0.0.5", "six:::1"]',
          'shm_size: 2m',
          'ulimits: {nofile: {soft: 1000, hard: 2000}}',
        ].join('\n    '),
      ),
    ]);
    const plan = await p.reeve('plan');
    expect(plan.stdout).toContain(`create Service/web (builds ${p.name}-web)`);
    const { stdout } = await p.apply();
    expect(stdout).toMatch(/step 1 of \d: FROM reeve-test:1 AS base/);
    expect(builds.map((query) => query.getAll('extrahosts'))).toEqual([['db:10.0.0.5', 'six:::1']]);
    expect(Object.fromEntries(builds[0] ?? [])).toMatchObject({
      target: 'base',
      networkmode: 'none',
      cachefrom: '["reeve-test:1","nowhere:1"]',
      buildargs: '{"WHO":"me"}',
      labels: expect.stringContaining('"made":"here"'),
      shmsize: String(2 * 1024 * 1024),
      ulimits: '[{"Name":"nofile","Soft":1000,"Hard":2000}]',
    });
    const hosts = await archiveOf(p, '/hosts');
    expect(hosts).toMatch(/^10\.0\.0\.5\s+db$/m);
    expect(hosts).toMatch(/^::1\s+six$/m);
    const image = await imageOf(`${p.name}-web`);
    expect((await p.container(web)).Image).toBe(image.Id);
    expect(image.Config.Labels).toMatchObject({ made: 'here' });
    expect(image.Config.Env).toContain('WHO=me');
    expect(image.RepoTags.sort()).toEqual([`${p.name}-extra:1`, `${p.name}-web:latest`]);
    expect((await filesIn(p, '/src')).sort()).toEqual([
      'src/',
      'src/.dockerignore',
      'src/a.txt',
      'src/docker/',
      'src/docker/Dockerfile',
      'src/keep.log',
    ]);
  });

  test('is built again when what is sent has changed; the container is recreated only for another image', async (t) => {
    const p = await platformFor(t, {
      'app/Dockerfile': `FROM reeve-test:1\nCOPY a.txt /\n${trap}\n`,
      'app/a.txt': '1',
      'app/README': 'not copied',
    });
    await p.declare([built('./app'), built('./app', 'api')]);
    await p.apply();
    const before = await p.container(web);
    t.onTestFinished(() => untag(before.Image));
    expect((await p.reeve('plan', '--detailed-exitcode')).code).toBe(0);

    // Sent, but not copied: built from the cache, the same image.
    await put(p, 'app/README', 'another');
    const plan = await p.reeve('plan');
    expect(plan.stdout).toContain('build Service/web');
    expect(plan.stdout).toContain('what it is built from has changed');
    await p.apply();
    expect((await p.container(web)).Id).toBe(before.Id);
    expect((await p.reeve('plan', '--detailed-exitcode')).code).toBe(0);

    await put(p, 'app/a.txt', '2');
    await p.apply();
    const after = await p.container(web);
    expect(after.Id).not.toBe(before.Id);
    expect(after.Image).toBe((await imageOf(`${p.name}-web`)).Id);

    const again = await p.apply('--build');
    expect(again.stdout).toContain('image built');
    expect((await p.container(web)).Id).toBe(after.Id);
  });

  test('in line; a failing one leaves the old container running and says what it printed', async (t) => {
    const p = await platformFor(t, { 'app/a.txt': '1' });
    const inline = (run: string): string =>
      built(
        `\n    context: app\n    dockerfile_inline: |\n      FROM reeve-test:1\n      RUN ${run}\n      ${trap.replace('$!', '$$!')}\n `,
      );
    await p.declare([inline('touch /made')]);
    await p.apply();
    const before = await p.container(web);
    t.onTestFinished(() => untag(before.Image));
    await p.declare([inline('echo the-last-words; exit 3')]);
    const failed = await p.reeve('apply', '--yes', '-f', p.manifests);
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain('BuildFailed');
    expect(failed.stdout).toContain('the-last-words');
    const still = await p.container(web);
    expect([still.Id, still.State.Running]).toEqual([before.Id, true]);
    await p.declare([inline('touch /made')]);
    await p.apply();
    expect((await p.container(web)).Id).toBe(before.Id);
  });

  test('by a controller, as soon as a file of the context changes', async (t) => {
    const p = await platformFor(t, {
      'app/Dockerfile': `FROM reeve-test:1\nCOPY a.txt /\n${trap}\n`,
      'app/a.txt': '1',
    });
    await p.declare([built('./app')]);
    await p.run();
    await p.untilReady(web);
    const before = await p.container(web);
    t.onTestFinished(() => untag(before.Image));
    await put(p, 'app/a.txt', '2');
    await p.untilContainer(web, 'is another one', (c) => c.Id !== before.Id && c.State.Running);
    await p.untilEvent(web, 'BuildChanged', /has changed/);
  });

  test('from a tar URL, which the engine fetches itself', async (t) => {
    const p = await platformFor(t, {});
    const tar = pack();
    tar.entry({ name: 'sub.Dockerfile' }, `FROM reeve-test:1\nCOPY a.txt /src/\n${trap}\n`);
    tar.entry({ name: 'a.txt' }, 'remote');
    tar.finalize();
    const body = await buffer(tar);
    const server = createServer((_, answer) => answer.end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    await p.declare([built(`{context: "http://127.0.0.1:${port}/context.tar", dockerfile: sub.Dockerfile}`)]);
    await p.apply();
    expect(await filesIn(p, '/src')).toEqual(['src/', 'src/a.txt']);
  });

  test('from an empty base, with a Dockerfile from elsewhere, as a Compose project', async (t) => {
    const p = await platformFor(t, {
      'files/Dockerfile.data': 'FROM scratch\nCOPY a.txt /\nCMD ["/nothing"]\n',
      'app/a.txt': '1',
    });
    await put(
      p,
      'compose.yaml',
      `name: ${p.name}\nservices:\n  web:\n    build: {context: ./app, dockerfile: ../files/Dockerfile.data}\n    scale: 0\n  api:\n    build:\n      context: ./app\n      dockerfile_inline: |\n        FROM reeve-test:1\n        COPY a.txt /\n        ${trap.replace('$!', '$$!')}\n    stop_grace_period: 1s\n`,
    );
    expect(await p.reeve('apply', '--yes')).toMatchObject({ code: 0 });
    expect((await p.container('Service/api')).State.Running).toBe(true);
  });
});
