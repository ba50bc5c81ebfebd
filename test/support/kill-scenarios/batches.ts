// Batched restarts and complete recoveries in which a controller is killed.

import { points } from '../kill-points.ts';
import { brokenPair, command, decide, type Scenario, type Scenarios, twoSleepers } from './scenario.ts';

const restart = (...more: readonly string[]): Scenario['begin'] =>
  command('restart', '--yes', '--no-wait', '-l', 'kind=Service', ...more);
const recover = (...more: readonly string[]): Scenario['begin'] =>
  command('recover', '--yes', '--no-wait', ...more);

export const batches: Scenarios = {
  'a batched restart': {
    kind: 'batched-restart',
    documents: twoSleepers,
    begin: restart('--settle', '1s'),
    states: { restarting: points, settling: ['stored'], done: ['stored'] },
    end: 'done',
    acts: { a: ['restart'], b: ['restart'] },
  },
  'a batched restart that is paused': {
    kind: 'batched-restart',
    documents: twoSleepers,
    begin: restart('--settle', '5s'),
    says: { restarting: { type: 'pause' }, paused: { type: 'resume' } },
    states: { paused: ['stored'] },
    end: 'done',
    acts: { a: ['restart'], b: ['restart'] },
  },
  'a batched restart that cannot go on': {
    kind: 'batched-restart',
    documents: brokenPair,
    begin: restart('--settle', '0s', '--timeout', '3s'),
    says: { deciding: decide('abort') },
    states: { deciding: ['stored'], aborted: ['stored'] },
    end: 'aborted',
    acts: { b: [] },
  },
  'a complete recovery': {
    kind: 'complete-recovery',
    documents: twoSleepers,
    begin: recover('--settle', '1s'),
    states: {
      assessing: ['stored'],
      stopping: points,
      starting: points,
      settling: ['stored'],
      confirming: ['stored'],
      gating: ['stored'],
      verifying: ['stored'],
      done: ['stored'],
    },
    end: 'done',
    acts: { a: ['stop', 'start'], b: ['stop', 'start'] },
  },
  'a complete recovery that is paused': {
    kind: 'complete-recovery',
    documents: twoSleepers,
    begin: recover('--settle', '5s'),
    says: { starting: { type: 'pause' }, paused: { type: 'resume' } },
    states: { paused: ['stored'] },
    end: 'done',
    acts: { a: ['stop', 'start'], b: ['stop', 'start'] },
  },
  // The engine is everybody's: it sees none of what would free its disk, and the disk stays as full as it is.
  'a complete recovery on a full disk': {
    kind: 'complete-recovery',
    documents: twoSleepers,
    begin: recover('--settle', '0s', '--max-disk', '0.01'),
    says: { deciding: decide('continue') },
    states: { freeing: ['stored'] },
    end: 'done',
    acts: { a: ['stop', 'start'], b: ['stop', 'start'] },
  },
  'a complete recovery that cannot go on': {
    kind: 'complete-recovery',
    documents: brokenPair,
    begin: recover('--settle', '0s', '--timeout', '4s'),
    says: { deciding: decide('abort') },
    states: { deciding: ['stored'], aborted: ['stored'] },
    end: 'aborted',
    acts: { b: ['stop'] },
  },
};
