// What Compose v5 creates of each service, read back by reeve as an adoption reads it: differs in nothing from what is
// declared, for every attribute of a service. Compose's creates are recorded and done again here.

import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { load } from '../../../desired-state/load.ts';
import { isWorkload, type Workload } from '../../../desired-state/resource.ts';
import { fieldDrift } from '../../../reconcilers/drift.ts';
import type { DriftContext } from '../../../reconcilers/drift-field.ts';
import { type CasesRecording, type RecordedCall, readRecording } from '../../compose/calls.ts';
import { replay } from '../../support/replay.ts';
import { openRig, type Rig } from '../../support/rig.ts';
import { created, newer, started } from './cases.ts';
import { files, named, writeProject } from './project.ts';

/** Compose v5 loses `:ro` there (test/compose/differences): the container is not as declared. */
const really: Readonly<Record<string, readonly string[]>> = { from: ['volumesFrom'] };

let rig: Rig;
let folder: string;
let context: DriftContext;
let workloads: ReadonlyMap<string, Workload>;

beforeAll(async () => {
  rig = await openRig();
  folder = await realpath(await mkdtemp(join(tmpdir(), 'reeve-from-v5-')));
  const project = rig.prefix;
  const names = { project, folder, disk: '/dev/disk', addresses: ['10.213.7', 'fd00:217:'] } as const;
  await writeProject(names);
  await rig.create({}, { name: `${project}-outside` });
  const { services, parts, ...recording } = readRecording<CasesRecording>('services.json');
  // Whose namespaces others share come first.
  const inOrder = Object.keys({ ...started, ...created, ...newer }).flatMap(
    (name) => services[name]?.calls ?? [],
  );
  const text = JSON.stringify([...parts, ...inOrder]);
  const calls = JSON.parse(named(text, names)) as RecordedCall[];
  await replay(rig.socket, { ...recording, calls }, { project, folder });
  const result = await load({
    paths: files,
    cwd: folder,
    env: { COMPOSE_PROFILES: 'extra', HOME: folder },
    digest: () => 'digest',
    platform: project,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics, undefined, 1));
  const { resources } = result.loaded.revision;
  workloads = new Map(resources.filter(isWorkload).map((w) => [w.name, w]));
  const engineNames = (of: string): Record<string, string> =>
    Object.fromEntries(
      resources.flatMap((r) => (r.kind === of && 'engineName' in r ? [[r.name, r.engineName]] : [])),
    );
  const networkNames = engineNames('Network');
  const listed = await rig.engine.containers();
  context = {
    networkNames,
    ourNetworks: new Set(Object.values(networkNames)),
    volumeNames: engineNames('Volume'),
    pins: {},
    containerNames: new Map(listed.map((c) => [c.id, c.name])),
    apiVersion: (await rig.engine.info()).apiVersion,
  };
});

afterAll(async () => {
  await rig.close();
  await rm(folder, { recursive: true, force: true });
});

test.each(Object.keys({ ...created, ...started, ...newer }))('%s', async (service) => {
  const workload = workloads.get(service);
  const container = [...(context.containerNames ?? [])].find(([, name]) => name === workload?.containerName);
  if (workload === undefined || container === undefined) throw new Error(`no ${service}`);
  const mask = { secretKeys: new Set<string>(), digest: (value: string) => value };
  const detail = await rig.engine.inspect(container[0], mask);
  if (detail === undefined) throw new Error(`no ${service} on the engine`);
  const found = fieldDrift(workload, detail, context);
  expect(found.map(({ field }) => field)).toEqual(really[service] ?? []);
});
