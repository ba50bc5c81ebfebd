// How reeve stands to its engine: reachable or not, since when, how long to wait before asking again, and whether the
// event stream had a gap. A pure machine: `transition` gives the next snapshot and what is to be done as data.

import { assign, initialTransition, type SnapshotFrom, setup, transition } from 'xstate';

const firstRetryMs = 250;
const lastRetryMs = 15_000;

export type LinkEvent =
  /** A whole pass went through. `at` in epoch ms. */
  | { readonly type: 'answered'; readonly at: number }
  /** The engine could not be asked. */
  | { readonly type: 'failed'; readonly at: number; readonly message: string }
  /** The event stream is up anew: what happened before may have been missed. */
  | { readonly type: 'streamOpened' };

/** What is to be done, in order. */
export type LinkEffect =
  | { readonly type: 'tellUnreachable'; readonly message: string }
  | { readonly type: 'tellReachable'; readonly downMs: number }
  /** Nothing known of containers may be believed. */
  | { readonly type: 'observeAnew' };

interface LinkContext {
  readonly gap: boolean;
  /** Epoch ms; meaningful while unreachable. */
  readonly downSince: number;
  /** Wait before the next try. */
  readonly retryMs: number;
}

const machine = setup({
  types: { context: {} as LinkContext, events: {} as LinkEvent },
  actions: {
    tellUnreachable: (_, _params: { message: string }) => undefined,
    tellReachable: (_, _params: { downMs: number }) => undefined,
    observeAnew: () => undefined,
  },
  guards: { hadGap: ({ context }) => context.gap },
}).createMachine({
  id: 'engine-link',
  context: { gap: false, downSince: 0, retryMs: firstRetryMs },
  initial: 'reachable',
  on: { streamOpened: { actions: assign({ gap: true }) } },
  states: {
    reachable: {
      on: {
        answered: { guard: 'hadGap', actions: [assign({ gap: false }), 'observeAnew'] },
        failed: {
          target: 'unreachable',
          actions: [
            assign({ downSince: ({ event }) => event.at, retryMs: firstRetryMs }),
            { type: 'tellUnreachable', params: ({ event }) => ({ message: event.message }) },
          ],
        },
      },
    },
    unreachable: {
      on: {
        answered: {
          target: 'reachable',
          actions: [
            {
              type: 'tellReachable',
              params: ({ context, event }) => ({ downMs: event.at - context.downSince }),
            },
            assign({ gap: false, retryMs: firstRetryMs }),
            'observeAnew',
          ],
        },
        failed: { actions: assign({ retryMs: ({ context }) => Math.min(context.retryMs * 2, lastRetryMs) }) },
      },
    },
  },
});

export type EngineLink = SnapshotFrom<typeof machine>;

export function newEngineLink(): EngineLink {
  return initialTransition(machine)[0];
}

/** The next snapshot, and what to do. */
export function nextEngineLink(
  link: EngineLink,
  event: LinkEvent,
): { link: EngineLink; effects: readonly LinkEffect[] } {
  const [next, actions] = transition(machine, link, event);
  const effects = actions.flatMap(({ type, params }): LinkEffect[] => {
    if (type === 'observeAnew') return [{ type }];
    if (type === 'tellUnreachable' || type === 'tellReachable')
      return [{ type, ...(params as object) } as LinkEffect];
    return [];
  });
  return { link: next, effects };
}
