// Rollbacks on a real engine: to the last stable revision with the images that ran then, asked first whether the database
// fits, kept by the controller though the manifests say otherwise.

import { beforeAll, describe, expect, test } from 'vitest';
import { makeImages, postgres } from '../../scripts/lib/demo-images.ts';
import { askEngine } from '../../scripts/lib/docker-api.ts';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor, untilAllReady } from '../support/kept.ts';
import { exec } from '../support/misdeeds.ts';
import { service, type TestPlatform } from '../support/platform.ts';
import { throwawayImage, untag } from '../support/throwaway-image.ts';
import { patienceMs, throughout, until } from '../support/until.ts';
import { inspect } from '../support/world.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
  await makeImages([postgres]);
}, 300_000);

const patient = 'trap "exit 0" TERM; sleep 9999 & wait';
const versioned = (name: string, version: number, ...more: readonly string[]): string =>
  service(name, [`environment: {V: "${version}"}`, `command: [sh, -c, '${patient}']`, ...more]);
const soonStable = 'policy: {rollout: {stableAfter: 1s}}';

const stable = (p: TestPlatform, times: number): Promise<true> =>
  until(
    async () => {
      const found = (await p.events()).filter((e) => e.reason === 'RevisionStable');
      return found.length >= times ? (true as const) : undefined;
    },
    patienceMs,
    'the revision is stable',
  );

async function version(p: TestPlatform, name: string): Promise<string | undefined> {
  const { Config } = await p.container(`Service/${name}`);
  return Config.Env?.find((e) => e.startsWith('V='))?.slice(2);
}

const untilVersion = (p: TestPlatform, name: string, wanted: string): Promise<unknown> =>
  until(
    async () => ((await version(p, name)) === wanted ? true : undefined),
    patienceMs,
    `${name} runs version ${wanted}`,
  );

const rollback = (p: TestPlatform, ...args: readonly string[]) =>
  p.reeve('rollback', '-f', p.manifests, ...args);

/** null: it has not ended yet, though its output has. */
async function exitCode(p: TestPlatform, id: string, command: readonly string[]): Promise<number | null> {
  const { body } = await askEngine(p.socket, 'POST', `/containers/${id}/exec`, { Cmd: command });
  const { Id } = JSON.parse(body) as { Id: string };
  await askEngine(p.socket, 'POST', `/exec/${Id}/start`, { Detach: false });
  const ran = JSON.parse((await askEngine(p.socket, 'GET', `/exec/${Id}/json`)).body) as {
    ExitCode: number | null;
  };
  return ran.ExitCode;
}

/** Two revisions under a controller: the first was stable, the second runs. */
async function twoRevisions(
  p: TestPlatform,
  first: readonly string[],
  second: readonly string[],
  spec = soonStable,
): Promise<void> {
  await keep(p, first, { spec });
  await stable(p, 1);
  await p.declare(second, spec);
}

describe.concurrent('a rollback', () => {
  test('goes to the last stable revision, touches only what differs, and the controller keeps it so', async (t) => {
    const p = await platformFor(t);
    await twoRevisions(
      p,
      [versioned('db', 1, 'tier: core'), versioned('web', 1), versioned('same', 0)],
      [versioned('db', 2, 'tier: core'), versioned('web', 2), versioned('same', 0), versioned('extra', 2)],
    );
    await untilVersion(p, 'web', '2');
    await p.untilReady('Service/extra');
    const same = await p.container('Service/same');
    const shown = await rollback(p, '--dry-run');
    expect(shown.stdout).toMatch(/back to r\w+ \(stable/);
    expect(shown.stdout).toMatch(/1\s+core\s+Service\/db/);
    expect(shown.stdout).toMatch(/they go .*: Service\/extra/);
    expect(shown.stdout).toMatch(/2 workloads in 2 waves: about \d/);
    expect(await version(p, 'web')).toBe('2');
    const done = await rollback(p, '--yes');
    expect(done).toMatchObject({ code: 0, stdout: expect.stringMatching(/done\s+revision r\w+ runs again/) });
    expect([await version(p, 'db'), await version(p, 'web')]).toEqual(['1', '1']);
    await until(
      async () => !(await p.containers()).some((c) => c.ref === 'Service/extra'),
      patienceMs,
      'what only the newer one had is gone',
    );
    expect((await p.container('Service/same')).Id).toBe(same.Id);
    // The manifests are read anew and say the newer one still.
    const text = await p.manifest(
      [versioned('db', 2, 'tier: core'), versioned('web', 2), versioned('same', 0), versioned('extra', 2)],
      soonStable,
    );
    await p.write('reeve.yaml', `${text}# saved again\n`);
    await throughout(async () => (await version(p, 'web')) === '1', 3_000, 'it stays as it was');
    await p.declare(
      [versioned('db', 3, 'tier: core'), versioned('web', 3), versioned('same', 0)],
      soonStable,
    );
    await untilVersion(p, 'web', '3');
  });

  test('during a rollout brings in no more of what it leaves, also where it waits for a decision', async (t) => {
    const p = await platformFor(t);
    const spec = 'policy: {rollout: {stableAfter: 1s, maxUnavailable: 1}}';
    const db = (atMost: number): string =>
      versioned('db', 0, `schemaVersion: {command: "cat /version", atMost: ${atMost}}`);
    const gated = 'probe: {exec: {command: "test -e /go"}, every: 100ms, startPeriod: 3m}';
    await keep(p, [db(1), versioned('api', 1), versioned('web', 1)], { spec });
    await stable(p, 1);
    await p.declare([db(2), versioned('api', 2, gated), versioned('web', 2), versioned('zoo', 2)], spec);
    await until(
      async () => {
        const apis = (await p.containers()).filter((c) => c.ref === 'Service/api' && c.state === 'running');
        const [api, another] = await Promise.all(apis.map(({ id }) => inspect(p.socket, id)));
        return another === undefined && api?.Config.Env?.includes('V=2') ? true : undefined;
      },
      patienceMs,
      'the first wave has begun',
    );
    const [web, store] = [await p.container('Service/web'), await p.container('Service/db')];
    await exec(p, store.Id, ['sh', '-c', 'echo 2 > /version']);
    await until(
      async () => (await rollback(p, '--dry-run')).stdout.includes('schema version 2'),
      patienceMs,
      'the plan says that the schema is too new',
    );
    const asked = await rollback(p, '--yes');
    expect(asked).toMatchObject({ code: 73, stdout: expect.stringMatching(/schema version 2/) });
    const asItWas = async (): Promise<boolean> =>
      (await p.container('Service/web')).Id === web.Id &&
      !(await p.containers()).some((c) => c.ref === 'Service/zoo');
    await throughout(asItWas, 3_000, 'what had not come in stays as it was');
    const id = /reeve decide (rollback-\w+)/.exec(asked.stdout)?.[1] ?? '';
    expect((await p.reeve('decide', id, 'continue', '-f', p.manifests)).code).toBe(0);
    await untilVersion(p, 'api', '1');
    expect(await asItWas()).toBe(true);
    const [rollout] = await p.fromStore((s) => s.procedures({ limit: 9 }).then((all) => all.slice(1)));
    expect(rollout).toMatchObject({ kind: 'rollout', machine: { state: 'aborted' } });
  });

  test('given up while a revision is half in has that come in as it did: wave by wave', async (t) => {
    const p = await platformFor(t);
    const spec = 'policy: {rollout: {stableAfter: 1s, maxUnavailable: 1}}';
    const db = (atMost: number): string =>
      versioned('db', 0, `schemaVersion: {command: "cat /version", atMost: ${atMost}}`);
    const gated = 'probe: {exec: {command: "test -e /go"}, every: 100ms, startPeriod: 3m}';
    await keep(p, [db(1), versioned('api', 1), versioned('web', 1)], { spec });
    await stable(p, 1);
    await p.declare([db(2), versioned('api', 2, gated), versioned('web', 2)], spec);
    const apis = async () =>
      (await p.containers()).filter((c) => c.ref === 'Service/api' && c.state === 'running');
    await until(
      async () => {
        const [api] = await Promise.all((await apis()).map(({ id }) => inspect(p.socket, id)));
        return api?.Config.Env?.includes('V=2');
      },
      patienceMs,
      'the first wave has begun',
    );
    const [web, store] = [await p.container('Service/web'), await p.container('Service/db')];
    await exec(p, store.Id, ['sh', '-c', 'echo 2 > /version']);
    const asked = await rollback(p, '--yes');
    expect(asked.stdout).toMatch(/bring in what is left of r\w+ wave by wave/);
    const id = /reeve decide (rollback-\w+)/.exec(asked.stdout)?.[1] ?? '';
    expect((await p.reeve('decide', id, 'abort', '-f', p.manifests)).code).toBe(0);
    const isWaiting = async (): Promise<boolean> => (await p.container('Service/web')).Id === web.Id;
    await throughout(isWaiting, 3_000, 'the later wave waits for the first');
    const running = await p.fromStore((s) => s.procedures({ running: true, limit: 9 }));
    expect(running).toMatchObject([
      { kind: 'rollout', machine: { state: 'rolling', context: { index: 0 } } },
    ]);
    for (const { id: api } of await apis()) await exec(p, api, ['touch', '/go']);
    await untilVersion(p, 'web', '2');
  });

  test('runs the images that ran then, whatever their tag means by now, and changes those too wave by wave', async (t) => {
    const p = await platformFor(t);
    const tag = `${p.name}-app:1`;
    t.onTestFinished(() => untag(tag));
    await throwawayImage(tag);
    const gated = 'probe: {exec: {command: "test -e /go"}, every: 100ms, startPeriod: 3m}';
    const app = (version: number): readonly string[] =>
      [service('app', [`environment: {V: "${version}"}`]), service('db', ['tier: core', gated])].map((d) =>
        d.replace('reeve-test:1', tag),
      );
    // What it replaces is there until it is ready.
    const running = async (name: string) => {
      const all = (await p.containers()).filter((c) => c.ref === `Service/${name}` && c.state === 'running');
      return inspect(p.socket, all[0]?.id ?? '');
    };
    const imageOf = async (name: string): Promise<string> => (await running(name)).Image;
    const untilImage = (name: string, isIt: (id: string) => boolean): Promise<unknown> =>
      until(async () => isIt(await imageOf(name)), patienceMs, `${name} runs another image`);
    const letGo = async () => exec(p, (await running('db')).Id, ['touch', '/go']);
    await p.declare(app(1), soonStable);
    await p.run();
    await until(() => letGo().then(() => true), patienceMs, 'db is there');
    await stable(p, 1);
    const first = await imageOf('app');
    await p.declare(app(2), soonStable);
    await untilVersion(p, 'app', '2');
    await stable(p, 2);
    await throwawayImage(tag);
    const updated = p.apply('--update-images');
    await untilImage('db', (id) => id !== first);
    await letGo();
    await updated;
    const second = await imageOf('db');
    expect(await imageOf('app')).toBe(second);
    // By the images that its tags mean now.
    await stable(p, 3);
    expect((await rollback(p, '--dry-run')).stdout).toMatch(/what their image's tag meant then: Service\/db/);
    const back = rollback(p, '--yes');
    await untilImage('db', (id) => id === first);
    const { Id } = await p.container('Service/app');
    await askEngine(p.socket, 'DELETE', `/containers/${Id}?force=1`);
    await until(
      async () => (await p.container('Service/app')).Id !== Id,
      patienceMs,
      'what waits for its wave is made anew',
    );
    // It starts after what it needs by its tier: that is under way itself.
    expect([(await p.container('Service/app')).Image, await version(p, 'app')]).toEqual([second, '2']);
    await letGo();
    expect((await back).code).toBe(0);
    expect([await imageOf('app'), await version(p, 'app')]).toEqual([first, '1']);
  });

  test('to an image that is neither here nor in a registry is refused before anything is stopped', async (t) => {
    const p = await platformFor(t);
    const tag = `${p.name}-app:1`;
    t.onTestFinished(() => untag(tag));
    await throwawayImage(tag);
    await p.declare([service('app').replace('reeve-test:1', tag)], soonStable);
    await p.apply();
    await keepStable(p);
    await p.declare([service('app')], soonStable);
    await p.apply();
    const before = await p.container('Service/app');
    await untag(tag);
    const refused = await rollback(p, '--yes');
    expect(refused).toMatchObject({ code: 73, stderr: expect.stringContaining(tag.replace(':1', '')) });
    expect((await p.container('Service/app')).Id).toBe(before.Id);
  });

  test('where the schema of a Postgres is newer than it knows, waits for a decision before anything is stopped', async (t) => {
    const p = await platformFor(t);
    const db = (atMost: number): string =>
      service('db', [
        'environment: {POSTGRES_DB: shop, POSTGRES_PASSWORD: not-so-secret}',
        'probe: {postgres: {}, every: 300ms, startPeriod: 3m}',
        `schemaVersion: {atMost: ${atMost}}`,
        'beforeRollback: "echo saved > /tmp/backup"',
      ]).replace('reeve-test:1', 'reeve-demo/postgres:15');
    await keep(p, [db(1), versioned('web', 1)], { spec: soonStable });
    await stable(p, 1);
    const container = await p.container('Service/db');
    const sql = (text: string) => exec(p, container.Id, ['psql', '-U', 'postgres', '-d', 'shop', '-c', text]);
    await sql('CREATE TABLE schema_version (version int)');
    await p.declare([db(2), versioned('web', 2)], soonStable);
    await untilVersion(p, 'web', '2');
    await sql('INSERT INTO schema_version VALUES (2)');
    await until(
      async () =>
        (await rollback(p, '--dry-run')).stdout.includes(
          'has schema version 2, and what is gone back to knows at most 1',
        ),
      patienceMs,
      'the plan says that the schema is too new',
    );
    const web = await p.container('Service/web');
    const asked = await rollback(p, '--yes');
    expect(asked).toMatchObject({
      code: 73,
      stdout: expect.stringMatching(/nothing has gone back yet.*schema version 2/),
    });
    expect((await p.container('Service/web')).Id).toBe(web.Id);
    const id = /reeve decide (rollback-\w+)/.exec(asked.stdout)?.[1] ?? '';
    await sql('DELETE FROM schema_version; INSERT INTO schema_version VALUES (1)');
    await until(
      async () => {
        await p.reeve('decide', id, 'retry', '-f', p.manifests);
        return (await version(p, 'web')) === '1' ? true : undefined;
      },
      patienceMs,
      'once the schema was taken back it goes back',
    );
    expect((await p.container('Service/db')).Id).toBe(container.Id);
    const saved = () => exitCode(p, container.Id, ['test', '-s', '/tmp/backup']);
    await until(async () => (await saved()) === 0, patienceMs, 'what is to be run before it was run');
  });

  test('in full stops everything first and starts it in its order', async (t) => {
    const p = await platformFor(t);
    await twoRevisions(
      p,
      [versioned('db', 1, 'tier: core'), versioned('same', 0)],
      [versioned('db', 2, 'tier: core'), versioned('same', 0)],
    );
    await untilVersion(p, 'db', '2');
    await untilAllReady(p);
    const same = await p.container('Service/same');
    expect((await rollback(p, '--yes', '--full')).code).toBe(0);
    const [db, again] = [await p.container('Service/db'), await p.container('Service/same')];
    expect([await version(p, 'db'), again.Id]).toEqual(['1', same.Id]);
    expect(again.State.StartedAt > db.State.StartedAt).toBe(true);
  });

  test('with nothing stable before it says so, and goes to the one that is named', async (t) => {
    const p = await platformFor(t);
    await p.declare([versioned('web', 1)]);
    await p.apply();
    await p.declare([versioned('web', 2)]);
    await p.apply();
    expect(await rollback(p, '--yes')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('reeve history'),
    });
    const [, first] = await p.fromStore((store) => store.revisions(2));
    expect((await rollback(p, '--yes', '--to', first?.id ?? '')).code).toBe(0);
    expect(await version(p, 'web')).toBe('1');
    expect(await rollback(p, '--yes', '--to', first?.id ?? '')).toMatchObject({ code: 64 });
  });
});

/** A controller for as long as it takes to find the revision in force stable. */
async function keepStable(p: TestPlatform): Promise<void> {
  const controller = await p.run();
  await stable(p, 1);
  await controller.stop();
}
