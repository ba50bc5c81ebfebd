// Brings a revision in, wave by wave: each is aimed at, is waited for until it is ready in its new form, and is watched for
// a while before the next. A wave that fails takes all that has begun back to the revision before, or stops for a person,
// or is gone on without. Going back to an older revision (`rollback`) is the same walk, and never goes back itself.
// Pure: what passes aim at follows from the state (aim.ts); what else it asks for are actions by name.

import { abortTold, pauseTold } from '../procedures/telling.ts';
import { type Kind, partsOf, type RolloutContext, type RolloutEvent } from './context.ts';
import { decisionsOfBoth, decisionsOfRollback, decisionsOfRollout } from './decisions.ts';
import { imagesStates } from './images-states.ts';
import { firstContext, toRelease } from './notes.ts';
import { ask, makeSetup, tellFailed } from './parts.ts';
import { backTold, begunTold, doneTold, goingBackTold, mergedTold, questionTold, whyLeft } from './words.ts';

const tellMerged = {
  type: 'tell',
  params: ({ event }: { readonly event: Extract<RolloutEvent, { type: 'merge' }> }) =>
    mergedTold(event.course),
} as const;
const tellBegun = {
  type: 'tell',
  params: ({ context }: { readonly context: RolloutContext }) => begunTold('rollout', context),
} as const;

/**
 * The machine of one of the two. `version` 1: without images that are had first, without a canary's errors, and going back
 * has its time only once.
 */
export function makeMachine(kind: Kind, version: 1 | 2 = 2) {
  const isOld = version === 1;
  const pullsFirst = kind === 'rollout' && !isOld;
  return makeSetup().createMachine({
    id: kind,
    context: ({ input }) => firstContext(input),
    initial: 'begun',
    on: {
      pause: {
        actions: ['askPause', { type: 'tell', params: ({ event }) => pauseTold(event) }],
      },
      resume: { actions: 'resumed' },
      abort: { target: '.aborted', actions: { type: 'tell', params: ({ event }) => abortTold(event) } },
      merge: [
        ...(pullsFirst
          ? [
              {
                guard: 'comesWithPulls' as const,
                target: '.pulling',
                actions: [tellMerged, 'merge' as const],
              },
            ]
          : []),
        { target: '.rolling', actions: [tellMerged, 'merge'] },
      ],
    },
    states: {
      begun: {
        always: [
          ...(kind === 'rollback' ? [{ target: 'checking' }] : []),
          ...(pullsFirst ? [{ guard: 'hasPulls' as const, target: 'pulling', actions: tellBegun }] : []),
          ...(kind === 'rollout' ? [{ target: 'rolling', actions: tellBegun }] : []),
        ],
      },
      // What can fail early fails before anything is stopped; what may mend has a wave's time for that.
      ...(pullsFirst ? imagesStates : {}),
      // Before anything goes back: does what is there still fit what is gone back to?
      checking: {
        entry: 'beginAsking',
        on: {
          worked: [
            {
              guard: 'isMismatch',
              target: 'deciding',
              actions: ['noteMismatches', ask('check')],
            },
            { guard: 'isAnswer', target: 'leaving', actions: 'noteMismatches' },
          ],
        },
      },
      // The moment from which the newer revision is wanted no more.
      leaving: {
        entry: {
          type: 'quarantine',
          params: ({ context }) => ({
            revision: kind === 'rollback' ? context.before : context.revision,
            to: kind === 'rollback' ? context.revision : context.before,
            why: whyLeft(kind, context),
            images: context.images,
          }),
        },
        always:
          kind === 'rollback'
            ? [
                {
                  guard: 'isFull',
                  target: 'stopping',
                  actions: { type: 'tell', params: ({ context }) => begunTold(kind, context) },
                },
                {
                  target: 'rolling',
                  actions: { type: 'tell', params: ({ context }) => begunTold(kind, context) },
                },
              ]
            : [
                {
                  target: 'rollingBack',
                  actions: [{ type: 'tell', params: ({ context }) => goingBackTold(context) }, 'giveTime'],
                },
              ],
      },
      rolling: {
        entry: ['beginWave', { type: 'release', params: ({ context }) => ({ refs: toRelease(context) }) }],
        on: {
          seen: [
            { guard: 'isSuspended' },
            { guard: 'fails', target: 'judging', actions: ['noteSeen', 'noteFailed'] },
            { guard: 'readyForGood', target: 'judging', actions: 'noteSeen' },
            { guard: 'allReady', target: 'settling', actions: ['noteSeen', 'beginSettle'] },
            { guard: 'progress', target: 'rolling', reenter: true, actions: 'noteSeen' },
            { actions: 'noteSeen' },
          ],
        },
        after: { deadline: 'confirming' },
      },
      settling: {
        on: {
          seen: [
            { guard: 'isSuspended' },
            { guard: 'fails', target: 'judging', actions: ['noteSeen', 'noteFailed'] },
            { guard: 'allReady', actions: 'noteSeen' },
            { guard: 'isCanary', target: 'judging', actions: ['noteSeen', 'noteFallen'] },
            // It fell: it may get ready again within its time.
            { target: 'rolling', actions: 'noteSeen' },
          ],
        },
        after: {
          settle: [
            ...(isOld ? [] : [{ guard: 'measures' as const, target: 'measuring' }]),
            { target: 'confirming' },
          ],
        },
      },
      ...(isOld
        ? {}
        : {
            // Its errors, once its time is over.
            measuring: {
              entry: 'beginAsking' as const,
              on: {
                worked: [
                  { guard: 'fewErrors' as const, target: 'confirming' },
                  { guard: 'isMeasured' as const, target: 'judging', actions: 'noteErrors' as const },
                ],
              },
            },
          }),
      // Nothing is judged unseen, nor where nothing was done yet: while nobody acted its time may have run out.
      confirming: {
        on: {
          seen: [
            { guard: 'isSuspended', target: 'rolling' },
            { guard: 'allReady', target: 'judging', actions: 'noteSeen' },
            { guard: 'isUnacted', target: 'rolling', actions: ['noteSeen', 'prolong'] },
            { target: 'judging', actions: ['noteSeen', 'noteFailed'] },
          ],
        },
      },
      judging: {
        always: [
          ...(kind === 'rollback'
            ? []
            : [
                {
                  guard: 'goesBack' as const,
                  target: 'checking',
                  actions: tellFailed,
                },
                {
                  guard: 'goesOn' as const,
                  target: 'judging',
                  actions: [tellFailed, 'accept' as const],
                },
              ]),
          {
            guard: 'hasFailed',
            target: 'deciding',
            actions: [tellFailed, ask('wave')],
          },
          { guard: 'isLast', target: 'done' },
          { guard: 'pauseAsked', target: 'paused' },
          { target: 'rolling', actions: 'nextWave' },
        ],
      },
      ...(kind === 'rollback'
        ? {
            stopping: {
              entry: { type: 'park', params: ({ context }) => ({ waves: context.waves }) },
              on: {
                stopped: [{ guard: 'allDown', target: 'rolling', actions: 'noteUp' }, { actions: 'noteUp' }],
              },
              after: {
                deadline: { target: 'deciding', actions: ask('stop') },
              },
            },
          }
        : {
            rollingBack: {
              entry: 'beginBack',
              on: {
                seen: [
                  { guard: 'isSuspended' },
                  { guard: 'allBack', target: 'rolledBack', actions: 'noteSeen' },
                  { actions: 'noteSeen' },
                ],
              },
              after: { deadline: 'confirmingBack' },
            },
            confirmingBack: {
              on: {
                seen: [
                  { guard: 'isSuspended', target: 'rollingBack' },
                  { guard: 'allBack', target: 'rolledBack', actions: 'noteSeen' },
                  ...(isOld
                    ? []
                    : [
                        {
                          guard: 'isUnactedBack' as const,
                          target: 'rollingBack',
                          actions: ['noteSeen' as const, 'prolong' as const],
                        },
                      ]),
                  {
                    target: 'deciding',
                    actions: ['noteSeen', ask('back')],
                  },
                ],
              },
            },
            rolledBack: {
              type: 'final',
              entry: { type: 'tell', params: ({ context }) => backTold(context) },
            },
          }),
      paused: {
        on: {
          resume: [
            ...(pullsFirst
              ? [{ guard: 'isUnpulled' as const, target: 'pulling', actions: 'resumed' as const }]
              : []),
            { guard: 'isUnbegun', target: 'rolling', actions: 'resumed' },
            { target: 'rolling', actions: ['resumed', 'nextWave'] },
          ],
          // The newer one waits too: a pause is a person's word.
          merge: { actions: [tellMerged, 'merge'] },
        },
      },
      deciding: {
        entry: { type: 'tell', params: ({ context }) => questionTold(kind, context) },
        on: {
          decide: [
            ...decisionsOfBoth,
            ...(kind === 'rollback' ? decisionsOfRollback : decisionsOfRollout(pullsFirst)),
          ],
        },
      },
      aborted: {
        type: 'final',
        entry: {
          type: 'release',
          params: ({ context }) => ({ refs: context.full === true ? partsOf(context) : [] }),
        },
      },
      done: {
        type: 'final',
        entry: { type: 'tell', params: ({ context }) => doneTold(kind, context) },
      },
    },
  });
}

export const machine = makeMachine('rollout');
