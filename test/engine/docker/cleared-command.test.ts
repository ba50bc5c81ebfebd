// `command: []` and `entrypoint: []` clear what the image has, absent ones leave it: on a real engine, and read back
// without a difference.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ContainerSpec } from '../../../desired-state/container-spec.ts';
import { fieldDrift } from '../../../reconcilers/drift.ts';
import { ensureEngine } from '../../support/engine.ts';
import { ensureTestImage } from '../../support/images.ts';
import { service } from '../../support/make.ts';
import { openRig, type Rig } from '../../support/rig.ts';

let rig: Rig;
let image: string;
beforeAll(async () => {
  await ensureTestImage((await ensureEngine()).socket);
  rig = await openRig();
  // An image with both, made from a container.
  image = `${rig.prefix}-both:1`;
  const id = await rig.create({ entrypoint: ['echo'], command: ['image'] });
  await rig.ask('POST', `/commit?container=${id}&repo=${rig.prefix}-both&tag=1`);
});
afterAll(async () => {
  await rig.close();
  await rig.ask('DELETE', `/images/${image}`);
});

const rows: readonly [string, Partial<ContainerSpec>, readonly string[]][] = [
  ['absent: both of the image', {}, ['echo', 'image']],
  ['entrypoint: [] leaves the image’s command', { entrypoint: [] }, ['image']],
  ['entrypoint: [] with a command', { entrypoint: [], command: ['ls', '/'] }, ['ls', '/']],
  ['command: [] leaves the image’s entrypoint', { command: [] }, ['echo']],
  ['command: [] beside an own entrypoint', { entrypoint: ['ls'], command: [] }, ['ls']],
];

test.for(rows)('%s', async ([, spec, words]) => {
  const id = await rig.create({ image, ...spec });
  const found = (await rig.ask('GET', `/containers/${id}/json`)) as { Path: string; Args: string[] };
  expect([found.Path, ...found.Args]).toEqual(words);
  const detail = await rig.engine.inspect(id, { secretKeys: new Set(), digest: String });
  if (detail === undefined) throw new Error('it is gone');
  const context = { networkNames: {}, volumeNames: {}, pins: {} };
  const differing = fieldDrift(service('x', { container: { image, ...spec } }), detail, context);
  expect(differing.map((d) => d.field).filter((f) => f === 'command' || f === 'entrypoint')).toEqual([]);
});
