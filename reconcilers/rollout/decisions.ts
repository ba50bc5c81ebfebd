// What a person's decision leads to, by what was asked.

import { ask, decided, tryAgain } from './parts.ts';

export const decisionsOfBoth = [
  // Whatever schema there is; images and backups come after that.
  { guard: decided('continue', 'check', 'unfit'), target: 'checking', actions: 'leaveChecks' as const },
  { guard: decided('continue', 'check'), target: 'leaving' },
  { guard: decided('retry', 'check'), target: 'checking' },
  { guard: decided('retry', 'wave'), target: 'rolling', actions: [tryAgain, 'forgetFailed' as const] },
  { guard: decided('continue', 'wave'), target: 'judging', actions: 'accept' as const },
  { guard: decided('abort', 'wave'), target: 'aborted' },
];

export const decisionsOfRollback = [
  { guard: decided('abort', 'check'), target: 'aborted' },
  { guard: decided('retry', 'stop'), target: 'stopping' },
  { guard: decided('continue', 'stop'), target: 'rolling' },
  { guard: decided('abort', 'stop'), target: 'aborted' },
];

const decisionsOnImages = [
  { guard: decided('retry', 'images'), target: 'pulling', actions: 'pullAnew' as const },
  { guard: decided('continue', 'images'), target: 'rolling', actions: 'accept' as const },
  // What has come on the way of another goes back with that, and what is there may not fit it.
  { guard: decided('rollback', 'images', 'merged'), target: 'checking' },
  { guard: decided('rollback', 'images'), target: 'leaving' },
  { guard: decided('abort', 'images'), target: 'aborted' },
];

/** `pullsFirst`: it has its images before its first wave, and asks where they cannot be had. */
export function decisionsOfRollout(pullsFirst: boolean) {
  return [
    // That nothing goes back says nothing yet of the wave that failed.
    { guard: decided('abort', 'check'), target: 'deciding', reenter: true, actions: ask('wave') },
    { guard: decided('rollback', 'wave'), target: 'checking' },
    { guard: decided('retry', 'back'), target: 'rollingBack', actions: [tryAgain, 'giveTime' as const] },
    { guard: decided('abort', 'back'), target: 'aborted' },
    ...(pullsFirst ? decisionsOnImages : []),
  ];
}
