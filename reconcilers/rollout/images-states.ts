// The states of a rollout before its first wave: its images are had, or it has not begun.

import { ask, tellUnpulled } from './parts.ts';

export const imagesStates = {
  pulling: {
    entry: 'beginPulls' as const,
    on: {
      worked: [
        { guard: 'allPulled' as const, target: 'rolling', actions: 'notePulled' as const },
        { guard: 'pullsOver' as const, target: 'unpulled', actions: 'noteUnpulled' as const },
        { guard: 'isPullAnswer' as const, target: 'awaitingImages', actions: 'noteUnpulled' as const },
      ],
    },
  },
  awaitingImages: { after: { pullWait: 'pulling' } },
  unpulled: {
    always: [
      // What it has come on the way of goes back too, and what is there may not fit that.
      { guard: 'goesBackMerged' as const, target: 'checking', actions: tellUnpulled },
      { guard: 'goesBack' as const, target: 'leaving', actions: tellUnpulled },
      { guard: 'goesOn' as const, target: 'rolling', actions: [tellUnpulled, 'accept' as const] },
      { target: 'deciding', actions: [tellUnpulled, ask('images')] },
    ],
  },
};
