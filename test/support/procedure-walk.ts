// Walks a procedure's machine as the runner does, its clock and its storing included: each step begins from the JSON of
// the one before.

import type { AnyStateMachine } from 'xstate';
import {
  advance,
  begin,
  dueTimer,
  type StoredMachine,
  withoutTimer,
} from '../../reconcilers/procedures/advance.ts';
import type { Effect } from '../../reconcilers/procedures/definition.ts';
import { noon } from './make.ts';

export class ProcedureWalk<Context> {
  machine: StoredMachine;
  now = noon;
  /** What was asked for, in words: `askRestart Service/a`, `tell DecisionNeeded`. */
  readonly asked: string[] = [];
  /** The same as it comes. */
  readonly effects: Effect[] = [];
  readonly #of: AnyStateMachine;

  constructor(machine: AnyStateMachine, input: object) {
    this.#of = machine;
    const first = begin(machine, input, this.now);
    this.machine = first.machine;
    this.#note(first.effects);
  }

  get state(): string {
    return this.machine.state;
  }

  get context(): Context {
    return this.machine.context as Context;
  }

  feed(event: { readonly type: string; readonly [key: string]: unknown }): this {
    const stored = JSON.parse(JSON.stringify(this.machine)) as StoredMachine;
    const next = advance(this.#of, stored, { ...event, at: this.now });
    this.machine = next.machine;
    this.#note(next.effects);
    return this;
  }

  /** Lets time pass: what is due fires, each once. */
  after(ms: number): this {
    this.now += ms;
    for (let timer = dueTimer(this.machine, this.now); timer !== undefined; ) {
      this.machine = withoutTimer(this.machine, timer.id);
      this.feed(timer.event);
      timer = dueTimer(this.machine, this.now);
    }
    return this;
  }

  seen(...ready: readonly string[]): this {
    return this.feed({ type: 'seen', ready });
  }

  says(type: 'pause' | 'resume' | 'abort'): this {
    return this.feed({ type, by: 'ana' });
  }

  decides(choice: string): this {
    return this.feed({ type: 'decide', choice, by: 'ana' });
  }

  #note(effects: readonly Effect[]): void {
    this.effects.push(...effects);
    for (const { type, params } of effects) {
      const refs = (params['refs'] ?? []) as readonly string[];
      this.asked.push([type, type === 'tell' ? String(params['reason']) : refs.join(' ')].join(' ').trim());
    }
  }
}
