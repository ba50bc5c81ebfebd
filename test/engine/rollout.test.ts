// Rollouts on a real engine: a new revision comes in wave by wave; one that fails goes back and is not tried again, whoever
// starts anew.

import { beforeAll, describe, expect, test } from 'vitest';
import { listProcedures } from '../../controller/procedures/read.ts';
import type { ProcedureRow } from '../../controller/reports/procedures.ts';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor } from '../support/kept.ts';
import { exec } from '../support/misdeeds.ts';
import { service, type TestPlatform } from '../support/platform.ts';
import { patienceMs, until } from '../support/until.ts';
import { act, type Inspected, inspect } from '../support/world.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

const patient = 'trap "exit 0" TERM; sleep 9999 & wait';
const versioned = (name: string, version: number, ...more: readonly string[]): string =>
  service(name, [`environment: {V: "${version}"}`, `command: [sh, -c, '${patient}']`, ...more]);
const broken = (name: string, version: number): string =>
  service(name, [`environment: {V: "${version}"}`, 'command: [sh, -c, "echo no config; exit 3"]']);
/** Not ready before its file is there. */
const gated = (name: string, version: number, ...more: readonly string[]): string =>
  versioned(name, version, 'probe: {exec: {command: "test -e /go"}, every: 100ms, startPeriod: 3m}', ...more);
const onePerWave = 'policy: {rollout: {maxUnavailable: 1}}';

/** The one that runs: while it is replaced the old one is kept beside it. */
async function running(p: TestPlatform, ref: string): Promise<Inspected> {
  const mine = (await p.containers()).filter((c) => c.ref === ref && c.state === 'running');
  const [one] = mine;
  if (one === undefined || mine.length > 1) throw new Error(`${mine.length} of ${ref} run`);
  return inspect(p.socket, one.id);
}

async function versions(
  p: TestPlatform,
  ...names: readonly string[]
): Promise<Readonly<Record<string, string>>> {
  const found = await Promise.all(
    names.map(async (name) => {
      const { Config } = await running(p, `Service/${name}`);
      return [name, Config.Env?.find((e) => e.startsWith('V='))?.slice(2) ?? ''] as const;
    }),
  );
  return Object.fromEntries(found);
}

const untilVersions = (p: TestPlatform, wanted: Readonly<Record<string, string>>): Promise<true> =>
  until(
    async () => {
      const found = await versions(p, ...Object.keys(wanted));
      if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(JSON.stringify(found));
      return true as const;
    },
    patienceMs,
    `they run ${JSON.stringify(wanted)}`,
  );

const letGo = async (p: TestPlatform, name: string): Promise<void> => {
  const { Id } = await running(p, `Service/${name}`);
  await exec(p, Id, ['touch', '/go']);
};

async function newest(p: TestPlatform): Promise<ProcedureRow> {
  const row = (await p.fromStore((store) => listProcedures(store))).find(({ kind }) => kind === 'rollout');
  if (row === undefined) throw new Error('there is no rollout');
  return row;
}

const untilState = (p: TestPlatform, state: string): Promise<ProcedureRow> =>
  until(
    async () => {
      const row = await newest(p);
      if (row.state !== state) throw new Error(`${row.state}: ${row.message}`);
      return row;
    },
    patienceMs,
    `the rollout is ${state}`,
  );

describe.concurrent('a new revision', () => {
  test('comes in wave by wave: what waits runs on as it was, and is healed so', async (t) => {
    const p = await platformFor(t);
    const all = (version: number) => [
      version === 1 ? versioned('api', 1) : gated('api', version),
      versioned('web', version),
      versioned('same', 0),
    ];
    await keep(p, all(1), { spec: onePerWave });
    const same = await p.container('Service/same');
    await p.declare(all(2), onePerWave);
    await untilVersions(p, { api: '2', web: '1' });
    expect(await untilState(p, 'rolling')).toMatchObject({ message: expect.stringContaining('Service/api') });
    expect((await p.reeve('status', '-f', p.manifests)).stdout).toMatch(/^rollout-\w+: wave 1 of 2/m);
    const before = await p.container('Service/web');
    await act(p.socket, before.Id, 'kill');
    await p.untilContainer(
      'Service/web',
      'runs again',
      (c) => c.State.Running && c.State.StartedAt > before.State.StartedAt,
    );
    expect(await versions(p, 'web')).toEqual({ web: '1' });
    await letGo(p, 'api');
    await untilState(p, 'done');
    await untilVersions(p, { api: '2', web: '2' });
    expect((await p.container('Service/same')).Id).toBe(same.Id);
  });

  test('that fails goes back by itself, is told everywhere, and is tried again only by a person’s word', async (t) => {
    const p = await platformFor(t);
    const all = (version: number) => [
      versioned('db', version, 'tier: core'),
      versioned('web', version),
      versioned('zoo', version),
    ];
    let controller = await keep(p, all(1), { spec: onePerWave });
    const zoo = await p.container('Service/zoo');
    await p.declare([versioned('db', 2, 'tier: core'), broken('web', 2), versioned('zoo', 2)], onePerWave);
    await untilState(p, 'rolledBack');
    await untilVersions(p, { db: '1', web: '1', zoo: '1' });
    // Its wave never came.
    expect((await p.container('Service/zoo')).Id).toBe(zoo.Id);
    await controller.kill9();
    controller = await p.run();
    await until(() => controller.log().some((l) => l['msg'] === 'keeping'), patienceMs, 'it keeps');
    const [status, plan, explained, apply] = await Promise.all([
      p.reeve('status', '-f', p.manifests),
      p.reeve('plan', '-f', p.manifests),
      p.reeve('explain', `Platform/${p.name}`, '-f', p.manifests),
      p.reeve('apply', '--yes', '-f', p.manifests),
    ]);
    for (const { stdout } of [status, plan, explained])
      expect(stdout).toMatch(/quarantined[\s\S]*--lift-quarantine/);
    expect(apply).toMatchObject({ code: 73, stderr: expect.stringContaining('--lift-quarantine') });
    expect((await p.events()).map((e) => e.reason)).toEqual(
      expect.arrayContaining(['RolloutBegun', 'WaveFailed', 'RollingBack', 'RolledBack']),
    );
    expect(await versions(p, 'db', 'web', 'zoo')).toEqual({ db: '1', web: '1', zoo: '1' });
    const { id } = await newest(p);
    const again = await p.reeve('apply', '--yes', '--lift-quarantine', '-f', p.manifests);
    expect(again).toMatchObject({ code: 1, stdout: expect.stringContaining('runs again') });
    expect((await newest(p)).id).not.toBe(id);
    await p.declare(all(3), onePerWave);
    await untilVersions(p, { db: '3', web: '3', zoo: '3' });
    expect((await p.reeve('status', '-f', p.manifests)).stdout).not.toMatch(/^Quarantined/m);
    const ofFailed = (await p.events()).filter((e) => /the old container is kept/.test(e.message));
    expect(ofFailed).toEqual([]);
  });

  test('a controller killed -9 in the middle of a wave goes on with that wave, and replaces nothing twice', async (t) => {
    const p = await platformFor(t);
    const all = (version: number) => [
      version === 1 ? versioned('db', 1, 'tier: core') : gated('db', version, 'tier: core'),
      versioned('web', version),
    ];
    const controller = await keep(p, all(1));
    await p.declare(all(2));
    await untilVersions(p, { db: '2', web: '1' });
    const { id } = await untilState(p, 'rolling');
    const db = await running(p, 'Service/db');
    await controller.kill9();
    await p.run();
    await letGo(p, 'db');
    expect((await untilState(p, 'done')).id).toBe(id);
    await untilVersions(p, { db: '2', web: '2' });
    expect((await p.container('Service/db')).Id).toBe(db.Id);
  });

  test('a newer one on the way is gone on with: what it wants already is not touched again', async (t) => {
    const p = await platformFor(t);
    const all = (db: number, mid: number, web: number) => [
      versioned('db', db, 'tier: core'),
      db === 1 ? versioned('mid', mid, 'tier: critical') : gated('mid', mid, 'tier: critical'),
      versioned('web', web),
    ];
    await keep(p, all(1, 1, 1));
    await p.declare(all(2, 2, 2));
    await untilVersions(p, { db: '2', mid: '2', web: '1' });
    const { id } = await untilState(p, 'rolling');
    const db = await p.container('Service/db');
    await p.declare([
      versioned('db', 2, 'tier: core'),
      versioned('mid', 3, 'tier: critical'),
      versioned('web', 3),
    ]);
    await untilVersions(p, { db: '2', mid: '3', web: '3' });
    expect(await untilState(p, 'done')).toMatchObject({ id });
    expect((await p.container('Service/db')).Id).toBe(db.Id);
    const reasons = (await p.events()).filter((e) => e.regarding === 'Service/web').map((e) => e.message);
    expect(reasons.filter((m) => /environment\.V: 1 → 2/.test(m))).toEqual([]);
  });

  test('with onFailure: pause it waits for a person, who can go back', async (t) => {
    const p = await platformFor(t);
    const spec = 'policy: {rollout: {onFailure: pause}}';
    await keep(p, [versioned('web', 1)], { spec });
    await p.declare([broken('web', 2)], spec);
    const { id } = await untilState(p, 'deciding');
    const shown = await p.reeve('procedures', 'show', id, '-f', p.manifests);
    expect(shown.stdout).toContain(`reeve decide ${id} rollback`);
    expect((await p.reeve('decide', id, 'rollback', '-f', p.manifests)).code).toBe(0);
    await untilState(p, 'rolledBack');
    await untilVersions(p, { web: '1' });
  });

  test('a canary that does not stay ready takes the revision back before the rest is touched', async (t) => {
    const p = await platformFor(t);
    const spec = 'policy: {rollout: {canaryFor: 30s}}';
    const all = (version: number) => ['a', 'b', 'c'].map((name) => versioned(name, version));
    await keep(p, all(1), { spec });
    const others = await Promise.all([p.container('Service/b'), p.container('Service/c')]);
    // Ready at first, and gone a few seconds later.
    const falls = ['a', 'b', 'c'].map((name) =>
      service(name, ['environment: {V: "2"}', 'command: [sh, -c, "sleep 4; exit 1"]']),
    );
    await p.declare(falls, spec);
    await untilState(p, 'rolledBack');
    await untilVersions(p, { a: '1', b: '1', c: '1' });
    const now = await Promise.all([p.container('Service/b'), p.container('Service/c')]);
    expect(now.map((c) => c.Id)).toEqual(others.map((c) => c.Id));
  });

  test('of more waves than fit in the time of one: an apply waits for all of them, or for as long as it was told', async (t) => {
    const p = await platformFor(t);
    // Each begins within the time of a wave by far, on a machine that takes seconds for a start, too; all four never.
    const spec = 'policy: {progressDeadline: 20s, rollout: {maxUnavailable: 1}}';
    const names = ['a', 'b', 'c', 'd'];
    const slow = (name: string, version: number): string =>
      service(name, [
        `environment: {V: "${version}"}`,
        `command: [sh, -c, 'trap "exit 0" TERM; sleep 6; touch /go; sleep 9999 & wait']`,
        'probe: {exec: {command: "test -e /go"}, every: 100ms, startPeriod: 3m}',
      ]);
    await p.declare(
      names.map((name) => slow(name, 1)),
      spec,
    );
    await p.apply('--timeout', '2m');
    await p.declare(
      names.map((name) => slow(name, 2)),
      spec,
    );
    expect(await p.reeve('apply', '--yes', '--timeout', '3s', '-f', p.manifests)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('TimedOut'),
    });
    const began = Date.now();
    expect(await p.reeve('apply', '--yes', '-f', p.manifests)).toMatchObject({ code: 0 });
    expect(Date.now() - began).toBeGreaterThan(20_000);
    expect(await versions(p, ...names)).toEqual({ a: '2', b: '2', c: '2', d: '2' });
  });

  test('from nothing, or one that only adds, comes in without a rollout', async (t) => {
    const p = await platformFor(t);
    await keep(p, [versioned('a', 1)]);
    await p.declare([versioned('a', 1), versioned('b', 1)]);
    await p.untilReady('Service/b');
    await expect(newest(p)).rejects.toThrow('no rollout');
  });
});
