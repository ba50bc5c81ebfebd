// From a service to a container, completely: what reeve makes of a service is what docker-compose makes of it, field
// by field, for every attribute that a service can have.

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { load } from '../../../desired-state/load.ts';
import { askEngine, engineSocket } from '../../../scripts/lib/docker-api.ts';
import { compose, ensureCompose } from '../../support/compose.ts';
import { createdBy } from '../../support/created.ts';
import { openRig, type Rig } from '../../support/rig.ts';
import { serviceKeys } from '../../support/service-keys.ts';
import { created, elsewhere, networks, newer, started, volumes } from './cases.ts';
import { comparable, comparablePart } from './normal.ts';
import { files, type Names, named, writeProject } from './project.ts';

interface Inspected {
  readonly [key: string]: unknown;
  readonly Name: string;
}

const socket = engineSocket();
let rig: Rig;
let project: string;
let folder: string;
let names: Names;
let byCompose: ReadonlyMap<string, Inspected>;
let byReeve: ReadonlyMap<string, Inspected>;
let partsByCompose: ReadonlyMap<string, unknown>;
let partsByReeve: ReadonlyMap<string, unknown>;

beforeAll(async () => {
  await ensureCompose();
  rig = await openRig();
  project = rig.prefix;
  folder = await mkdtemp(join(tmpdir(), 'reeve-parity-'));
  const [disk = ''] = await readdir('/sys/block');
  names = { project, folder, disk: `/dev/${disk}` };
  await writeProject(names);
  const outside = await rig.create({ networkMode: 'bridge' }, { name: `${project}-outside` });
  await rig.perform('startContainer', { containerId: outside, files: [] });
  await compose(folder, project, 'up', '-d', ...Object.keys(started));
  await compose(folder, project, '--profile', 'extra', 'up', '--no-start');
  byCompose = await inspectAll();
  partsByCompose = await inspectParts();
  await compose(folder, project, '--profile', 'extra', 'down', '--volumes', '-t', '0');
  await makeByReeve();
  byReeve = await inspectAll();
  partsByReeve = await inspectParts();
});

afterAll(async () => {
  await rig.close();
  await rm(folder, { recursive: true, force: true });
});

/** Loads and plans as every apply does; performs what creates, and starts what must be started. */
async function makeByReeve(): Promise<void> {
  const loaded = await load({
    paths: files,
    cwd: folder,
    env: { COMPOSE_PROFILES: 'extra', HOME: '/root' },
    digest: () => 'digest',
    platform: project,
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics, undefined, 1));
  const { revision, secrets } = loaded.loaded;
  await createdBy(rig, revision, secrets, (name) => name in started);
}

/** By service and number: the project's name and docker-compose's own underscores are taken off. */
async function inspectAll(): Promise<ReadonlyMap<string, Inspected>> {
  const list = JSON.parse((await askEngine(socket, 'GET', '/containers/json?all=1')).body) as {
    Id: string;
    Names: string[];
  }[];
  const mine = list.filter((c) => c.Names.some((name) => name.startsWith(`/${project}`)));
  const found = new Map<string, Inspected>();
  for (const { Id } of mine) {
    const text = (await askEngine(socket, 'GET', `/containers/${Id}/json`)).body;
    const pattern = new RegExp(`(?:(${project}_)|\\b)([a-z]+)_(\\d+)\\b`, 'g');
    const renamed = text.replace(pattern, (all, own: string | undefined, service: string, number: string) =>
      service in created || service in started ? `${own ? `${project}-` : ''}${service}-${number}` : all,
    );
    const inspected = withNames(JSON.parse(renamed) as Inspected, mine);
    found.set(inspected.Name.slice(project.length + 2), inspected);
  }
  return found;
}

/** The project's networks and volumes, by the names they have in the file. */
async function inspectParts(): Promise<ReadonlyMap<string, unknown>> {
  const all = async (path: string) => JSON.parse((await askEngine(socket, 'GET', path)).body) as unknown;
  const listed = (await all('/networks')) as { Name: string; Id: string }[];
  const { Volumes } = (await all('/volumes')) as { Volumes: { Name: string }[] };
  const own = ({ Name }: { Name: string }): boolean =>
    /^[_-]/.test(Name.slice(project.length)) && Name.startsWith(project);
  const entry = (kind: string, part: { Name: string }): [string, unknown] => [
    `${kind} ${part.Name.slice(project.length + 1)}`,
    comparablePart(part as never),
  ];
  return new Map([
    ...listed.filter(own).map((network) => entry('network', network)),
    ...Volumes.filter(own).map((volume) => entry('volume', volume)),
  ]);
}

/** Another container is named by docker-compose with its id, by reeve with its name. */
function withNames(of: Inspected, all: readonly { Id: string; Names: string[] }[]): Inspected {
  let text = JSON.stringify(of);
  for (const { Id, Names } of all) {
    const [name = ''] = Names;
    text = text.replaceAll(`container:${Id}`, `container:${plainName(name)}`);
    text = text.replaceAll(`"${Id}:r`, `"${plainName(name)}:r`);
  }
  return JSON.parse(text) as Inspected;
}

function plainName(name: string): string {
  return name.slice(1).replace(new RegExp(`^${project}_([a-z]+)_(\\d+)$`), `${project}-$1-$2`);
}

describe('what docker-compose 1.29 makes', () => {
  const services = Object.keys({ ...created, ...started }).flatMap((name) =>
    name === 'scaled' ? ['scaled-1', 'scaled-2'] : name === 'ownname' ? ['name'] : [`${name}-1`],
  );
  test.each(services)('%s is what reeve makes', (service) => {
    const [theirs, ours] = [byCompose.get(service), byReeve.get(service)];
    if (theirs === undefined || ours === undefined) {
      throw new Error(
        `missing: ${theirs === undefined ? 'by docker-compose' : ''} ${ours === undefined ? 'by reeve' : ''}`,
      );
    }
    expect(comparable(ours as never)).toEqual(comparable(theirs as never));
  });
});

test.each([
  ...['default', ...Object.keys(networks)].map((name) => `network ${name}`),
  ...Object.keys(volumes).map((name) => `volume ${name}`),
])('%s is the same by docker-compose and by reeve', (name) => {
  expect(partsByCompose.has(name)).toBe(true);
  expect(partsByReeve.get(name)).toEqual(partsByCompose.get(name));
});

describe('what Compose v5 sends', () => {
  test.each(Object.entries(newer))('%s', (service, { sends }) => {
    const expected = JSON.parse(named(JSON.stringify(sends), names)) as object;
    expect(byReeve.get(`${service}-1`)).toMatchObject(expected);
  });
});

test('every attribute of a service is in the table, or said to be elsewhere', async () => {
  const used = new Set(Object.keys(elsewhere));
  for (const yaml of [
    ...Object.values({ ...created, ...started }),
    ...Object.values(newer).map((n) => n.yaml),
  ]) {
    for (const key of Object.keys((parse(`{image: i, ${yaml}}`) ?? {}) as object)) used.add(key);
  }
  expect((await serviceKeys()).filter((key) => !used.has(key))).toEqual([]);
});
