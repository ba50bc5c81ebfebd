// A first and its standby in plans: what rests, who has the alias, and that neither the moved alias nor the missing one is
// drift, whatever the mode.

import { describe, expect, test } from 'vitest';
import type { Workload } from '../../desired-state/resource.ts';
import type { Facts, FailoverFact } from '../../reconcilers/facts.ts';
import { withFailovers } from '../../reconcilers/failover/aim.ts';
import type { ObservedContainer } from '../../reconcilers/observed.ts';
import {
  condition,
  detailOf,
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
} from '../support/make.ts';

const net = network('backend');
const on1 = (...aliases: readonly string[]) => ({ networks: { backend: { aliases } } });
const failover = { to: 'Service/spare', alias: 'cache', network: 'backend', standby: 'stopped' } as const;
const cache = service('cache', { container: on1('cache'), failover });
const spare = service('spare', { container: on1('spare') });
const web = service('web', { dependsOn: [on('Service/cache', { restart: true })] });
const r = revision([net, cache, spare, web]);

const fact = (phase: FailoverFact['phase']): Partial<Facts> => ({
  failovers: {
    'Service/cache': {
      at: noon,
      by: 'recovery-1',
      phase,
      to: 'Service/spare',
      alias: 'cache',
      network: 'backend',
    },
  },
});

/** As it is after an inspect, with these aliases on the network. */
function seen(
  w: Workload,
  aliases: readonly string[],
  more: Partial<ObservedContainer> = {},
): ObservedContainer {
  const named = { ...w, container: { ...w.container, networks: { backend: { aliases } } } };
  return live(w, { detail: detailOf(named), ...more });
}

function planWith(
  known: Partial<Facts>,
  { first = ['cache'], standby = ['spare'], state = 'running' as ObservedContainer['state'], rev = r } = {},
) {
  const all = facts(known);
  const containers = [seen(cache, first), seen(spare, standby, { state }), live(web)];
  const made = Object.fromEntries(
    containers.map((c) => [c.id, { ref: `Service/${c.name}`, at: noon } as never]),
  );
  return planOf({
    revision: withFailovers(rev, all),
    observed: look(rev, containers),
    facts: { ...all, made },
    previous: withFailovers(rev, all),
  });
}

describe('a standby that is not needed', () => {
  test('is made and not started, and counts as ready', () => {
    const plan = planOf({ revision: r, observed: look(r, [live(cache), live(web)]) });
    expect(ops(plan)).toEqual(['createContainer Service/spare']);
    const rests = planWith({}, { state: 'created' });
    expect(ops(rests)).toEqual([]);
    expect(condition(rests, 'Service/spare', 'Ready')).toMatchObject({ status: true, reason: 'StandsBy' });
  });

  test('is stopped, whoever has started it', () => {
    expect(ops(planWith({}))).toEqual(['stopContainer Service/spare']);
  });

  test('is made anew for another spec without being started', () => {
    const other = { ...spare, container: { ...spare.container, image: 'app:2' } };
    const rev = revision([net, cache, other, web]);
    expect(ops(planWith({}, { state: 'exited', rev }))).toEqual([
      'removeContainer Service/spare',
      'createContainer Service/spare',
    ]);
  });

  test('runs, where it is declared to', () => {
    const rev = revision([net, { ...cache, failover: { ...failover, standby: 'running' } }, spare, web]);
    expect(ops(planWith({}, { rev }))).toEqual([]);
    expect(ops(planWith({}, { rev, state: 'exited' }))).toEqual(['startContainer Service/spare']);
  });
});

describe('while it stands in', () => {
  test('it is started first, and the alias is left where it is', () => {
    expect(ops(planWith(fact('starting'), { state: 'exited' }))).toEqual(['startContainer Service/spare']);
    expect(ops(planWith(fact('starting')))).toEqual([]);
  });

  test('the first loses the alias and the standby gets it', () => {
    const plan = planWith(fact('serving'));
    expect(ops(plan).sort()).toEqual([
      'connectNetwork Service/cache',
      'connectNetwork Service/spare',
      'disconnectNetwork Service/cache',
      'disconnectNetwork Service/spare',
    ]);
    expect(plan.steps[0]?.cause.message).toBe(
      'Service/spare alone is to answer as cache on the network backend, by recovery-1: reconnected in place, no restart',
    );
    // The name is never nobody's.
    const at = (op: string, ref: string) => plan.steps.find((s) => s.op === op && s.ref === ref);
    expect(at('disconnectNetwork', 'Service/cache')?.after).toEqual([
      at('connectNetwork', 'Service/spare')?.id,
    ]);
    expect(at('disconnectNetwork', 'Service/spare')?.after).toEqual([]);
    const aliases = plan.steps.flatMap((s) =>
      s.op === 'connectNetwork' ? [[s.ref, s.args.attachment.aliases]] : [],
    );
    expect(Object.fromEntries(aliases)).toEqual({ 'Service/cache': [], 'Service/spare': ['spare', 'cache'] });
  });

  test.each(['heal', 'report', 'ignore'] as const)(
    'with drift: %s the moved alias is wanted, and a person who puts it back is not followed',
    (mode) => {
      const drift = { mode, fields: {} };
      const rev = revision([net, { ...cache, drift }, { ...spare, drift }, web]);
      const moved = planWith(fact('serving'), { rev, first: [], standby: ['spare', 'cache'] });
      expect([ops(moved), moved.reported]).toEqual([[], []]);
      const undone = planWith(fact('serving'), { rev, first: ['cache'], standby: ['spare', 'cache'] });
      expect(ops(undone)).toContain('connectNetwork Service/cache');
    },
  );

  test('what depends on the first depends on the standby, and is not restarted for that', () => {
    const aimed = withFailovers(r, facts(fact('serving'))).resources.find((x) => x.name === 'web');
    expect(aimed).toMatchObject({ dependsOn: [{ on: 'Service/spare', condition: 'ready' }] });
    expect(aimed).not.toMatchObject({ dependsOn: [{ restart: true }] });
  });

  test('every face tells it by a condition of its own', () => {
    const status = (known: Partial<Facts>) =>
      planWith(known)
        .statuses.find((s) => s.ref === 'Service/cache')
        ?.conditions.find((c) => c.type === 'FailedOver');
    expect(status({})).toMatchObject({ status: false, reason: 'StandsBy' });
    expect(status(fact('serving'))).toMatchObject({ status: true, reason: 'FailedOver' });
    expect(planWith({}).statuses.find((s) => s.ref === 'Service/web')?.conditions).toHaveLength(4);
  });
});

describe('when the first is well again', () => {
  test('it gets the alias back while the standby runs on; only then that is stopped', () => {
    const served = { first: [], standby: ['spare', 'cache'] };
    expect(ops(planWith(fact('returning'), served)).sort()).toEqual([
      'connectNetwork Service/cache',
      'connectNetwork Service/spare',
      'disconnectNetwork Service/cache',
      'disconnectNetwork Service/spare',
    ]);
    expect(ops(planWith(fact('returning')))).toEqual([]);
    expect(ops(planWith({}))).toEqual(['stopContainer Service/spare']);
  });

  test('a store that was lost with the failover in it: the alias goes back to where it is declared', () => {
    const plan = planWith({}, { first: [], standby: ['spare', 'cache'], state: 'exited' });
    expect(ops(plan)).toContain('connectNetwork Service/cache');
    expect(ops(plan)).toContain('connectNetwork Service/spare');
  });

  test('a standby that is declared no more stands in for nobody', () => {
    const rev = revision([net, service('cache', { container: on1('cache') }), web]);
    expect(withFailovers(rev, facts(fact('serving')))).toBe(rev);
  });

  test('a failover that is under way goes on as it began, without its declaration', () => {
    const rev = revision([net, service('cache', { container: on1('cache') }), spare, web]);
    expect(ops(planWith(fact('serving'), { rev, first: [], standby: ['spare', 'cache'] }))).toEqual([]);
  });
});
