// What a controller is killed in: a procedure on a platform of its own, from its begin to its end, and the acts that the engine
// sees of it. And what such platforms are made of.

import { expect } from 'vitest';
import type { Word } from '../../../controller/procedures/procedures.ts';
import type { Mortal, Point } from '../kill-points.ts';
import { onceOnly } from '../once-only.ts';
import { service, type TestPlatform } from '../platform.ts';

export interface Scenario {
  readonly kind: string;
  /** Whose, where there is more than one of the kind. */
  readonly ref?: string;
  readonly documents: readonly string[];
  readonly spec?: string;
  /** What is so before there is a controller. */
  readonly before?: (p: TestPlatform) => Promise<unknown>;
  /** Begins the procedure, from where everything is ready. */
  readonly begin: (p: TestPlatform, mortal: Mortal) => Promise<unknown>;
  /** What a person says in a state, once. */
  readonly says?: Readonly<Record<string, Word>>;
  /** What is done in a state before that, once. */
  readonly does?: Readonly<Record<string, (p: TestPlatform, mortal: Mortal) => unknown>>;
  /** What is still to come after its end. */
  readonly after?: (p: TestPlatform) => Promise<unknown>;
  /** States that are stored on its way, with the points that there are in each. */
  readonly states: Readonly<Record<string, readonly Point[]>>;
  readonly end: string;
  /** Acts that the engine sees on the containers of these, old and new, however often the controller is killed: none lost, none done twice. */
  readonly acts: Readonly<Record<string, readonly string[]>>;
}

export type Scenarios = Readonly<Record<string, Scenario>>;

export const sleeper = (name: string, ...more: readonly string[]): string =>
  service(name, ['init: true', 'command: [sleep, "9999"]', ...more]);

export const changed = (name: string, ...more: readonly string[]): string =>
  sleeper(name, 'environment: {V: "2"}', ...more);

/** Runs `command` in a shell, which finds flags that a test puts up and takes away. */
export const flagged = (name: string, command: string, ...more: readonly string[]): string =>
  service(name, ['init: true', `command: [sh, -c, "${command}"]`, 'volumes: ["./flags:/flags"]', ...more]);

export const twoSleepers = [sleeper('a', 'tier: core'), sleeper('b', 'depends_on: [a]')];
export const twoChanged = [changed('a', 'tier: core'), changed('b', 'depends_on: [a]')];
export const brokenPair = [onceOnly('a', 'tier: core'), sleeper('b', 'depends_on: [a]')];

export const decide = (choice: string): Word => ({ type: 'decide', choice });

/** `reeve ARGS`, which must have nothing to say against it, but that its controller was killed before it could answer. */
export const command =
  (...args: readonly string[]): Scenario['begin'] =>
  async (_, mortal) => {
    const { code, stderr } = await mortal.reeve(...args);
    if (stderr.includes('the controller went away before it answered')) return;
    expect({ code, stderr }, args.join(' ')).toEqual({ code: 0, stderr: '' });
  };

/** Ends it past the engine, as a crash does; what is down stays so. */
export async function crash(p: TestPlatform, name: string): Promise<void> {
  const { Pid } = (await p.container(`Service/${name}`)).State;
  // Zero is no process: it would be the test's own and all of its group.
  if (Pid > 0) process.kill(Pid, 'SIGKILL');
}
