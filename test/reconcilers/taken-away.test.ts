// What the manifest takes away: gone with a new container, and no difference of the new one by what the engine fills in.

import { describe, expect, test } from 'vitest';
import type { ContainerSpec } from '../../desired-state/container-spec.ts';
import { specHash } from '../../reconcilers/spec-hash.ts';
import { id, planFor, web } from '../support/keeping.ts';
import { detailOf, live, noon, ops, revision, service } from '../support/make.ts';

const rows: readonly [name: string, before: Partial<ContainerSpec>, filledIn: Partial<ContainerSpec>][] = [
  ['shm_size', { shmSizeBytes: 2 ** 24 }, { shmSizeBytes: 2 ** 26 }],
  ['logging', { logging: { driver: 'local' } }, { logging: { driver: 'json-file' } }],
  ['hostname', { hostname: 'own' }, { hostname: 'filled-in' }],
  ['mac_address', { macAddress: '02:42:ac:11:00:02' }, { macAddress: '02:42:ac:11:00:03' }],
  ['ulimits', { ulimits: { nofile: { soft: 1, hard: 2 } } }, { ulimits: { nofile: { soft: 9, hard: 9 } } }],
];

describe.each(rows)('%s taken away', (_, before, filledIn) => {
  const was = service('web', { container: before });
  const input = { previous: revision([was]) };
  const made = { [id]: { ref: 'Service/web', at: noon } };

  test('recreates the container that has it', () => {
    const container = {
      labels: { ...live(web).labels, 'reeve.spec-hash': specHash(was) },
      detail: detailOf(was),
    };
    expect(ops(planFor({ container, input, facts: { made } as never }))).toContain(
      'createContainer Service/web',
    );
  });

  test('recreates it also where the revision before came in without it', () => {
    const container = {
      labels: { ...live(web).labels, 'reeve.spec-hash': specHash(was) },
      detail: detailOf(was),
    };
    const facts = { made } as never;
    const byHalves = { previous: revision([web]), earlier: new Map([[specHash(was), was]]) };
    expect(ops(planFor({ container, input: byHalves, facts }))).toContain('createContainer Service/web');
    expect(planFor({ container, input: { previous: revision([web]) }, facts }).steps).toEqual([]);
  });

  test('is no difference of one that was made without it, whatever the engine fills in', () => {
    const container = { detail: detailOf(web, {}, filledIn) };
    const plan = planFor({ container, input, facts: { made } as never });
    expect(plan.steps).toEqual([]);
    expect(JSON.stringify(plan)).not.toContain('NotTakenByEngine');
  });
});
