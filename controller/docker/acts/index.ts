// Step → engine call. Decides nothing: one act for each kind of step, and a forgotten one does not compile.

import type { Step, StepOp } from '../../../reconcilers/plan.ts';
import type { StepOutcome } from '../../engine.ts';
import { ReeveError } from '../../errors.ts';
import type { EngineClient } from '../client.ts';
import type { Act, ActContext } from './act.ts';
import { buildImage } from './build-image.ts';
import { createContainer } from './create-container.ts';
import { renameContainer, updateContainer } from './identity.ts';
import { connectNetwork, createNetwork, disconnectNetwork, removeNetwork } from './networks.ts';
import { pullImage } from './pull-image.ts';
import { removeContainer } from './remove-container.ts';
import {
  restartContainer,
  signalContainer,
  startContainer,
  stopContainer,
  unpauseContainer,
} from './run-state.ts';
import { createVolume, removeVolume } from './volumes.ts';

const pullModel: Act<'pullModel'> = async (_client, { model }) => {
  throw new ReeveError(`model ${model.model} is pulled by its model server, not by the engine`);
};

const acts = {
  createNetwork,
  removeNetwork,
  createVolume,
  removeVolume,
  pullImage,
  buildImage,
  pullModel,
  createContainer,
  startContainer,
  stopContainer,
  restartContainer,
  signalContainer,
  unpauseContainer,
  renameContainer,
  updateContainer,
  connectNetwork,
  disconnectNetwork,
  removeContainer,
} satisfies { [Op in StepOp]: Act<Op> };

/** Carries out one step; a repeated one finds what is there. */
export function performStep(client: EngineClient, step: Step, context: ActContext): Promise<StepOutcome> {
  return act(client, step, context);
}

function act<Op extends StepOp>(
  client: EngineClient,
  { op, args }: { readonly op: Op; readonly args: Parameters<Act<Op>>[1] },
  context: ActContext,
): Promise<StepOutcome> {
  const table: { readonly [O in StepOp]: Act<O> } = acts;
  return table[op](client, args, context);
}
