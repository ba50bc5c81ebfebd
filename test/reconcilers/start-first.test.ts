// `start-first`: the new container is made ready beside the old one, gets the names that clients use, and only then does the
// old one lose them; wherever it is cut off.

import { describe, expect, test } from 'vitest';
import type { Facts } from '../../reconcilers/facts.ts';
import type { ObservedContainer, ProbeResult } from '../../reconcilers/observed.ts';
import type { Step } from '../../reconcilers/plan.ts';
import { specHash } from '../../reconcilers/spec-hash.ts';
import { exited } from '../support/keeping.ts';
import {
  condition,
  detailOf,
  facts,
  live,
  look,
  network,
  noon,
  planOf,
  revision,
  service,
} from '../support/make.ts';
import { ModelEngine } from '../support/model-engine.ts';

const networks = { front: { aliases: ['web', 'api'] } };
const form = (image: string) =>
  service('web', { updateOrder: 'start-first', container: { image, networks, restart: { name: 'always' } } });
const [one, two] = [form('app:1'), form('app:2')];
const before = revision([network('front'), one]);
const r = revision([network('front'), two]);
const own = 'shop-web-1';

/** Details as an inspect tells them: called `aliases` on its network. */
const called = (aliases: readonly string[], workload = two, restart: 'no' | 'always' = 'always') => ({
  detail: {
    ...detailOf(workload, {}, { restart: { name: restart } }),
    aliases: { shop_front: aliases },
  },
});
const old = live(one, called(['web', 'api'], one));
const short = old.id.slice(0, 12);
const beside = (parts: Partial<ObservedContainer> = {}) =>
  live(two, {
    id: 'b'.repeat(64),
    name: `${own}.replacing-${short}`,
    createdAt: noon - 5_000,
    ...called([], two, 'no'),
    ...parts,
  });
const named = called(['web', 'api', own]);
const aside = { ...old, name: `${own}.replaced-${short}`, ...called([], one) };

const planned = (containers: readonly ObservedContainer[], known: Partial<Facts> = {}) =>
  planOf({
    revision: r,
    observed: look(r, containers),
    facts: facts(known),
  });
const opsOf = (containers: readonly ObservedContainer[], known?: Partial<Facts>) =>
  planned(containers, known).steps.flatMap((s) => (s.ref === 'Service/web' ? [s.op] : []));

describe('the old container serves until the new one is ready', () => {
  test('the new one is made and started beside it, under none of its names, restarted by nobody', () => {
    const { steps } = planned([old]);
    const mine = steps.filter((s) => s.ref === 'Service/web');
    expect(mine.map((s) => s.op)).toEqual(['createContainer', 'startContainer']);
    expect(mine.some((s) => s.interrupts)).toBe(false);
    expect(mine[0]).toMatchObject({
      args: {
        name: `${own}.replacing-${short}`,
        spec: { restart: { name: 'no' }, networks: { front: {} } },
        labels: { 'reeve.spec-hash': specHash(two) },
      },
    });
  });

  const states: readonly [
    name: string,
    containers: readonly ObservedContainer[],
    known: Partial<Facts>,
    ops: readonly string[],
  ][] = [
    [
      'cut off before it was started: it never ran, and goes',
      [old, beside({ state: 'created' })],
      {},
      ['removeContainer'],
    ],
    ['starting: waited for', [old, beside({ health: 'starting' })], {}, []],
    [
      'ready: it gets the names, and the policy that is declared',
      [old, beside()],
      {},
      ['disconnectNetwork', 'connectNetwork', 'updateContainer'],
    ],
    [
      'with the names, and ready still: the old one loses them, renamed while it is on no network',
      [old, beside(named)],
      {},
      ['disconnectNetwork', 'renameContainer', 'connectNetwork'],
    ],
    [
      'with the names, and not ready any more: waited for',
      [old, beside({ ...named, health: 'starting' })],
      {},
      [],
    ],
    [
      'the old one without its names: it ends what it has begun',
      [aside, beside(named)],
      {
        replacing: {
          'Service/web': { oldId: old.id, restart: 'always', specHash: specHash(two), at: noon - 500 },
        },
      },
      [],
    ],
    [
      'then it is stopped and goes',
      [aside, beside(named)],
      {
        replacing: {
          'Service/web': { oldId: old.id, restart: 'always', specHash: specHash(two), at: noon - 5_000 },
        },
      },
      ['stopContainer', 'removeContainer'],
    ],
    ['with the store lost: as well', [aside, beside(named)], {}, ['stopContainer', 'removeContainer']],
    ['the old one gone: the new one gets its name', [beside(named)], {}, ['renameContainer']],
    [
      'the new one has ended: it goes, and the old one is not touched',
      [old, beside(exited(1))],
      {},
      ['removeContainer'],
    ],
    [
      'the new one is unhealthy: it is stopped and goes',
      [old, beside({ health: 'unhealthy' })],
      {},
      ['stopContainer', 'removeContainer'],
    ],
    [
      'the new one is not ready by the deadline: as well',
      [old, beside({ health: 'starting', createdAt: noon - 700_000 })],
      {},
      ['stopContainer', 'removeContainer'],
    ],
    [
      'the new one could not be started: it goes',
      [old, beside({ state: 'created' })],
      {
        failures: {
          'Service/web': { reason: 'CommandNotFound', message: 'no such program', at: noon, count: 1 },
        },
      },
      ['removeContainer'],
    ],
    [
      'the old one has ended meanwhile: it makes room, as in any recreate',
      [{ ...old, ...exited(1) }, beside({ health: 'starting' })],
      {},
      ['updateContainer', 'renameContainer'],
    ],
    [
      'made for another old one: it goes',
      [old, beside({ name: `${own}.replacing-${'c'.repeat(12)}` })],
      {},
      ['stopContainer', 'removeContainer'],
    ],
    [
      'fails without the old one having its names: that comes back, and gets them again',
      [aside, beside({ ...named, health: 'unhealthy' })],
      {},
      ['stopContainer', 'removeContainer', 'renameContainer', 'updateContainer'],
    ],
  ];
  test.each(states)('%s', (_, containers, known, ops) => {
    expect(opsOf(containers, known)).toEqual(ops);
  });

  test('the one that failed is told as a recreate that failed is, in the words of the new one', () => {
    const health = { health: 'unhealthy' as const };
    const failed = planned([old, beside(health)]);
    expect(failed.steps.find((s) => s.ref === 'Service/web')?.cause).toMatchObject({
      reason: 'ReplacementFailed',
      message: expect.stringMatching(/beside the old one: its healthcheck fails.*never touched/),
    });
    const after = planned([old], {
      failedReplacements: { 'Service/web': { specHash: specHash(two), at: noon, message: 'it is bad' } },
    });
    expect(after.steps.filter((s) => s.ref === 'Service/web')).toEqual([]);
    expect(condition(after, 'Service/web', 'Degraded')).toMatchObject({
      status: true,
      reason: 'ReplacementFailed',
    });
    expect(condition(after, 'Service/web', 'Ready')).toMatchObject({ status: true });
  });

  test('what is wanted again meanwhile is what runs: the new one goes', () => {
    const plan = planOf({
      revision: before,
      observed: look(before, [old, beside()]),
      facts: facts({}),
    });
    expect(plan.steps.flatMap((s) => (s.ref === 'Service/web' ? [s.op] : []))).toEqual([
      'stopContainer',
      'removeContainer',
    ]);
  });

  test('the probe of the new one is asked beside that of the old one, and again once it has the names', () => {
    const probe = {
      http: { port: 80, path: '/' },
      everyMs: 1,
      timeoutMs: 1,
      threshold: 3,
      startPeriodMs: 9e5,
    };
    const probed = revision([network('front'), { ...two, probe }]);
    const said = (outcome: 'pass' | 'fail', containerId: string): ProbeResult => ({
      at: noon,
      outcome,
      failures: 0,
      passed: outcome === 'pass',
      message: '',
      containerId,
    });
    const ops = (outcome: 'pass' | 'fail' | undefined, parts: Partial<ObservedContainer>) =>
      planOf({
        revision: probed,
        observed: {
          ...look(probed, [old, beside(parts)]),
          probes: { 'Service/web': said('pass', old.id) },
          besideProbes: outcome === undefined ? {} : { 'Service/web': said(outcome, 'b'.repeat(64)) },
        },
        facts: facts({}),
      }).steps.flatMap((s) => (s.ref === 'Service/web' ? [s.op] : []));
    expect(ops('fail', {})).toEqual([]);
    expect(ops('pass', {})).toContain('connectNetwork');
    expect(ops(undefined, named)).toEqual([]);
    expect(ops('pass', named)).toContain('renameContainer');
  });
});

describe('where it cannot be', () => {
  test('the old one is stopped first, and that is told with its reason', () => {
    const ported = form('app:2');
    const w = {
      ...ported,
      container: { ...ported.container, ports: [{ target: 80, published: 8080, protocol: 'tcp' as const }] },
      positions: { 'container.ports.8080/tcp': { file: 'web.yaml', line: 7, column: 9 } },
    };
    const wants = revision([network('front'), w]);
    const plan = planOf({
      revision: wants,
      observed: look(wants, [old]),
      facts: facts({}),
    });
    expect(plan.steps.map((s) => s.op)).toContain('stopContainer');
    expect(plan.warnings).toContainEqual(
      expect.objectContaining({
        ref: 'Service/web',
        reason: 'StartFirstNotPossible',
        message: expect.stringContaining(
          'host port 8080/tcp, which only one container can have (web.yaml:7:9)',
        ),
      }),
    );
  });

  test('as where its image has a volume that moves along', () => {
    const [detail] = [called(['web', 'api'], one).detail];
    const holds = { ...old, detail: { ...detail, anonymousVolumes: { '/data': 'v1' } } };
    const plan = planned([holds]);
    expect(plan.steps.map((s) => s.op)).toContain('stopContainer');
    expect(plan.warnings).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('the volume at /data') }),
    );
  });

  test('one that does not run is made anew as ever, and nothing is said', () => {
    const plan = planned([{ ...old, ...exited(1) }]);
    expect(plan.steps.map((s) => s.op)).toContain('renameContainer');
    expect(plan.warnings).toEqual([]);
  });
});

describe('cut off after any number of steps, again and again', () => {
  class Watched extends ModelEngine {
    isUpdating = false;

    override perform(step: Step): void {
      super.perform(step);
      if (!this.isUpdating) return;
      const bearers = this.containers.filter(
        (c) => c.state === 'running' && c.detail.aliases['shop_front']?.includes('web'),
      );
      expect(bearers.length, `bearers of the names after ${step.id}`).toBeGreaterThan(0);
    }
  }

  test('somebody bears the names at each moment, and one is left in the end, with its own name', () => {
    for (let first = 1; first <= 12; first++) {
      for (let then = 2; then <= 6; then++) {
        const engine = new Watched();
        engine.settle(before);
        engine.isUpdating = true;
        engine.pass(r, first);
        for (let cuts = 0; cuts < 8; cuts++) {
          // The controller ends and begins anew, and has forgotten what was under way.
          engine.facts.replacing = {};
          engine.pass(r, then);
        }
        engine.settle(r);
        expect(engine.containers.map(({ name, image, state }) => ({ name, image, state }))).toEqual([
          { name: own, image: 'app:2', state: 'running' },
        ]);
        expect(engine.containers[0]?.detail.spec.restart).toEqual({ name: 'always' });
      }
    }
  });

  test('one that never runs leaves the old container, which was never touched', () => {
    const bad = revision([network('front'), form('bad:1')]);
    const engine = new ModelEngine();
    engine.settle(before);
    const [was] = engine.containers.map((c) => c.id);
    engine.wantedHash.set('Service/web', specHash(form('bad:1')));
    expect(engine.settle(bad)).toBeDefined();
    expect(engine.containers.map((c) => c.id)).toEqual([was]);
    const touched = engine.ran.filter(
      ({ step }) =>
        'containerId' in step.args && step.args.containerId === was && step.op !== 'startContainer',
    );
    expect(touched).toEqual([]);
  });
});
