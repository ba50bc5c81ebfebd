// The controller as the unit of `reeve install` runs it (its ExecStart by hand: there is no systemd here): over a reboot of the
// host and over an upgrade of reeve itself, both in the middle of a rollout.

import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, type TestContext, test } from 'vitest';
import { listProcedures } from '../../controller/procedures/read.ts';
import type { ProcedureRow } from '../../controller/reports/procedures.ts';
import { repository } from '../../scripts/lib/node-modules.ts';
import { ensureEngine, type OwnEngine, startOwnEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { platformFor, untilAllReady } from '../support/kept.ts';
import { exec } from '../support/misdeeds.ts';
import { service, type TestPlatform } from '../support/platform.ts';
import { type Controller, spawnReeve } from '../support/reeve.ts';
import { patienceMs, until } from '../support/until.ts';
import { type Inspected, inspect } from '../support/world.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

const patient = 'trap "exit 0" TERM; sleep 9999 & wait';
/** `gate`: not ready before its file is there. */
const versioned = (name: string, version: number, gate: boolean, ...more: readonly string[]): string =>
  service(name, [
    `environment: {V: "${version}"}`,
    `command: [sh, -c, '${patient}']`,
    ...(gate ? ['probe: {exec: {command: "test -e /go"}, every: 100ms, startPeriod: 3m}'] : []),
    ...more,
  ]);
/** Three tiers; the middle one stands in the way of the last until it is let go. */
const all = (version: number): readonly string[] => [
  versioned('db', version, false, 'tier: core'),
  versioned('api', version, version > 1, 'tier: critical'),
  versioned('web', version, false),
];

const engineOf = async ({ onTestFinished }: TestContext): Promise<OwnEngine> => {
  const engine = await startOwnEngine();
  onTestFinished(() => engine.close(), 60_000);
  await ensureTestImage(engine.socket);
  return engine;
};

/** Runs what stands behind ExecStart of the unit, as it stands there; none of its words needs a quote. */
async function startUnit(p: TestPlatform, unit: string): Promise<Controller> {
  const line = /^ExecStart=(.*)$/m.exec(unit)?.[1] ?? '';
  expect(line).not.toMatch(/["%$]/);
  const [launcher = '', verb, ...args] = line.split(' ');
  expect(verb).toBe('run');
  return p.runBy(launcher, args);
}

async function unitOf(p: TestPlatform, launcher?: string): Promise<string> {
  const options = { state: p.state, socket: p.socket, ...(launcher === undefined ? {} : { launcher }) };
  const { code, stdout, stderr } = await spawnReeve(['install', '--print', '-f', p.manifests], options).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

/** The one that runs: while it is replaced the old one is kept beside it. */
async function running(p: TestPlatform, name: string): Promise<Inspected> {
  const mine = (await p.containers()).filter((c) => c.ref === `Service/${name}` && c.state === 'running');
  const [one] = mine;
  if (one === undefined || mine.length > 1) throw new Error(`${mine.length} of ${name} run`);
  return inspect(p.socket, one.id);
}

async function versions(p: TestPlatform): Promise<string> {
  const found = await Promise.all(['db', 'api', 'web'].map((name) => running(p, name)));
  return found.map(({ Config }) => Config.Env?.find((e) => e.startsWith('V='))?.slice(2)).join(' ');
}

const untilVersions = (p: TestPlatform, wanted: string): Promise<true> =>
  until(
    async () => {
      const found = await versions(p);
      if (found !== wanted) throw new Error(found);
      return true as const;
    },
    patienceMs,
    `db, api and web run ${wanted}`,
  );

const untilState = (p: TestPlatform, state: string): Promise<ProcedureRow> =>
  until(
    async () => {
      const rows = await p.fromStore((store) => listProcedures(store));
      const row = rows.find(({ kind }) => kind === 'rollout');
      if (row?.state !== state) throw new Error(`${row?.state}: ${row?.message}`);
      return row;
    },
    patienceMs,
    `the rollout is ${state}`,
  );

/** Brought to the middle of a rollout: db is new, api is new and not let go, web is still the old one. */
async function halfRolledOut(p: TestPlatform, unit: string): Promise<Controller> {
  const controller = await startUnit(p, unit);
  await untilAllReady(p, ['Service/db', 'Service/api', 'Service/web']);
  await p.declare(all(2));
  await untilVersions(p, '2 2 1');
  await untilState(p, 'rolling');
  return controller;
}

const letGo = async (p: TestPlatform): Promise<void> =>
  exec(p, (await running(p, 'api')).Id, ['touch', '/go']);

test.concurrent('a reboot in the middle of a rollout: all start again in their order, and the rollout goes on', async (t) => {
  const engine = await engineOf(t);
  const p = await platformFor(t, { socket: engine.socket, enter: engine.enter });
  await p.declare(all(1));
  const unit = await unitOf(p);
  const controller = await halfRolledOut(p, unit);
  const { id } = await untilState(p, 'rolling');
  const before = new Map(
    await Promise.all(['db', 'api', 'web'].map(async (name) => [name, (await running(p, name)).Id] as const)),
  );
  // The host's power goes: nobody ends anything, and what ran does not run.
  await controller.kill9();
  await engine.kill9();
  await engine.start();
  await startUnit(p, unit);
  await until(() => running(p, 'api'), patienceMs, 'api runs again');
  await letGo(p);
  expect((await untilState(p, 'done')).id).toBe(id);
  await untilVersions(p, '2 2 2');
  const [db, api, web] = await Promise.all(['db', 'api', 'web'].map((name) => running(p, name)));
  expect([db?.Id, api?.Id]).toEqual([before.get('db'), before.get('api')]);
  expect(db?.State.StartedAt.localeCompare(api?.State.StartedAt ?? '')).toBe(-1);
  expect(api?.State.StartedAt.localeCompare(web?.State.StartedAt ?? '')).toBe(-1);
  expect((await p.events()).map((e) => e.reason)).not.toContain('RolloutFailed');
});

test.concurrent('an upgrade of reeve in the middle of a rollout: the new one goes on with it and restarts nothing', async (t) => {
  const p = await platformFor(t);
  await p.declare(all(1));
  const controller = await halfRolledOut(p, await unitOf(p));
  const { id } = await untilState(p, 'rolling');
  const [db, api] = await Promise.all(['db', 'api'].map((name) => running(p, name)));
  await controller.stop();
  const newer = await upgradeIn(p.folder);
  const upgraded = await startUnit(p, await unitOf(p, newer));
  expect(await readFile(`/proc/${upgraded.pid}/cmdline`, 'utf8')).toContain(
    join(p.folder, 'reeve-99', 'controller'),
  );
  await letGo(p);
  expect((await untilState(p, 'done')).id).toBe(id);
  await untilVersions(p, '2 2 2');
  const after = await Promise.all(['db', 'api'].map((name) => running(p, name)));
  expect(after.map((c) => [c.Id, c.State.StartedAt])).toEqual(
    [db, api].map((c) => [c?.Id, c?.State.StartedAt]),
  );
});

/** The same reeve in another folder, and of another version; its bin/reeve. */
async function upgradeIn(folder: string): Promise<string> {
  const root = join(folder, 'reeve-99');
  await mkdir(root);
  for (const name of ['bin', 'controller', 'desired-state', 'reconcilers', 'package-lock.json'])
    await cp(join(repository, name), join(root, name), { recursive: true });
  await symlink(join(repository, 'node_modules'), join(root, 'node_modules'));
  const about = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as object;
  await writeFile(join(root, 'package.json'), JSON.stringify({ ...about, version: '99.0.0' }));
  return join(root, 'bin/reeve');
}
