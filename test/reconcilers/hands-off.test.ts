// Held or suspended: nothing is done, and what is told says so, and what has happened all the same.

import { describe, expect, test } from 'vitest';
import type { Facts } from '../../reconcilers/facts.ts';
import type { ObservedContainer } from '../../reconcilers/observed.ts';
import {
  condition,
  facts,
  live,
  look,
  network,
  noon,
  ops,
  planOf,
  revision,
  service,
} from '../support/make.ts';

const web = service('web');
const { id } = live(web);
const made = { [id]: { ref: 'Service/web' as const, at: 1, goneAt: noon - 3_000 } };
const suspended = { suspended: { at: 1, by: 'ann', reason: 'Suspended' } } as const;
const held = { holds: { 'Service/web': { at: 1, by: 'ann', stopped: false } } } as const;

function planFor(container: Partial<ObservedContainer> | null, known: Partial<Facts>) {
  const r = revision([web]);
  const containers = container === null ? [] : [live(web, container)];
  return planOf({ revision: r, observed: look(r, containers), facts: facts({ made, ...known }) });
}

const killed = { state: 'exited', exitCode: 137 } as const;
const stops = { stops: { [id]: { at: noon - 2_000, by: 'api', exitCode: 137 } } } as const;

describe('what happens while reeve’s hands are off', () => {
  const rows: readonly [
    string,
    Partial<ObservedContainer> | null,
    Partial<Facts>,
    string,
    string,
    number?,
  ][] = [
    [
      'killed while suspended',
      killed,
      { ...stops, ...suspended },
      'StoppedByHand',
      'it was stopped through the API, not by reeve (status 137); nothing is done until reeve resume',
      noon - 2_000,
    ],
    [
      'killed while held',
      killed,
      { ...stops, ...held },
      'StoppedByHand',
      'it was stopped through the API, not by reeve (status 137); nothing is done until reeve release Service/web',
      noon - 2_000,
    ],
    [
      'removed while suspended',
      null,
      suspended,
      'Removed',
      'its container was removed, not by reeve; nothing is done until reeve resume',
      noon - 3_000,
    ],
    [
      'renamed while suspended',
      { name: 'mine' },
      suspended,
      'Renamed',
      'its container was renamed to mine, not by reeve; nothing is done until reeve resume',
    ],
  ];
  test.each(rows)('%s: told with its cause, nothing done', (_, container, known, reason, message, since) => {
    const plan = planFor(container, known);
    expect(plan.steps).toEqual([]);
    expect(plan.leftAlone).toMatchObject([
      { ref: 'Service/web', cause: { reason, message, ...(since === undefined ? {} : { since }) } },
    ]);
  });

  test('a hold is told first, what is beneath it after', () => {
    const plan = planFor(killed, { ...stops, ...held });
    expect(condition(plan, 'Service/web', 'Held').message).toBe(
      'held by ann until reeve release Service/web; it was stopped through the API, not by reeve (status 137); nothing is done until reeve release Service/web',
    );
    expect(condition(plan, 'Service/web', 'Ready').reason).toBe('StoppedByHand');
    expect(condition(plan, 'Service/web', 'Degraded').status).toBe(false);
  });

  test('as declared: nothing is left alone', () => {
    expect(planFor({}, held).leftAlone).toBeUndefined();
    expect(planFor({}, suspended).leftAlone).toBeUndefined();
  });
});

describe('a platform that was taken down', () => {
  const backend = network('backend');
  const joined = service('web', { container: { networks: { backend: {} } } });
  const r = revision([backend, joined]);
  const down = { suspended: { at: 1, by: 'ann', reason: 'Down' } } as const;
  const empty = { revision: r, observed: look(r, [], { networks: [] }), facts: facts({ made, ...down }) };

  test('is at rest: nothing is degraded, nothing is said to be made', () => {
    const plan = planOf(empty);
    expect(plan.steps).toEqual([]);
    expect(plan.leftAlone).toBeUndefined();
    for (const ref of ['Service/web', 'Network/backend'] as const) {
      expect(condition(plan, ref, 'Degraded').status).toBe(false);
      expect(condition(plan, ref, 'Ready')).toMatchObject({
        reason: 'Down',
        message: 'taken down by ann; it stays so until reeve resume or apply',
      });
    }
  });

  test('an apply makes it again', () => {
    expect(ops(planOf({ ...empty, mode: 'apply' }))[0]).toBe('createNetwork Network/backend');
  });
});

describe('a network', () => {
  const backend = network('backend');
  const r = revision([backend]);
  const gone = { revision: r, observed: look(r, [], { networks: [] }) };
  const seen = { networksSeen: { [backend.engineName]: 1 } };

  test('removed by hand: told as such, and made again', () => {
    expect(planOf({ ...gone, facts: facts(seen) }).steps[0]?.cause).toMatchObject({
      reason: 'Removed',
      message: 'network shop_backend was removed, not by reeve; it is made again',
    });
    expect(planOf(gone).steps[0]?.cause.reason).toBe('Created');
  });

  test('removed while suspended: told, and not said to be made', () => {
    const plan = planOf({ ...gone, facts: facts({ ...seen, ...suspended }) });
    const message = 'network shop_backend was removed, not by reeve; nothing is done until reeve resume';
    expect(plan.leftAlone).toMatchObject([{ ref: 'Network/backend', cause: { reason: 'Removed', message } }]);
    expect(condition(plan, 'Network/backend', 'Ready').message).toContain(
      'nothing is done until reeve resume',
    );
  });
});
