// A small procedure, the one of docs/adding-a-procedure.md: one resource is restarted, and must stay ready for a while.

import { assign, setup } from 'xstate';
import type { Ref } from '../../desired-state/resource.ts';
import type { Asked, ProcedureDefinition } from '../../reconcilers/procedures/definition.ts';

interface Context {
  readonly ref: Ref;
  readonly watchMs: number;
  readonly falls: number;
}

type Event =
  | { readonly type: 'ready' | 'fell'; readonly at: number }
  | { readonly type: 'abort'; readonly at: number; readonly by: string };

const machine = setup({
  types: { context: {} as Context, events: {} as Event, input: {} as Omit<Context, 'falls'> },
  actions: {
    askRestart: (_, _params: { ref: Ref }) => undefined,
    withdraw: (_, _params: { ref: Ref }) => undefined,
    countFall: assign({ falls: ({ context }) => context.falls + 1 }),
  },
  delays: { watch: ({ context }) => context.watchMs },
}).createMachine({
  id: 'watched-restart',
  context: ({ input: { ref, watchMs } }) => ({ ref, watchMs, falls: 0 }),
  initial: 'restarting',
  on: {
    abort: {
      target: '.aborted',
      actions: { type: 'withdraw', params: ({ context }) => ({ ref: context.ref }) },
    },
  },
  states: {
    restarting: {
      entry: { type: 'askRestart', params: ({ context }) => ({ ref: context.ref }) },
      on: { ready: 'watching' },
    },
    watching: {
      on: { fell: { target: 'restarting', actions: 'countFall' } },
      after: { watch: 'done' },
    },
    aborted: { type: 'final' },
    done: { type: 'final' },
  },
});

export const watchedRestart: ProcedureDefinition<Context> = {
  kind: 'watched-restart',
  version: 1,
  // Narrower than a batched restart, which takes over from it.
  rank: 1,
  machine,
  refs: ({ ref }) => [ref],
  see: (state, { ref }, { at, statuses, facts }) => {
    if (facts.restarts[ref] !== undefined) return undefined;
    const status = statuses.find((s) => s.ref === ref);
    const isReady = status?.conditions.some((c) => c.type === 'Ready' && c.status) === true;
    if (state === 'restarting' && isReady) return { type: 'ready', at };
    return state === 'watching' && !isReady ? { type: 'fell', at } : undefined;
  },
  asks: ({ type, params }): Asked => {
    const refs = [params['ref'] as Ref];
    return {
      restarts: type === 'askRestart' ? refs : [],
      withdrawn: type === 'withdraw' ? refs : [],
      tellings: [],
    };
  },
  outlook: (state, { ref, watchMs, falls }) => ({
    message:
      state === 'watching'
        ? `${ref} is ready; it must stay so for ${watchMs / 1_000} s`
        : `${ref}: ${state}; it fell ${falls} times`,
    done: state === 'done' ? 1 : 0,
    total: 1,
    choices: [],
  }),
};
