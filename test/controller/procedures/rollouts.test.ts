// What passes are told to aim at while one procedure takes the place of another, over a real store and the real runner.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import type { Engine } from '../../../controller/engine.ts';
import { Rollouts } from '../../../controller/procedures/rollouts.ts';
import { Runner } from '../../../controller/procedures/runner.ts';
import { openStore } from '../../../controller/store/sqlite.ts';
import { isWorkload } from '../../../desired-state/resource.ts';
import { defaultPolicy } from '../../../desired-state/revision.ts';
import type { BatchedRestartInput } from '../../../reconcilers/batched-restart/machine.ts';
import type { RecoveryInput } from '../../../reconcilers/complete-recovery/context.ts';
import { pinOf } from '../../../reconcilers/image-key.ts';
import { definitions } from '../../../reconcilers/procedures/index.ts';
import type { RolloutContext } from '../../../reconcilers/rollout/context.ts';
import { rollbackCourse } from '../../../reconcilers/rollout/course.ts';
import { noon, revision, service } from '../../support/make.ts';

const onePerWave = { capToHost: false, rollout: { ...defaultPolicy.rollout, maxUnavailable: { count: 1 } } };
const at = (a: string, b: string) => {
  const versioned = (name: string, v: string) => service(name, { container: { environment: { V: v } } });
  return revision([versioned('a', a), versioned('b', b), service('same')], onePerWave);
};
const [old, next] = [at('1', '1'), at('2', '2')];

/** `next` is half in: `a` has its new form, `b` waits. */
async function halfIn(t: Pick<TestContext, 'onTestFinished'>) {
  const all = await begunOnly(t);
  await all.runner.tell(all.rollouts.underWay?.id ?? '', { type: 'worked', work: 'pull-1' });
  return all;
}

/** Its images are being had. */
async function begunOnly({ onTestFinished }: Pick<TestContext, 'onTestFinished'>) {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-rollouts-'));
  const store = await openStore(join(folder, 'store.db'));
  let made = 0;
  const onError = (error: unknown): never => {
    throw error;
  };
  const runner = new Runner({
    store,
    platform: 'shop',
    definitions,
    now: () => noon,
    newId: (kind) => `${kind}-${++made}`,
    wake: () => undefined,
    halt: () => undefined,
    work: () => new Promise(() => undefined),
    onError,
  });
  onTestFinished(async () => {
    runner.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  await runner.load();
  // Nothing here asks an engine: no revision is capped to its host.
  const engine = {} as Engine;
  const rollouts = new Rollouts({
    engine,
    store,
    runner,
    now: () => noon,
    bringFiles: async () => true,
    onError,
  });
  await store.putInForce(old, 'ana', noon);
  await store.setFacts([{ fact: 'pins', key: 'app:1', value: 'first' }]);
  await rollouts.bringIn(next, 'ana');
  await store.putInForce(next, 'ana', noon);
  const aimed = async (loaded = next) => {
    const { target, back } = await rollouts.aim({ revision: loaded, secrets: new Map() });
    const versions = target.revision.resources.map((r) =>
      'container' in r ? r.container.environment['V'] : '',
    );
    return { versions, back };
  };
  /** The image of each, by what it keeps and by what its tag means. */
  const images = async (loaded = next) => {
    const { target } = await rollouts.aim({ revision: loaded, secrets: new Map() });
    const { pins } = await store.facts();
    return target.revision.resources.filter(isWorkload).map((w) => pinOf({ pins }, w));
  };
  const goBack = async (full = false, target = old, meant = {}) => {
    const course = rollbackCourse(target, meant, await rollouts.runs(), full);
    return () => rollouts.goBack(target, course, 'ana');
  };
  return { store, runner, rollouts, aimed, images, goBack };
}

test('while its images are had all is as it was, and a rollback finds it so', async (t) => {
  const { rollouts, aimed, goBack } = await begunOnly(t);
  const asItWas = { versions: ['1', '1', undefined], back: false };
  expect(await aimed()).toEqual(asItWas);
  expect((await rollouts.runs()).forms.get('Service/a')?.revision).toBe(old.id);
  await (await goBack(true))();
  expect(await aimed()).toEqual(asItWas);
});

test('what it would go back to has the images that its tags mean, also where a rollout had pulled them', async (t) => {
  const { rollouts } = await begunOnly(t);
  const context = rollouts.underWay?.machine.context as RolloutContext;
  expect(context.images).toEqual({ 'app:1': { id: 'first' } });
});

test('a rollback given up before anything has gone back lets the revision come in by waves', async (t) => {
  const { rollouts, aimed, goBack } = await halfIn(t);
  const { id } = await (await goBack())();
  await rollouts.say(id, { type: 'abort' }, 'ana');
  expect(rollouts.underWay).toMatchObject({ kind: 'rollout', by: 'ana', machine: { state: 'pulling' } });
  expect(await aimed()).toEqual(half);
  expect(rollouts.underWay?.machine.context).toMatchObject({
    revision: next.id,
    before: old.id,
    waves: [{ refs: ['Service/a'] }, { refs: ['Service/b'] }],
  });
});

const half = { versions: ['2', '1', undefined], back: false };

test('while a rollback takes the place of a rollout, and until it may go back, nothing more comes in', async (t) => {
  const { runner, aimed, goBack } = await halfIn(t);
  expect(await aimed()).toEqual(half);
  const begin = await goBack();
  let isBegun = false;
  const begun = begin().finally(() => {
    isBegun = true;
  });
  while (!isBegun) {
    expect(await aimed()).toEqual(half);
    await new Promise(setImmediate);
  }
  const { id } = await begun;
  expect(runner.running.map((r) => r.id)).toEqual([id]);
  expect(await aimed()).toEqual(half);
  // Also where newer manifests are loaded by now: nothing is removed for it.
  expect(await aimed(at('3', '3'))).toEqual(half);
  await runner.tell(id, { type: 'worked', work: 'prepare-1', mismatches: ['too new'] });
  expect(await aimed()).toEqual(half);
  await runner.say(id, { type: 'decide', choice: 'continue' }, 'ana');
  expect(await aimed()).toEqual({ versions: ['1', '1', undefined], back: true });
});

test('a rollback ends a rollout also where nothing that it brought in changes', async (t) => {
  const { runner, goBack } = await halfIn(t);
  const { id } = await (await goBack(false, at('2', '1')))();
  expect(runner.running.map((r) => r.id)).toEqual([id]);
});

test('a rollback that cannot begin leaves the rollout as it is', async (t) => {
  const { runner, rollouts, aimed, goBack } = await halfIn(t);
  const wider: RecoveryInput = {
    ...{ by: 'bob', batches: [{ tier: 'standard', refs: ['Service/same'] }], kept: [], core: [] },
    ...{ settleMs: 0, timeoutMs: 1, stopTimeoutMs: 1, diskPercent: 90, memoryBytes: 0, maxFailures: 1 },
  };
  const begin = await goBack(true);
  await runner.start('complete-recovery', wider, 'bob');
  await expect(begin()).rejects.toThrow(/complete-recovery/);
  expect(rollouts.underWay?.machine.state).toBe('rolling');
  expect(await aimed()).toEqual(half);
});

test('a rollback during a rollout that goes back already goes on from what that goes back to', async (t) => {
  const { runner, rollouts } = await halfIn(t);
  const id = rollouts.underWay?.id ?? '';
  await runner.tell(id, { type: 'seen', ready: [], failed: { 'Service/a': 'no' } });
  expect((await rollouts.runs()).forms.get('Service/a')?.revision).toBe(next.id);
  await runner.tell(id, { type: 'worked', work: 'prepare-2', mismatches: [] });
  const { revision: runs, forms } = await rollouts.runs();
  expect([runs.id, forms.get('Service/a')?.revision]).toEqual([old.id, old.id]);
});

test('a newer revision on the way takes nothing down beside what is down already', async (t) => {
  const { runner, rollouts, aimed } = await halfIn(t);
  const id = rollouts.underWay?.id ?? '';
  const says = (type: string, more = {}) => runner.tell(id, { type, ...more });
  // Another one comes while the images of the first are had: what is down is known still.
  for (const b of ['3', '4']) await rollouts.bringIn(at('2', b), 'ana');
  const newest = at('2', '4');
  const waits = { versions: ['2', '1', undefined], back: false };
  const context = rollouts.underWay?.machine.context as RolloutContext | undefined;
  await says('worked', { work: `pull-${context?.asked}` });
  expect(rollouts.underWay?.machine).toMatchObject({ state: 'rolling', context: { revision: newest.id } });
  expect(await aimed(newest)).toEqual(waits);
  await says('seen', { ready: ['Service/a'], failed: {} });
  expect(await aimed(newest)).toEqual({ versions: ['2', '4', undefined], back: false });
});

test('a rollout that takes the place of a batched restart takes nothing down beside its batch', async (t) => {
  const { runner, rollouts } = await begunOnly(t);
  await runner.say(rollouts.underWay?.id ?? '', { type: 'abort' }, 'ana');
  const batches = (['Service/same', 'Service/a'] as const).map((ref) => ({
    tier: 'standard' as const,
    refs: [ref],
  }));
  const input: BatchedRestartInput = { by: 'bob', batches, settleMs: 0, timeoutMs: 60_000, maxFailures: 1 };
  await runner.start('batched-restart', input, 'bob');
  await rollouts.bringIn(at('3', '3'), 'ana');
  expect(rollouts.underWay?.machine.context).toMatchObject({
    waves: [{ refs: ['Service/same'] }, { refs: ['Service/a'] }, { refs: ['Service/b'] }],
  });
});

test('a pass that was made before a newer revision came on the way brings in nothing more of the older one', async (t) => {
  const { runner, rollouts, aimed } = await halfIn(t);
  const id = rollouts.underWay?.id ?? '';
  await rollouts.bringIn(at('2', '3'), 'ana');
  expect(await aimed(next)).toEqual(half);
  await runner.tell(id, { type: 'worked', work: 'pull-3' });
  expect(rollouts.underWay?.machine.state).toBe('rolling');
  expect(await aimed(next)).toEqual(half);
});

test('a rollback changes what a tag means wave by wave, and once it has ended nothing keeps another image', async (t) => {
  const { store, runner, rollouts, images, goBack } = await begunOnly(t);
  const says = (type: string, more = {}) => runner.tell(rollouts.underWay?.id ?? '', { type, ...more });
  await says('abort', { by: 'ana' });
  await store.setFacts([
    { fact: 'pins', key: 'app:1', value: 'new' },
    { fact: 'digests', key: 'app:1', value: 'of new' },
  ]);
  await (await goBack(false, old, { 'app:1': { id: 'old' } }))();
  expect(await images()).toEqual(['new', 'new', 'new']);
  await says('worked', { work: 'prepare-1' });
  // By that the newer one would be had again in its place.
  expect((await store.facts()).digests).toEqual({});
  const waves = (rollouts.underWay?.machine.context as RolloutContext | undefined)?.waves ?? [];
  expect(waves.map((w) => w.refs)).toEqual([['Service/a'], ['Service/b'], ['Service/same']]);
  expect(await images()).toEqual(['old', 'new', 'new']);
  await says('seen', { ready: ['Service/a'], failed: {} });
  expect(await images()).toEqual(['old', 'old', 'new']);
  await says('seen', { ready: ['Service/b'], failed: {} });
  await says('seen', { ready: ['Service/same'], failed: {} });
  expect(rollouts.underWay).toBeUndefined();
  expect(await images()).toEqual(['old', 'old', 'old']);
});

test('a rollback that is given up before anything has gone back leaves each with its image', async (t) => {
  const { store, runner, rollouts, images, goBack } = await begunOnly(t);
  await store.setFacts([{ fact: 'pins', key: 'app:1', value: 'new' }]);
  // What waits of the rollout has kept its image from before that.
  await runner.tell(rollouts.underWay?.id ?? '', { type: 'worked', work: 'pull-1' });
  const kept = ['new', 'first', 'new'];
  expect(await images()).toEqual(kept);
  // That one is no wave of the rollback: it runs what that goes back to.
  const { id, machine } = await (await goBack(false, old, { 'app:1': { id: 'first' } }))();
  expect((machine.context as RolloutContext).waves.flatMap((w) => w.refs)).not.toContain('Service/b');
  expect(await images()).toEqual(kept);
  await rollouts.say(id, { type: 'abort' }, 'ana');
  expect(rollouts.underWay?.kind).toBe('rollout');
  expect(await images()).toEqual(kept);
});

test('what waits of a rollout keeps its image, also where a newer one comes on the way or it may go back', async (t) => {
  const { store, runner, rollouts, images } = await halfIn(t);
  const says = (type: string, more = {}) => runner.tell(rollouts.underWay?.id ?? '', { type, ...more });
  await store.setFacts([{ fact: 'pins', key: 'app:1', value: 'new' }]);
  expect(await images()).toEqual(['new', 'first', 'new']);
  // One that comes on the way knows what waits still, and what else is to change by now.
  const update = { pins: { 'app:1': 'newer' }, pulled: new Set<string>() };
  await rollouts.bringIn(at('2', '3'), 'ana', undefined, update);
  const context = rollouts.underWay?.machine.context as RolloutContext | undefined;
  expect(context).toMatchObject({
    waves: [{ refs: ['Service/a'] }, { refs: ['Service/b'] }, { refs: ['Service/same'] }],
    keptImages: { 'Service/a': 'new', 'Service/b': 'first', 'Service/same': 'new' },
  });
  await says('worked', { work: `pull-${context?.asked}` });
  await says('seen', { ready: [], failed: { 'Service/a': 'no' } });
  expect(await images(at('2', '3'))).toEqual(['new', 'first', 'new']);
});
