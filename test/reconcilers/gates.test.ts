// What a start waits for: dependencies always; lower tiers only while this plan brings them up and they have not failed.

import { describe, expect, test } from 'vitest';
import type { Ref } from '../../desired-state/resource.ts';
import type { Plan } from '../../reconcilers/plan.ts';
import { detailOf, facts, live, look, noon, on, planOf, revision, service } from '../support/make.ts';

const needsOf = (plan: Plan, ref: Ref) =>
  plan.steps
    .find((s) => s.ref === ref && s.op === 'startContainer')
    ?.needs.map((n) => `${n.ref} ${n.condition}`);
const waveOf = (plan: Plan, ref: Ref) => plan.steps.find((s) => s.ref === ref)?.wave;

const db = service('db', { tier: 'core' });
const guard = service('guard', { tier: 'critical' });
const bot = service('bot');
const detailOfDb = detailOf(db);

describe('tiers', () => {
  test('start core, then critical, then standard', () => {
    const r = revision([bot, guard, db]);
    const plan = planOf({ revision: r, observed: look(r, []) });
    expect(['Service/db', 'Service/guard', 'Service/bot'].map((ref) => waveOf(plan, ref as Ref))).toEqual([
      1, 2, 3,
    ]);
    expect(needsOf(plan, 'Service/bot')).toEqual(['Service/db ready', 'Service/guard ready']);
    expect(plan.steps.find((s) => s.id === 'Service/bot:createContainer')?.needs).toEqual([]);
  });

  test('one that was started and is not ready yet still gates', () => {
    const r = revision([bot, guard]);
    const plan = planOf({ revision: r, observed: look(r, [live(guard, { health: 'starting' })]) });
    expect(needsOf(plan, 'Service/bot')).toEqual(['Service/guard ready']);
  });

  test('one that has failed does not hold up the others', () => {
    const r = revision([bot, guard]);
    const attempts = { 'Service/guard': { at: [noon], notBefore: noon + 9_000, lastFailure: 'x' } };
    const plan = planOf({
      revision: r,
      observed: look(r, [live(guard, { state: 'exited', exitCode: 1 })]),
      facts: facts({ attempts }),
    });
    expect(needsOf(plan, 'Service/bot')).toEqual([]);
  });

  test('nor does one that waits for a broken dependency', () => {
    const needy = service('guard', { tier: 'critical', dependsOn: [on('Service/db')] });
    const r = revision([bot, needy, db]);
    const attempts = { 'Service/db': { at: [noon], notBefore: noon + 9_000, lastFailure: 'x' } };
    const plan = planOf({
      revision: r,
      observed: look(r, [live(db, { state: 'exited', exitCode: 1 })]),
      facts: facts({ attempts }),
    });
    expect(needsOf(plan, 'Service/bot')).toEqual([]);
    expect(needsOf(plan, 'Service/guard')).toEqual(['Service/db ready']);
  });

  test('what a lower tier depends on belongs to that tier: neither waits for the other', () => {
    const core = service('db', { tier: 'core', dependsOn: [on('Service/bot')] });
    const r = revision([core, bot, guard]);
    const plan = planOf({ revision: r, observed: look(r, []) });
    expect(needsOf(plan, 'Service/bot')).toEqual([]);
    expect(needsOf(plan, 'Service/db')).toEqual(['Service/bot ready']);
  });
});

describe('dependencies', () => {
  const user = (condition: 'ready' | 'started' | 'completed', required = true) =>
    service('user', { dependsOn: [on('Service/db', { condition, required })] });
  const job = service('db', { tier: 'core', lifecycle: 'job', container: { restart: { name: 'no' } } });

  test('ready: not in the pass that starts it', () => {
    const r = revision([user('ready'), db]);
    const plan = planOf({ revision: r, observed: look(r, []) });
    expect(needsOf(plan, 'Service/user')).toContain('Service/db ready');
  });

  test('that this plan recreates is not ready, though its old container is', () => {
    const two = service('db', { tier: 'core', container: { image: 'app:2' } });
    const r = revision([user('ready'), two]);
    const labels = { ...live(db).labels };
    const plan = planOf({
      revision: r,
      observed: look(r, [live(two, { labels, image: 'app:1', detail: detailWith('app:1') })]),
    });
    expect(needsOf(plan, 'Service/user')).toContain('Service/db ready');
    expect(plan.steps.find((s) => s.id === 'Service/user:startContainer')?.after).toContain(
      'Service/db:startContainer',
    );
  });

  test('completed: only when the job is done', () => {
    const r = revision([user('completed'), job]);
    const given = (container: Parameters<typeof live>[1]) =>
      needsOf(planOf({ revision: r, observed: look(r, [live(job, container)]) }), 'Service/user');
    expect(given({})).toEqual(['Service/db completed']);
    expect(given({ state: 'exited', exitCode: 0 })).toEqual([]);
  });

  test('not required: waited for while it comes up, not once it is broken', () => {
    const r = revision([user('ready', false), service('db')]);
    expect(needsOf(planOf({ revision: r, observed: look(r, []) }), 'Service/user')).toEqual([
      'Service/db ready',
    ]);
    const attempts = { 'Service/db': { at: [noon], notBefore: noon + 9_000, lastFailure: 'x' } };
    const broken = look(r, [live(service('db'), { state: 'exited', exitCode: 1 })]);
    expect(
      needsOf(planOf({ revision: r, observed: broken, facts: facts({ attempts }) }), 'Service/user'),
    ).toEqual([]);
  });

  test('apply NAME acts on it and what it depends on, and on nothing else', () => {
    const r = revision([user('ready'), db, bot]);
    const plan = planOf({ revision: r, observed: look(r, []), names: ['user'], mode: 'apply' });
    expect(new Set(plan.steps.map((s) => s.ref))).toEqual(new Set(['Service/db', 'Service/user']));
    expect(planOf({ revision: r, observed: look(r, []), names: ['usr'] }).warnings).toMatchObject([
      { reason: 'UnknownName' },
    ]);
  });
});

function detailWith(image: string) {
  return { ...detailOfDb, spec: { ...detailOfDb.spec, image } };
}
