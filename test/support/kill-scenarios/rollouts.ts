// Rollouts and rollbacks in which a controller is killed.

import { points } from '../kill-points.ts';
import type { TestPlatform } from '../platform.ts';
import {
  changed,
  command,
  decide,
  flagged,
  type Scenario,
  type Scenarios,
  sleeper,
  twoChanged,
  twoSleepers,
} from './scenario.ts';

const comesIn =
  (documents: readonly string[], spec = ''): Scenario['begin'] =>
  (p) =>
    p.declare(documents, spec);
/** The old one is stopped, and another is started. */
const replaced = ['stop', 'start'];
const settles = 'policy: {rollout: {minReady: 1s}}';
const hasCanary = 'policy: {rollout: {maxUnavailable: 1, canaryFor: 1s, canaryErrors: {max: 5%}}}';
const impatient = 'policy: {progressDeadline: 1s}';
const broken = (name: string, ...more: readonly string[]): string =>
  sleeper(name, ...more).replace('[sleep, "9999"]', '[sh, -c, "exit 3"]');
/** Comes up until its newer one has been there. */
const noWayBack = (...more: readonly string[]): string =>
  flagged('a', 'test ! -e /flags/newer && exec sleep 9999', 'tier: core', ...more);
const newer = (...more: readonly string[]): string =>
  flagged('a', 'touch /flags/newer && exec sleep 9999', 'tier: core', ...more);

export const rollouts: Scenarios = {
  'a rollout': {
    kind: 'rollout',
    documents: twoSleepers,
    spec: settles,
    begin: comesIn(twoChanged, settles),
    states: {
      pulling: ['stored'],
      rolling: points,
      settling: ['stored'],
      confirming: ['stored'],
      done: ['stored'],
    },
    end: 'done',
    acts: { a: replaced, b: replaced },
  },
  'a rollout with a canary': {
    kind: 'rollout',
    documents: [sleeper('a'), sleeper('b')],
    spec: hasCanary,
    begin: comesIn([changed('a'), changed('b')], hasCanary),
    states: { measuring: ['stored'] },
    end: 'done',
    acts: { a: replaced, b: replaced },
  },
  'a rollout whose images cannot be had': {
    kind: 'rollout',
    documents: twoSleepers,
    begin: comesIn(
      [
        changed('a', 'tier: core'),
        changed('b', 'depends_on: [a]').replace('reeve-test:1', '127.0.0.1:1/none:1'),
      ],
      impatient,
    ),
    states: { awaitingImages: ['stored'], rolledBack: ['stored'] },
    end: 'rolledBack',
    acts: { a: [], b: [] },
  },
  'a rollout that is paused': {
    kind: 'rollout',
    documents: twoSleepers,
    spec: 'policy: {rollout: {minReady: 4s}}',
    begin: comesIn(twoChanged, 'policy: {rollout: {minReady: 4s}}'),
    says: { settling: { type: 'pause' }, paused: { type: 'resume' } },
    states: { paused: ['stored'] },
    end: 'done',
    acts: { a: replaced, b: replaced },
  },
  'a rollout that goes back': {
    kind: 'rollout',
    documents: [sleeper('a', 'tier: core'), sleeper('b', 'depends_on: [a]'), sleeper('c')],
    begin: comesIn([changed('a', 'tier: core'), broken('b', 'depends_on: [a]'), sleeper('c')]),
    states: { checking: ['stored'], rollingBack: points },
    end: 'rolledBack',
    acts: { a: [...replaced, ...replaced], c: [] },
  },
  'a rollout that cannot go back': {
    kind: 'rollout',
    documents: [noWayBack(), sleeper('b', 'depends_on: [a]'), sleeper('c')],
    begin: comesIn([newer(), broken('b', 'depends_on: [a]'), sleeper('c')], 'policy: {progressDeadline: 4s}'),
    says: { deciding: decide('abort') },
    states: { confirmingBack: ['stored'], deciding: ['stored'], aborted: ['stored'] },
    end: 'aborted',
    acts: { c: [] },
  },
};

/** To the revision before the one that runs. */
const back =
  (...more: readonly string[]): Scenario['begin'] =>
  async (p, mortal) => {
    const [, first] = await p.fromStore((s) => s.revisions(2));
    await command('rollback', '--yes', '--no-wait', '--to', first?.id ?? '', ...more)(p, mortal);
  };
/** The second revision runs. */
const second =
  (documents: readonly string[], spec = '', more?: (p: TestPlatform) => Promise<void>) =>
  async (p: TestPlatform): Promise<void> => {
    await p.declare(documents, spec);
    await p.apply();
    await more?.(p);
  };

export const rollbacks: Scenarios = {
  'a rollback': {
    kind: 'rollback',
    documents: twoSleepers,
    spec: settles,
    before: second(twoChanged, settles),
    begin: back(),
    states: {
      checking: ['stored'],
      rolling: points,
      settling: ['stored'],
      confirming: ['stored'],
      done: ['stored'],
    },
    end: 'done',
    acts: { a: replaced, b: replaced },
  },
  'a rollback with a canary': {
    kind: 'rollback',
    documents: [sleeper('a'), sleeper('b')],
    spec: hasCanary,
    before: second([changed('a'), changed('b')], hasCanary),
    begin: back(),
    states: { measuring: ['stored'] },
    end: 'done',
    acts: { a: replaced, b: replaced },
  },
  'a full rollback': {
    kind: 'rollback',
    documents: twoSleepers,
    before: second(twoChanged),
    begin: back('--full'),
    states: { stopping: points },
    end: 'done',
    acts: { a: replaced, b: replaced },
  },
  'a rollback that is paused': {
    kind: 'rollback',
    documents: twoSleepers,
    spec: 'policy: {rollout: {minReady: 4s}}',
    before: second(twoChanged, 'policy: {rollout: {minReady: 4s}}'),
    begin: back(),
    says: { settling: { type: 'pause' }, paused: { type: 'resume' } },
    states: { paused: ['stored'] },
    end: 'done',
    acts: { a: replaced, b: replaced },
  },
  'a rollback that cannot go on': {
    kind: 'rollback',
    documents: [noWayBack(), sleeper('b', 'depends_on: [a]')],
    before: second([newer(), changed('b', 'depends_on: [a]')]),
    begin: back(),
    says: { deciding: decide('abort') },
    states: { deciding: ['stored'], aborted: ['stored'] },
    end: 'aborted',
    acts: { b: [] },
  },
};
