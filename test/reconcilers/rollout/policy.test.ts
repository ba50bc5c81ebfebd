// What a rollout goes by: which workloads change, in which waves, what passes aim at meanwhile, when a revision is stable
// and which one a rollback goes back to.

import { describe, expect, test } from 'vitest';
import type { Ref, Resource } from '../../../desired-state/resource.ts';
import { defaultPolicy, type RolloutPolicy } from '../../../desired-state/revision.ts';
import { rollbackTarget } from '../../../reconcilers/rollback/target.ts';
import { compose } from '../../../reconcilers/rollout/aim.ts';
import { changedRefs, formsOf, formsUnderWay } from '../../../reconcilers/rollout/changes.ts';
import type { RolloutContext } from '../../../reconcilers/rollout/context.ts';
import { rollbackCourse, rolloutCourse } from '../../../reconcilers/rollout/course.ts';
import { insteadOf, overtakenBy } from '../../../reconcilers/rollout/quarantine.ts';
import { stabilityOf } from '../../../reconcilers/rollout/stability.ts';
import { agent, facts, network, noon, on, revision, service } from '../../support/make.ts';

const v = (version: string) => ({ container: { environment: { V: version } } });

function wavesOf(
  before: readonly Resource[],
  next: readonly Resource[],
  policy: Partial<RolloutPolicy> = {},
) {
  const old = revision(before);
  const now = revision(next, { rollout: { ...defaultPolicy.rollout, ...policy } });
  const { waves } = rolloutCourse(now, { revision: old, images: {}, pins: {}, forms: formsOf(old) });
  return waves.map((w) => `${w.canary === true ? 'canary ' : ''}${w.refs.join(' ')}`);
}

describe('waves', () => {
  test('have what changed or is new, by tier and dependency, and nothing else', () => {
    const all = (version: string) => [
      service('db', { tier: 'core', ...v(version) }),
      service('api', { dependsOn: [on('Service/db')], ...v(version) }),
      service('web', { dependsOn: [on('Service/api')], ...v(version) }),
      service('same'),
    ];
    expect(wavesOf(all('1'), [...all('2'), service('new')])).toEqual([
      'Service/db',
      'Service/new Service/api',
      'Service/web',
    ]);
  });

  test('change no more of tier standard at once than the policy lets', () => {
    const all = (version: string) => ['a', 'b', 'c', 'd', 'e'].map((name) => service(name, v(version)));
    expect(
      wavesOf(all('1'), all('2'), { maxUnavailable: { count: 2 } }).map((w) => w.split(' ').length),
    ).toEqual([2, 2, 1]);
    expect(wavesOf(all('1'), all('2'), { maxUnavailable: { percent: 1 } })).toHaveLength(5);
  });

  test('begin in tier standard with one of each class and one service, where a canary is asked for', () => {
    const all = (version: string) => [
      service('db', { tier: 'core', ...v(version) }),
      ...['x1', 'x2', 'x3'].map((name) => agent(name, { agentClass: 'x', ...v(version) })),
      agent('alone', { agentClass: 'y', ...v(version) }),
    ];
    expect(wavesOf(all('1'), all('2'), { canaryMs: 1 })).toEqual([
      'Service/db',
      'canary Agent/x1',
      expect.stringMatching(/^(?!.*x1).*alone.*$/),
    ]);
  });

  test('of a revision on the way of another begin with what that has taken down: no others go down beside it', () => {
    const all = (version: string, changed: string) => [
      service('db', { tier: 'core', ...v('1') }),
      ...['a', 'b', 'c', 'd', 'lib'].map((name) => service(name, v(name === changed ? '3' : version))),
      service('z', { dependsOn: [on('Service/lib')], ...v(version) }),
    ];
    const next = revision(all('2', 'lib'), {
      rollout: { ...defaultPolicy.rollout, maxUnavailable: { count: 2 } },
    });
    const course = (underWay: readonly Ref[]) =>
      rolloutCourse(next, {
        revision: revision(all('1', '')),
        images: {},
        pins: {},
        forms: new Map([...formsOf(revision(all('1', ''))), ...underWayForms(underWay)]),
        underWay,
      });
    const underWayForms = (refs: readonly Ref[]) =>
      [...formsOf(revision(all('2', '')))].filter(([ref]) => refs.includes(ref));
    expect(course(['Service/c', 'Service/d']).waves.map((w) => w.refs)).toEqual([
      ['Service/c', 'Service/d'],
      ['Service/a', 'Service/b'],
      ['Service/lib'],
      ['Service/z'],
    ]);
    // With what it needs, or it would never be ready.
    expect(course(['Service/z']).waves.map((w) => w.refs)).toEqual([
      ['Service/lib'],
      ['Service/z'],
      ['Service/a', 'Service/b'],
      ['Service/c', 'Service/d'],
    ]);
    expect(course(['Service/z'])).toMatchObject({ underWay: ['Service/z'] });
  });

  test('have on the way back also what differs in nothing but what its tag meant, each of those in its place', () => {
    const image = (name: string, parts = {}) =>
      service(name, { ...parts, container: { image: `${name[0]}:1` } });
    const all = [
      image('db', { tier: 'core' }),
      image('a'),
      image('a2', { dependsOn: [on('Service/a')] }),
      image('same'),
      image('unknown'),
    ];
    const target = revision(all);
    const left = revision([...all, service('gone', { container: { image: 'a:1' } }), image('new')]);
    const pins = { 'd:1': 'sha256:d2', 'a:1': 'sha256:a2', 's:1': 'sha256:s1', 'n:1': 'sha256:n' };
    const meant = { 'd:1': { id: 'sha256:d1' }, 'a:1': { id: 'sha256:a1' }, 's:1': { id: 'sha256:s1' } };
    const back = (full: boolean) =>
      rollbackCourse(target, meant, { revision: left, pins, forms: formsOf(left) }, full);
    expect(back(false)).toMatchObject({
      waves: [{ refs: ['Service/db'] }, { refs: ['Service/a'] }, { refs: ['Service/a2'] }],
      pulls: [
        { ref: 'Service/a', meant: meant['a:1'] },
        { ref: 'Service/db', meant: meant['d:1'] },
      ],
    });
    const kept = { db: 'd2', a: 'a2', a2: 'a2', gone: 'a2', new: 'n' };
    expect(back(false).keptImages).toEqual(
      Object.fromEntries(Object.entries(kept).map(([name, id]) => [`Service/${name}`, `sha256:${id}`])),
    );
    expect(back(true).waves.flatMap((w) => w.refs)).toContain('Service/same');
  });

  test('have what an apply takes another image for, also where it takes that for nothing else; it is pulled first', () => {
    const image = (name: string, image: string, parts = {}) =>
      service(name, { ...parts, container: { image } });
    const old = revision([
      image('db', 'a:1', { tier: 'core' }),
      image('same', 'b:1'),
      service('web', v('1')),
    ]);
    const next = revision([...old.resources.slice(0, 2), service('web', v('2'))]);
    const pins = { 'a:1': 'sha256:a1', 'b:1': 'sha256:b1', 'app:1': 'sha256:app' };
    const update = { pins: { ...pins, 'a:1': 'sha256:a2' }, pulled: new Set(['a:1']) };
    const from = { revision: old, images: {}, pins, forms: formsOf(old) };
    expect(rolloutCourse(next, { ...from, update })).toMatchObject({
      waves: [{ refs: ['Service/db'] }, { refs: ['Service/web'] }],
      keptImages: { 'Service/db': 'sha256:a1', 'Service/web': 'sha256:app' },
      pulls: [{ ref: 'Service/db', taken: true }, { ref: 'Service/web' }],
    });
    expect(rolloutCourse(next, from).waves.flatMap((w) => w.refs)).toEqual(['Service/web']);
  });

  test('of a revision on the way have what keeps an image still that its tag means no more', () => {
    const old = revision([service('a'), service('b'), service('c')]);
    const half = revision([service('a', v('2')), service('b', v('2')), service('c')]);
    const known = new Map([old, half].map((r) => [r.id, r]));
    const first = rolloutCourse(half, {
      ...{ revision: old, images: {}, pins: { 'app:1': 'sha256:1' }, forms: formsOf(old) },
    });
    const waves = [['Service/a'], ['Service/b']].map((refs) => ({ tier: 'standard', refs }) as never);
    const context = { ...first, waves, index: 0, reports: [{ askedAt: noon }] } as unknown as RolloutContext;
    const forms = formsUnderWay(context, known);
    const next = revision([service('a', v('2')), service('b'), service('c')]);
    const course = rolloutCourse(next, {
      ...{ revision: old, images: {}, pins: { 'app:1': 'sha256:2' }, forms },
    });
    expect(course).toMatchObject({
      waves: [{ refs: ['Service/b'] }],
      keptImages: { 'Service/b': 'sha256:1' },
    });
  });

  test('are one where something passes from the one to the other, with all between them', () => {
    const port = (published: number) => ({ ports: [{ target: 80, published, protocol: 'tcp' as const }] });
    const before = [
      service('a', { tier: 'core', container: port(80) }),
      service('b', { tier: 'critical', ...v('1') }),
      service('c', { container: port(81) }),
    ];
    const next = [
      service('a', { tier: 'core', container: port(81) }),
      service('b', { tier: 'critical', ...v('2') }),
      service('c', { container: port(82) }),
    ];
    expect(wavesOf(before, next)).toEqual(['Service/a Service/b Service/c']);
  });
});

describe('what passes aim at', () => {
  const old = revision([
    network('net'),
    service('lib', v('1')),
    service('db', { tier: 'core', ...v('1') }),
    service('api', { dependsOn: [on('Service/lib')], ...v('1') }),
    service('gone', v('1')),
  ]);
  const next = revision([service('db', { tier: 'core', ...v('2') }), service('api', v('2')), service('new')]);
  const known = new Map([[old.id, old]]);
  const forms = { 'Service/api': old.id, 'Service/db': old.id };
  const aimed = (waiting: readonly Ref[]) =>
    Object.fromEntries(
      compose(next, { waiting: new Set(waiting), forms, keptImages: {} }, known).resources.map((r) => [
        `${r.kind}/${r.name}`,
        'container' in r ? r.container.environment['V'] : '',
      ]),
    );

  test('is each in its old form until its wave, what is new not at all, with what the old form needs', () => {
    expect(aimed(['Service/api', 'Service/new'])).toEqual({
      'Service/db': '2',
      'Service/api': '1',
      'Service/lib': '1',
      'Network/net': '',
    });
  });

  test('is what was found where all waits: what has come in stays, the rest of it and what is new does not come', () => {
    const asFound = { 'Service/api': old.id, 'Service/db': next.id, 'Service/lib': old.id };
    const found = compose(
      next,
      { waiting: 'all', forms: asFound, keptImages: {} },
      new Map([...known, [next.id, next]]),
    ).resources;
    expect(found.map((r) => [r.name, 'container' in r ? r.container.environment['V'] : ''])).toEqual([
      ['net', ''],
      ['api', '1'],
      ['db', '2'],
      ['lib', '1'],
    ]);
  });

  test('keeps the image that it runs until its wave; so does what goes once that is over', () => {
    const keptImages = { 'Service/api': 'sha256:a', 'Service/db': 'sha256:d', 'Service/lib': 'sha256:l' };
    const { resources } = compose(next, { waiting: new Set<Ref>(['Service/api']), forms, keptImages }, known);
    expect(resources.map((w) => [w.name, 'keptImage' in w ? w.keptImage : ''])).toEqual([
      ['net', ''],
      ['api', 'sha256:a'],
      ['db', ''],
      ['lib', 'sha256:l'],
      ['new', ''],
    ]);
  });

  test('is the revision itself once nothing waits', () => {
    expect(compose(next, { waiting: new Set(), forms, keptImages: {} }, known)).toBe(next);
  });

  test('a changed probe is no reason for a wave; another build is', () => {
    const probe = { tcp: { port: 1 }, everyMs: 1, timeoutMs: 1, threshold: 1, startPeriodMs: 0 };
    const build = (hash: string) => ({ build: { context: '.', hash } as never });
    const of = (parts: object) => revision([service('a', parts)]);
    expect(changedRefs(of({ probe }), formsOf(of({})))).toEqual(new Set());
    expect(changedRefs(of(build('2')), formsOf(of(build('1'))))).toEqual(new Set(['Service/a']));
  });
});

describe('a revision is stable', () => {
  const r = revision([service('a')]);
  const status = (ready: boolean) => [
    {
      ref: 'Service/a' as const,
      containerId: 'c1',
      conditions: [{ type: 'Ready' as const, status: ready, reason: 'Running', message: '' }],
    },
  ];
  const since = (ms: number, started = noon - 10 * ms) =>
    facts({
      healthySince: { [r.id]: noon - ms },
      runningSince: { c1: started },
      pins: { 'app:1': 'sha256:x' },
    });

  test('when all of it was ready for the time, with what its images meant', () => {
    expect(stabilityOf(r, status(true), since(600_000), noon)).toMatchObject({
      stable: { at: noon, images: { 'app:1': { id: 'sha256:x' } } },
    });
    expect(stabilityOf(r, status(true), since(599_000), noon)).toEqual({ nextAt: noon + 1_000 });
  });

  test('not where it is not ready now, nor sooner than its time after a container was started again', () => {
    expect(stabilityOf(r, status(false), since(700_000), noon)).toEqual({ healthySince: undefined });
    expect(stabilityOf(r, status(true), since(700_000, noon - 1_000), noon)).toEqual({
      healthySince: noon - 1_000,
      nextAt: noon + 599_000,
    });
  });

  test('not where the old container is ready, for the new one never was', () => {
    const [kept] = status(true).map((s) => ({
      ...s,
      conditions: [
        ...s.conditions,
        { type: 'Degraded' as const, status: true, reason: 'ReplacementFailed', message: '' },
      ],
    }));
    expect(stabilityOf(r, kept === undefined ? [] : [kept], since(700_000), noon)).toEqual({
      healthySince: undefined,
    });
  });

  test('again once its tags mean other images, from when all of it ran by them', () => {
    const stable = { [r.id]: { at: 1, images: { 'app:1': { id: 'sha256:old' } } } };
    const known = { ...since(900_000, noon - 599_000), stable };
    expect(stabilityOf(r, status(true), known, noon).stable).toBeUndefined();
    expect(stabilityOf(r, status(true), known, noon + 1_000).stable).toEqual({
      at: noon + 1_000,
      images: { 'app:1': { id: 'sha256:x' } },
    });
    const again = { ...known, pins: { 'app:1': 'sha256:old' } };
    expect(stabilityOf(r, status(true), again, noon + 1_000)).toEqual({ healthySince: undefined });
    expect(stabilityOf(r, status(true), { ...again, healthySince: {} }, noon)).toEqual({});
  });

  test('from the first look on, or from when it came in force where nobody looked', () => {
    const known = facts({ runningSince: { c1: noon - 900_000 } });
    expect(stabilityOf(r, status(true), known, noon)).toMatchObject({ healthySince: noon });
    expect(stabilityOf(r, status(true), known, noon, noon - 800_000).stable).toBeDefined();
  });
});

describe('a rollback goes back', () => {
  const past = ['r3', 'r2', 'r1', 'r0'].map((id) => ({
    id,
    inForceAt: noon,
    by: 'ana',
    revision: { ...revision([]), id },
    images: { 'app:1': { id: `tag of ${id}` } },
  }));
  const stable = (...ids: readonly string[]) =>
    Object.fromEntries(ids.map((id) => [id, { at: noon, images: { 'app:1': { id: `ran in ${id}` } } }]));
  const failed = { at: noon, by: 'rollout-1', to: 'r1', why: 'it failed' };

  test('to the newest that was stable and is not the one in force, with the images that ran then', () => {
    const found = rollbackTarget('stable', past, 'r3', { stable: stable('r3', 'r1', 'r0'), quarantined: {} });
    expect(found).toMatchObject({ past: { id: 'r1' }, images: { 'app:1': { id: 'ran in r1' } } });
  });

  test('never by itself to one that failed, but by its name', () => {
    const known = { stable: stable('r2', 'r0'), quarantined: { r2: failed } };
    expect(rollbackTarget('stable', past, 'r3', known)?.past.id).toBe('r0');
    expect(rollbackTarget('r2', past, 'r3', known)?.past.id).toBe('r2');
  });

  test('to the one that a commit brought, by that commit', () => {
    const id = '4c2e1f0'.padEnd(40, '0');
    const commit = { id, author: 'Ana', subject: 'raise', at: '', url: 'x', ref: 'main', path: '.' };
    const withCommit = past.map((p) => (p.id === 'r1' ? { ...p, revision: { ...p.revision, commit } } : p));
    expect(rollbackTarget('4c2e1f', withCommit, 'r3', { stable: {}, quarantined: {} })?.past.id).toBe('r1');
  });

  test('to none where none was stable, whatever anybody wrote', () => {
    expect(rollbackTarget('stable', past, 'r3', { stable: {}, quarantined: {} })).toBeUndefined();
    expect(rollbackTarget('r9', past, 'r3', { stable: {}, quarantined: {} })).toBeUndefined();
  });

  test('and what runs for a quarantined one may have been left itself since', () => {
    const quarantined = { r3: { ...failed, to: 'r2' }, r2: { ...failed, to: 'r1' } };
    expect(insteadOf('r3', quarantined)).toBe('r1');
    expect(insteadOf('r1', quarantined)).toBeUndefined();
    // What runs instead keeps them; a newer one ends them, and its own is no business of this.
    expect(overtakenBy('r1', quarantined)).toEqual([]);
    expect(overtakenBy('r4', quarantined)).toEqual(['r3', 'r2']);
    expect(overtakenBy('r3', quarantined)).toEqual(['r2']);
    expect(insteadOf('a', { a: { ...failed, to: 'b' }, b: { ...failed, to: 'a' } })).toBe('a');
  });
});
