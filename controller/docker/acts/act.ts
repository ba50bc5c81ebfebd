// What all acts share: their shape, and how a call whose outcome is unknown is looked at before it is tried again.

import { setTimeout } from 'node:timers/promises';
import type { StepArgs, StepOp } from '../../../reconcilers/plan.ts';
import type { StepContext, StepOutcome } from '../../engine.ts';
import type { EngineError } from '../../errors.ts';
import type { EngineClient } from '../client.ts';
import { isUncertain } from '../errors.ts';
import type { Credentials } from '../registry/credentials.ts';

/** What a step is carried out with: its own context, and what the engine's side knows of registries. */
export type ActContext = StepContext & { readonly credentials: Credentials };

export type Act<Op extends StepOp> = (
  client: EngineClient,
  args: Readonly<StepArgs[Op]>,
  context: ActContext,
) => Promise<StepOutcome>;

export interface Bounds {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

export function boundsOf({ signal, timeoutMs }: StepContext): Bounds {
  return { signal, timeoutMs };
}

const attempts = 3;
const pauseMs = 200;

/**
 * Acts; where it stays unknown whether the engine did it (time-out, lost or garbled answer, a 500), looks first and
 * only then tries again. `look` resolves with the result if it was done, undefined if it was not.
 */
export async function surely<T>(
  act: () => Promise<T>,
  look: (error: EngineError) => Promise<T | undefined>,
  signal: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (!isUncertain(error) || signal.aborted) throw error;
      const done = await look(error);
      if (done !== undefined) return done;
      if (attempt === attempts) throw error;
      await setTimeout(pauseMs * attempt, undefined, { signal });
    }
  }
}
