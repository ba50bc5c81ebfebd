// The law against endless loops: what reeve creates reads back as it was declared, field by field, on a real engine.

import { mkdir, readdir, rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ContainerSpec } from '../../../desired-state/container-spec.ts';
import type { Workload } from '../../../desired-state/resource.ts';
import { fieldDrift } from '../../../reconcilers/drift.ts';
import type { DriftContext } from '../../../reconcilers/drift-field.ts';
import { emptySpec, openRig, type Rig } from '../../support/rig.ts';

import { type Names, type Row, resourceRows, rows } from './round-trip-rows.ts';

let rig: Rig;
let names: Names;

beforeAll(async () => {
  rig = await openRig();
  names = {
    networkA: `${rig.prefix}-a`,
    networkB: `${rig.prefix}-b`,
    outside: `${rig.prefix}-c`,
    volume: `${rig.prefix}-v`,
    peer: `${rig.prefix}-peer`,
    folder: `/tmp/${rig.prefix}`,
    disk: await blockDevice(),
  };
  const base = {
    origin: 'x',
    labels: {},
    protect: false,
    drift: { mode: 'heal', fields: {} },
    external: false,
  } as const;
  const position = { file: 'x', line: 1, column: 1 };
  for (const [name, subnet] of [
    [names.networkA, '10.213.7.0/24'],
    [names.networkB, '10.213.8.0/24'],
    [names.outside, '10.213.9.0/24'],
  ] as const) {
    await rig.perform('createNetwork', {
      network: {
        ...base,
        kind: 'Network',
        position,
        name,
        engineName: name,
        driverOpts: {},
        ipam: { config: [{ subnet }] },
      },
    });
  }
  await rig.perform('createVolume', {
    volume: {
      ...base,
      kind: 'Volume',
      position,
      name: names.volume,
      engineName: names.volume,
      driverOpts: {},
    },
  });
  const peer = await rig.create(
    { ipcMode: 'shareable', mounts: [{ type: 'volume', target: '/shared' }] },
    { name: names.peer },
  );
  await rig.perform('startContainer', { containerId: peer, files: [] });
  await mkdir(names.folder);
});

afterAll(async () => {
  await rig.close();
  await rm(names.folder, { recursive: true, force: true });
});

const table = Object.entries<readonly Row[]>({ ...rows, ...resourceRows }).flatMap(([field, list]) =>
  list.map((row) => ({
    field,
    row,
    title: `${field} ${JSON.stringify(typeof row.set === 'function' ? '…' : row.set)}`,
  })),
);

describe.concurrent('what is created reads back as declared', () => {
  test.each(table)('$title', async ({ field, row }) => {
    const spec: ContainerSpec = {
      ...emptySpec,
      ...(typeof row.set === 'function' ? row.set(names) : row.set),
    };
    const id = await rig.create(spec);
    expect(await driftOf(id, spec), 'created').toEqual([]);
    if (row.start) {
      await rig.perform('startContainer', { containerId: id, files: [] });
      expect(await driftOf(id, spec), 'started').toEqual([]);
    }
    // The comparison would be worth nothing if it saw no difference where there is one.
    const bare = await rig.create({});
    const seen = await driftOf(bare, spec);
    const wanted = row.shows ?? (field in resourceRows ? `resources.${field}` : field);
    if (wanted === false) expect(seen).toEqual([]);
    else
      expect(
        seen.some((f) => f === wanted || (wanted.endsWith('*') && f.startsWith(wanted.slice(0, -1)))),
      ).toBe(true);
    for (const container of [id, bare]) {
      await rig.perform('stopContainer', { containerId: container, graceMs: 0 });
      await rig.perform('removeContainer', { containerId: container, name: container, volumes: true });
    }
  });
});

async function blockDevice(): Promise<string> {
  const [name] = await readdir('/sys/block');
  return `/dev/${name ?? ''}`;
}

async function driftOf(id: string, spec: ContainerSpec): Promise<string[]> {
  const mask = { secretKeys: new Set<string>(), digest: (value: string) => value };
  const detail = await rig.engine.inspect(id, mask);
  if (detail === undefined) throw new Error('gone');
  const listed = await rig.engine.containers();
  const imageId = listed.find((c) => c.id === id)?.imageId ?? '';
  const own = (name: string): [string, string] => [name, name];
  const context: DriftContext = {
    networkNames: Object.fromEntries([names.networkA, names.networkB].map(own)),
    ourNetworks: new Set([names.networkA, names.networkB]),
    volumeNames: {},
    pins: {},
    imageId,
    containerNames: new Map(listed.map((c) => [c.id, c.name])),
    apiVersion: (await rig.engine.info()).apiVersion,
  };
  return fieldDrift(workloadOf(spec), detail, context).map((d) => d.field);
}

function workloadOf(container: ContainerSpec): Workload {
  return {
    kind: 'Service',
    name: 'x',
    position: { file: 'x', line: 1, column: 1 },
    origin: 'x',
    labels: {},
    protect: false,
    drift: { mode: 'heal', fields: {} },
    tier: 'standard',
    containerName: 'x',
    container,
    dependsOn: [],
    files: [],
    lifecycle: 'service',
    positions: {},
  };
}
