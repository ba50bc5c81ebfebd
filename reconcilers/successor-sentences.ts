// How it reads where a new container was started beside the old one. Decides nothing.

import { drainsUntil } from './replacement.ts';
import { endedAt, next, nextOf, type Sentence, seen, whyNotReady } from './sentence-parts.ts';
import type { Situation } from './situation.ts';
import { besideOf } from './successor.ts';
import { actFailed } from './symptoms.ts';

export const successorSentences = {
  PredecessorDraining: (s) => {
    const until = drainsUntil(s);
    return {
      message: 'the new container is ready and has the names; the old one ends what it has begun',
      ...(until === undefined ? {} : { nextAt: until }),
    };
  },
  SuccessorOutdated: () => ({
    message: 'what is declared has changed while the new container was made ready beside the old one',
    outcome: '; the new one goes, the old one was never touched',
  }),
  SuccessorFailed: (s) => ({
    reason: 'ReplacementFailed',
    message: `the new container did not get ready beside the old one: ${whyNotReady(besideOf(s) ?? s)}`,
    outcome: '; it goes, the old one was never touched',
    ...endedAt(besideOf(s) ?? s),
  }),
  SuccessorAlone: () => ({
    message: 'the old container has ended while the new one was made ready beside it',
    outcome: '; the new one takes its place',
  }),
  SuccessorReady: () => ({
    message: 'the new container is ready beside the old one',
    outcome: '; it gets the names that clients use',
  }),
  SuccessorNamed: () => ({
    message: 'the new container is ready and has the names that clients use',
    outcome: '; the old one loses them',
  }),
  SuccessorStarting: (s) => ({
    message: `the new container is starting beside the old one, which serves until it is ready: ${seen(besideOf(s) ?? s)}`,
    ...(actFailed(s) ? next(s) : nextOf(besideOf(s) ?? s)),
  }),
} satisfies Readonly<Record<string, (s: Situation) => Sentence>>;
