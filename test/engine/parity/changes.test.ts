// Field-level drift on the real engine: a container that was just made differs in nothing, and of a service in which one
// attribute was changed it differs in exactly that field, with the act that the change needs. After that act nothing does.

import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { load } from '../../../desired-state/load.ts';
import { isWorkload, type Resource, type Workload } from '../../../desired-state/resource.ts';
import { fieldDrift } from '../../../reconcilers/drift.ts';
import type { DriftContext } from '../../../reconcilers/drift-field.ts';
import { createdBy } from '../../support/created.ts';
import { openRig, type Rig } from '../../support/rig.ts';
import { serviceKeys } from '../../support/service-keys.ts';
import { elsewhere } from './cases.ts';
import { changes, withoutRow } from './changes.ts';

let rig: Rig;
let folder: string;
let disk: string;
let before: ReadonlyMap<string, Workload>;
let after: ReadonlyMap<string, Workload>;
let ids: ReadonlyMap<string, string>;
let context: DriftContext;

const filled = (text: string): string =>
  text
    .replaceAll('DISK', disk)
    .replaceAll('OUTSIDE', `${rig.prefix}-outside`)
    .replaceAll('FRONT', `${rig.prefix}_front`);

beforeAll(async () => {
  rig = await openRig();
  disk = `/dev/${(await readdir('/sys/block'))[0] ?? ''}`;
  folder = await mkdtemp(join(tmpdir(), 'reeve-changes-'));
  await mkdir(join(folder, 'made'));
  await rig.create({}, { name: `${rig.prefix}-outside` });
  const from = await loaded('from');
  ids = await createdBy(rig, from.revision, from.secrets);
  before = workloadsOf(from.revision.resources);
  after = workloadsOf((await loaded('to')).revision.resources);
  const networks = ['front', 'back', 'default'].map((name) => [name, `${rig.prefix}_${name}`] as const);
  const listed = await rig.engine.containers();
  context = {
    networkNames: Object.fromEntries(networks),
    ourNetworks: new Set(networks.map(([, name]) => name)),
    volumeNames: { data: `${rig.prefix}_data` },
    pins: {},
    containerNames: new Map(listed.map((c) => [c.id, c.name])),
    apiVersion: (await rig.engine.info()).apiVersion,
  };
});

afterAll(async () => {
  await rig.close();
  await rm(folder, { recursive: true, force: true });
});

/** Every service as it is before, or after its change, in one project. */
async function loaded(which: 'from' | 'to') {
  const services = Object.entries(changes).map(
    ([name, change]) => `  ${name}: {image: "reeve-test:1", ${filled(change[which])}}`,
  );
  const networks = ['front: 10.213.31.0/24', 'back: 10.213.32.0/24'].map((line) => {
    const [name = '', subnet = ''] = line.split(': ');
    return `  ${name}: {ipam: {config: [{subnet: ${subnet}}]}}`;
  });
  const lines = [
    'services:',
    ...services,
    '  peer: {image: "reeve-test:1", volumes: [/own]}',
    ...['networks:', ...networks, 'volumes: {data: }', ''],
  ];
  await writeFile(join(folder, 'compose.yaml'), lines.join('\n'));
  const result = await load({
    paths: ['compose.yaml'],
    cwd: folder,
    env: { HOME: '/root' },
    digest: () => 'digest',
    platform: rig.prefix,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics, undefined, 1));
  return result.loaded;
}

function workloadsOf(resources: readonly Resource[]): Map<string, Workload> {
  return new Map(resources.filter(isWorkload).map((w) => [w.name, w]));
}

interface Made {
  readonly id: string;
  readonly isMadeForSpec: boolean;
}

/** A recreate or a new connection, as a plan asks for it; the container that is there then. Updates have tests of their own. */
async function perform(name: string, found: readonly string[]): Promise<Made | undefined> {
  const spec = after.get(name)?.container;
  const id = ids.get(name) ?? '';
  if (spec === undefined || found.length === 0 || found.some((f) => f.startsWith('update'))) return undefined;
  const { networkNames, volumeNames } = context;
  if (found.some((f) => f.startsWith('recreate'))) {
    const made = await rig.create(spec, { name: `${rig.prefix}-${name}-next`, networkNames, volumeNames });
    return { id: made, isMadeForSpec: true };
  }
  const listed = (await rig.engine.containers()).find((c) => c.id === id);
  for (const network of found.map((f) => f.slice('connect networks.'.length))) {
    const key = Object.keys(networkNames).find((own) => networkNames[own] === network) ?? '';
    const attachment = spec.networks[key];
    if (listed?.networks[network] !== undefined) {
      await rig.perform('disconnectNetwork', { containerId: id, network });
    }
    if (attachment !== undefined)
      await rig.perform('connectNetwork', { containerId: id, network, attachment });
  }
  return { id, isMadeForSpec: false };
}

async function driftOf(
  name: string,
  workload: Workload | undefined,
  { id, isMadeForSpec }: Made = { id: ids.get(name) ?? '', isMadeForSpec: false },
): Promise<string[]> {
  const previous = before.get(name);
  const mask = { secretKeys: new Set<string>(), digest: (value: string) => value };
  const detail = await rig.engine.inspect(id, mask);
  if (workload === undefined || previous === undefined || detail === undefined) throw new Error(`no ${name}`);
  const found = fieldDrift(workload, detail, { ...context, previous, isMadeForSpec });
  return found.map(({ act, field }) => `${act} ${field}`);
}

describe('one attribute is changed', () => {
  test.each(Object.entries(changes))('%s', async (name, { field, act }) => {
    expect(await driftOf(name, before.get(name)), 'as it was made').toEqual([]);
    const expected = act === 'none' ? [] : [`${act} ${filled(field)}`];
    const found = await driftOf(name, after.get(name));
    expect(found, 'after the change').toEqual(expected);
    const made = await perform(name, found);
    if (made !== undefined) expect(await driftOf(name, after.get(name), made), 'after the act').toEqual([]);
  });
});

test('every attribute of a service has a row, or a reason to have none', async () => {
  const known = new Set([...Object.keys(elsewhere), ...Object.keys(withoutRow)]);
  for (const { from } of Object.values(changes)) {
    for (const key of Object.keys(parse(`{image: i, ${from}}`) as object)) known.add(key);
  }
  expect((await serviceKeys()).filter((key) => !known.has(key))).toEqual([]);
});
