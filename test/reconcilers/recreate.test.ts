// A recreate: the old container is kept until the new one is ready, wherever it is cut off.

import { describe, expect, test } from 'vitest';
import type { Facts } from '../../reconcilers/facts.ts';
import type { ObservedContainer } from '../../reconcilers/observed.ts';
import { specHash } from '../../reconcilers/spec-hash.ts';
import { exited, web } from '../support/keeping.ts';
import {
  condition,
  detailOf,
  facts,
  live,
  look,
  noon,
  on,
  planOf,
  revision,
  service,
} from '../support/make.ts';

describe('a recreate', () => {
  const two = service('web', { container: { image: 'app:2' } });
  const r = revision([two]);
  const old = live(web, { detail: detailOf(web) });
  const waiting = { ...old, name: `shop-web-1.replaced-${old.id.slice(0, 12)}` };
  const passing = live(two, {
    id: 'b'.repeat(64),
    name: `shop-web-1.replacing-${old.id.slice(0, 12)}`,
    state: 'created',
    createdAt: noon - 1_000,
  });
  const successor = (parts: Partial<ObservedContainer> = {}) =>
    live(two, { id: 'b'.repeat(64), createdAt: noon - 1_000, ...parts });

  test('renames nothing that runs', () => {
    const { steps } = planOf({ revision: r, observed: look(r, [old]) });
    const stopped = steps.findIndex((s) => s.op === 'stopContainer');
    const renamed = steps.findIndex((s) => s.op === 'renameContainer');
    const started = steps.findIndex((s) => s.op === 'startContainer');
    expect(stopped).toBeLessThan(renamed);
    expect(steps.findLastIndex((s) => s.op === 'renameContainer')).toBeLessThan(started);
  });

  test('keeps the old one, renamed and without its restart policy, until the new one is ready', () => {
    const plan = planOf({ revision: r, observed: look(r, [old]) });
    expect(plan.steps.map((s) => s.op)).toEqual([
      'createContainer',
      'updateContainer',
      'stopContainer',
      'renameContainer',
      'renameContainer',
      'startContainer',
    ]);
    expect(plan.steps[0]).toMatchObject({
      args: { name: passing.name },
      cause: { reason: 'SpecChanged', fields: [{ field: 'image', old: 'app:1', new: 'app:2' }] },
    });
    expect(plan.steps[1]).toMatchObject({ args: { containerId: old.id, restart: { name: 'no' } } });
    expect(plan.steps[3]).toMatchObject({ args: { containerId: old.id, name: waiting.name } });
    expect(plan.steps[4]?.args).toEqual({ name: 'shop-web-1' });
    for (const [index, step] of plan.steps.slice(1).entries())
      expect(step.after).toContain(plan.steps[index]?.id);
  });

  const crashes: readonly [
    name: string,
    containers: readonly ObservedContainer[],
    known: Partial<Facts>,
    steps: readonly string[],
  ][] = [
    ['after the create: the new one, which never ran, goes', [old, passing], {}, ['removeContainer']],
    [
      'after the create, with the store lost: it goes as well',
      [old, { ...passing, labels: { ...passing.labels, 'reeve.container': 'shop-web-1' } }],
      {},
      ['removeContainer'],
    ],
    [
      'after the stop: as well, and the old one stays where it is until then',
      [{ ...old, ...exited(0) }, passing],
      {},
      ['removeContainer'],
    ],
    ['after the old one gave its name up: as well', [waiting, passing], {}, ['removeContainer']],
    ['with the old one gone meanwhile: the new one goes as well', [passing], {}, ['removeContainer']],
    [
      'after the rename: goes on',
      [waiting],
      {},
      ['updateContainer', 'createContainer', 'stopContainer', 'startContainer'],
    ],
    [
      'after both renames: the new one is started',
      [
        { ...waiting, detail: detailOf(web, {}, { restart: { name: 'no' } }) },
        successor({ state: 'created', detail: detailOf(two) }),
      ],
      {},
      ['stopContainer', 'startContainer'],
    ],
    [
      'while the new one starts: waits',
      [{ ...waiting, state: 'exited' }, successor({ health: 'starting' })],
      {},
      [],
    ],
    [
      'when the new one is ready: the old one goes',
      [{ ...waiting, state: 'exited' }, successor({ createdAt: noon - 60_000 })],
      {},
      ['removeContainer'],
    ],
    [
      'when the new one exits: the old one comes back',
      [{ ...waiting, state: 'exited' }, successor({ ...exited(1), detail: detailOf(two) })],
      {},
      ['removeContainer', 'renameContainer', 'updateContainer', 'startContainer'],
    ],
    [
      'when the new one ended with the engine (a reboot): it is started again, and has its time again',
      [
        { ...waiting, ...exited(0), detail: detailOf(web, {}, { restart: { name: 'no' } }) },
        successor({ ...exited(255), createdAt: noon - 700_000, detail: detailOf(two) }),
      ],
      { stops: { ['b'.repeat(64)]: { at: noon - 1_000, by: 'engine', exitCode: 255 } } },
      ['startContainer'],
    ],
    [
      'when the new one could not be started: the old one comes back',
      [{ ...waiting, state: 'exited' }, successor({ state: 'created', detail: detailOf(two) })],
      {
        failures: {
          'Service/web': { reason: 'CommandNotFound', message: 'no such program', at: noon, count: 1 },
        },
      },
      ['removeContainer', 'renameContainer', 'updateContainer', 'startContainer'],
    ],
    [
      'when the new one is not ready by the deadline: the old one comes back',
      [{ ...waiting, state: 'exited' }, successor({ health: 'starting', createdAt: noon - 700_000 })],
      {},
      ['stopContainer', 'removeContainer', 'renameContainer', 'updateContainer', 'startContainer'],
    ],
    [
      'when it was made long ago and a reboot has started it again: it has its time again',
      [
        { ...waiting, state: 'exited' },
        successor({
          health: 'starting',
          createdAt: noon - 700_000,
          detail: { ...detailOf(two), startedAt: noon - 5_000 },
        }),
      ],
      {},
      [],
    ],
    [
      'when it failed before and the new one is gone: the old one comes back',
      [waiting],
      { failedReplacements: { 'Service/web': { specHash: specHash(two), at: 1, message: 'x' } } },
      ['renameContainer', 'updateContainer'],
    ],
  ];
  test.each(crashes)('%s', (_, containers, known, steps) => {
    const plan = planOf({ revision: r, observed: look(r, containers), facts: facts(known) });
    expect(plan.steps.map((s) => s.op)).toEqual(steps);
  });

  test('that could not be started says why, in the words of the engine', () => {
    const failure = {
      reason: 'CommandNotFound',
      message: 'exec: "nosuch": not found in $PATH',
      at: noon,
      count: 1,
    };
    const plan = planOf({
      revision: r,
      observed: look(r, [{ ...waiting, state: 'exited' }, successor({ state: 'created' })]),
      facts: facts({ failures: { 'Service/web': failure } }),
    });
    const { message } = condition(plan, 'Service/web', 'Degraded');
    expect(message).toContain('CommandNotFound: exec: "nosuch": not found in $PATH; the old one comes back');
  });

  test('the manifest is what it was again: the old one comes back', () => {
    const back = revision([web]);
    const plan = planOf({ revision: back, observed: look(back, [{ ...waiting, state: 'exited' }]) });
    expect(plan.steps.map((s) => s.op)).toEqual(['renameContainer', 'updateContainer', 'startContainer']);
  });

  test('that failed for this spec is not tried again, and the old one runs on', () => {
    const failed = {
      'Service/web': { specHash: specHash(two), at: noon - 1, message: 'it exited with status 1' },
    };
    const plan = planOf({
      revision: r,
      observed: look(r, [old]),
      facts: facts({ failedReplacements: failed }),
    });
    expect(plan.steps).toEqual([]);
    expect(condition(plan, 'Service/web', 'Degraded')).toMatchObject({
      reason: 'ReplacementFailed',
      message: expect.stringContaining('status 1'),
    });
    expect(condition(plan, 'Service/web', 'Ready').status).toBe(true);
  });

  test('is forbidden by protect, and told', () => {
    const safe = service('web', { protect: true, container: { image: 'app:2' } });
    const p = revision([safe]);
    const plan = planOf({ revision: p, observed: look(p, [old]) });
    expect(plan.steps).toEqual([]);
    expect(condition(plan, 'Service/web', 'Degraded')).toMatchObject({ reason: 'Protected' });
  });

  test('pulls a missing image before the old one is touched', () => {
    const plan = planOf({ revision: r, observed: look(r, [old], { images: {} }) });
    expect(plan.steps.slice(0, 2)).toMatchObject([
      { op: 'pullImage' },
      { op: 'createContainer', after: ['Service/web:pullImage'] },
    ]);
  });

  test('a tag that means another image than when it came in force is made by what it meant', () => {
    const pins = { 'app:1': 'sha256:then' };
    const plan = planOf({
      revision: revision([web]),
      observed: look(revision([web]), [], {
        images: { 'app:1': 'sha256:now', 'sha256:then': 'sha256:then' },
      }),
      facts: facts({ pins }),
    });
    expect(plan.steps[0]).toMatchObject({ op: 'createContainer', args: { imageId: 'sha256:then' } });
  });

  test('moves anonymous volumes along', () => {
    const detail = detailOf(web, { anonymousVolumes: { '/data': 'v1' } });
    const plan = planOf({ revision: r, observed: look(r, [{ ...old, detail }]) });
    expect(plan.steps.find((s) => s.op === 'createContainer')).toMatchObject({
      args: { inheritVolumes: { '/data': 'v1' } },
    });
  });

  test('waits until its dependencies are ready: the old one is not stopped for nothing', () => {
    const db = service('db');
    const user = service('web', { dependsOn: [on('Service/db')], container: { image: 'app:2' } });
    const both = revision([db, user]);
    const plan = planOf({ revision: both, observed: look(both, [live(db, exited(1)), old]) });
    expect(plan.steps.find((s) => s.op === 'createContainer')?.needs).toEqual([
      { ref: 'Service/db', condition: 'ready' },
    ]);
  });
});
