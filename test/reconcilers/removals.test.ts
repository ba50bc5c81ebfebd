// What is declared no more: what goes, in which order, and what stays.

import { describe, expect, test } from 'vitest';
import { exited, web } from '../support/keeping.ts';
import {
  facts,
  live,
  look,
  network,
  noon,
  on,
  ops,
  planOf,
  revision,
  service,
  source,
  volume,
} from '../support/make.ts';

describe('declared no more', () => {
  const gone = ['a', 'b', 'c', 'd', 'e', 'f'].map((name, index) =>
    service(name, index > 0 ? { dependsOn: [on('Service/a')] } : {}),
  );
  const declared = Object.fromEntries(gone.map((w) => [`Service/${w.name}`, source]));
  const left = (names: string) => revision(gone.filter((w) => names.includes(w.name)));
  const running = gone.map((w) => live(w));

  test('removed after its dependents, where its source is part of the load', () => {
    const r = left('cdef');
    const plan = planOf({
      revision: r,
      previous: revision(gone),
      observed: look(r, running),
      facts: facts({ declared }),
      allowDelete: true,
    });
    expect(ops(plan)).toEqual([
      'stopContainer Service/b',
      'removeContainer Service/b',
      'stopContainer Service/a',
      'removeContainer Service/a',
    ]);
    expect(plan.steps[2]?.after).toEqual([plan.steps[1]?.id]);
  });

  test('removed although its last starts failed: only a removal that failed is waited for', () => {
    const attempts = { at: [noon - 1], notBefore: noon + 60_000, lastFailure: 'no' };
    const failure = { reason: 'StartFailed', message: 'no', at: noon - 1, count: 3 };
    const planWith = (removing: object) =>
      planOf({
        revision: revision([]),
        observed: look(revision([]), [live(web, { state: 'created' })]),
        facts: facts({
          declared: { 'Service/web': source },
          attempts: { 'Service/web': attempts },
          failures: { 'Service/web': { ...failure, ...removing } },
        }),
        mode: 'down',
      });
    expect(ops(planWith({}))).toEqual(['removeContainer Service/web']);
    expect(ops(planWith({ removing: true }))).toEqual([]);
  });

  test('taken down, what has steps in flight is named too, and its network does not stay for it', () => {
    const networks = { shop_default: { networkId: 'net-default', ipAddress: '' } };
    const r = revision([web, network('default')]);
    const observed = look(r, [live(web, { networks })]);
    const plan = planOf({ revision: r, observed, mode: 'down', busy: new Set(['Service/web'] as const) });
    expect(ops(plan)).toEqual([
      'stopContainer Service/web',
      'removeContainer Service/web',
      'removeNetwork Network/default',
    ]);
    expect(plan.warnings).toEqual([]);
  });

  test('taken down, what a protected one uses stays with it, and says so; the rest goes', () => {
    const mounts = [{ type: 'volume' as const, source: 'data', target: '/d' }];
    const guarded = service('guarded', { protect: true, container: { mounts } });
    const networks = { shop_default: { networkId: 'net-default', ipAddress: '' } };
    const r = revision([guarded, web, volume('data'), volume('other'), network('default')]);
    const observed = look(r, [live(guarded, { volumes: ['shop_data'], networks }), live(web)]);
    const plan = planOf({ revision: r, observed, mode: 'down', removeVolumes: true });
    expect(ops(plan)).toEqual([
      'stopContainer Service/web',
      'removeContainer Service/web',
      'removeVolume Volume/other',
    ]);
    expect(plan.warnings.map((w) => `${w.ref} ${w.reason}`).sort()).toEqual([
      'Network/default NetworkInUse',
      'Service/guarded Protected',
      'Volume/data VolumeInUse',
    ]);
  });

  test('a volume that could not be removed is not tried again at once', () => {
    const r = revision([volume('data')]);
    const failure = {
      reason: 'EngineRefused',
      message: 'in use',
      at: noon - 1,
      count: 1,
      removing: true as const,
    };
    const planWith = (notBefore: number) =>
      planOf({
        revision: r,
        observed: look(r, []),
        facts: facts({
          attempts: { 'Volume/data': { at: [noon - 1], notBefore, lastFailure: 'in use' } },
          failures: { 'Volume/data': failure },
        }),
        mode: 'down',
        removeVolumes: true,
      });
    expect(ops(planWith(noon + 1_000))).toEqual([]);
    expect(ops(planWith(noon - 1))).toEqual(['removeVolume Volume/data']);
  });

  test('kept where another source declared it', () => {
    const r = left('bcdef');
    const plan = planOf({
      revision: r,
      observed: look(r, running),
      facts: facts({ declared: { ...declared, 'Service/a': '/other.yaml' } }),
    });
    expect(plan.steps).toEqual([]);
    expect(plan.warnings).toMatchObject([{ ref: 'Service/a', reason: 'NotPruned' }]);
  });

  test.each([
    ['more than maxDelete: nothing goes', 'cdef', true],
    ['no more than maxDelete: it goes', 'bcdef', false],
    ['an empty load: nothing goes', '', true],
  ])('%s', (_, names, blocked) => {
    const r = left(names);
    const plan = planOf({
      revision: r,
      observed: look(r, running),
      facts: facts({ declared }),
      mode: 'apply',
    });
    expect(plan.blocked?.reason).toBe(blocked ? 'DeletionBlocked' : undefined);
    expect(plan.steps.length > 0).toBe(!blocked);
  });

  test('while keeping, too many deletions are a warning and everything else goes on', () => {
    const r = left('ef');
    const broken = running.map((c) => (c.name === 'shop-f-1' ? { ...c, ...exited(1) } : c));
    const plan = planOf({ revision: r, observed: look(r, broken), facts: facts({ declared }) });
    expect(ops(plan)).toEqual(['startContainer Service/f']);
    expect(plan.warnings).toMatchObject([{ reason: 'DeletionBlocked' }]);
  });

  test('a protected one stays, and is told', () => {
    const kept = live(service('a', { protect: true }), {
      labels: { ...live(gone[0] ?? web).labels, 'reeve.protect': 'true' },
    });
    const r = left('bcdef');
    const plan = planOf({
      revision: r,
      observed: look(r, [kept, ...running.slice(1)]),
      facts: facts({ declared }),
    });
    expect(plan.steps).toEqual([]);
    expect(plan.warnings).toMatchObject([{ reason: 'Protected' }]);
  });
});
