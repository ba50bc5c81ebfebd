// What the platform asks of the host: sums, limits above it, and what taking them down does to a plan.

import { describe, expect, test } from 'vitest';
import type { Workload } from '../../desired-state/resource.ts';
import { aboveWords, capacityOf, capToHost, reservedWords } from '../../reconcilers/capacity.ts';
import { condition, detailOf, live, look, ops, planOf, revision, service } from '../support/make.ts';

const gib = 2 ** 30;
const host = { cpus: 2, memoryBytes: 4 * gib };
const big = service('big', {
  container: { resources: { nanoCpus: 4e9, memoryBytes: 8 * gib, memoryReservationBytes: 3 * gib } },
  reservedNanoCpus: 1.5e9,
});
const small = service('small', {
  container: { resources: { memoryReservationBytes: 2 * gib } },
  reservedNanoCpus: 1e9,
});

/** A look at a host of 2 CPUs and 4 GiB. */
function onHost(workloads: readonly Workload[], containers: Parameters<typeof look>[1] = []) {
  const r = revision(workloads);
  return look(r, containers, { host: { ...host, apiVersion: '1.41' } });
}

test('reservations are summed against the host, limits above it are named', () => {
  const capacity = capacityOf(revision([big, small]), host);
  expect(reservedWords(capacity)).toBe('2.5 of 2 CPUs and 5 of 4 GiB memory are reserved');
  expect(capacity.aboveHost.map((a) => `${a.ref} ${a.field}`)).toEqual([
    'Service/big nanoCpus',
    'Service/big memoryBytes',
  ]);
});

test("the host's own size, which is never round, reads in GiB", () => {
  const has = 24684092 * 1024;
  expect(aboveWords({ ref: 'Service/big', field: 'memoryBytes', asked: 64 * gib, has })).toBe(
    "memory 64g is more than the host's 23.54GiB",
  );
});

test('a plan says where more is reserved than there is, and does not refuse it', () => {
  const plan = planOf({ revision: revision([small, big]), observed: onHost([small, big]), mode: 'apply' });
  expect(plan.warnings).toMatchObject([
    { reason: 'ReservedAboveHost', message: expect.stringContaining('2.5 of 2 CPUs') },
  ]);
  expect(ops(plan)).toEqual(['createContainer Service/small', 'startContainer Service/small']);
});

test('a limit above the host is refused before anything is touched, with the remedy', () => {
  const plan = planOf({ revision: revision([big]), observed: onHost([big]) });
  expect(ops(plan)).toEqual([]);
  expect(condition(plan, 'Service/big', 'Degraded')).toMatchObject({
    reason: 'LimitOutOfRange',
    message: expect.stringContaining('policy.capToHost: true'),
  });
});

describe('policy.capToHost', () => {
  const r = revision([big, small], { capToHost: true });

  test('takes limits down to the host and says so with their place', () => {
    const { revision: capped, notices } = capToHost(r, host);
    expect(capped.id).toBe(r.id);
    expect(capped.resources[0]).toMatchObject({
      container: { resources: { nanoCpus: 2e9, memoryBytes: 4 * gib, memoryReservationBytes: 3 * gib } },
    });
    expect(notices.map((n) => `${n.reason} ${n.message}`)).toEqual([
      "LimitCapped cpus 4 is more than the host's 2; taken down to that by policy.capToHost",
      "LimitCapped memory 8g is more than the host's 4g; taken down to that by policy.capToHost",
    ]);
  });

  test('changes nothing where nothing is above, or where it is not asked for', () => {
    const fits = revision([small], { capToHost: true });
    expect(capToHost(fits, host).revision).toBe(fits);
    expect(capToHost(revision([big]), host).notices).toEqual([]);
  });

  test('keeps the swap that was asked for beside the memory', () => {
    const swapping = service('s', {
      container: { resources: { memoryBytes: 8 * gib, memorySwapBytes: 9 * gib } },
    });
    const { revision: capped } = capToHost(revision([swapping], { capToHost: true }), host);
    expect(capped.resources[0]).toMatchObject({ container: { resources: { memorySwapBytes: 5 * gib } } });
  });

  test('a second look at what was made so has nothing to do', () => {
    const { revision: capped } = capToHost(r, host);
    const made = capped.resources.filter((x): x is Workload => x.kind === 'Service');
    const observed = onHost(
      made,
      made.map((w) => live(w, { detail: detailOf(w) })),
    );
    expect(ops(planOf({ revision: capped, observed, mode: 'apply' }))).toEqual([]);
  });
});
