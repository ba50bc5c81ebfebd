// Performs one step: engine calls through the engine, model pulls through the model server. The only place that knows
// that there are two kinds of server to act on.

import type { SecretValues } from '../../desired-state/load-types.ts';
import type { Step } from '../../reconcilers/plan.ts';
import type { Engine, StepOutcome } from '../engine.ts';
import { ReeveError } from '../errors.ts';
import { callTimeoutUnder, longestCallMs } from '../lease/former-calls.ts';
import type { Lease } from '../lease/lease.ts';
import { pullModel } from '../ollama/client.ts';
import type { ModelServers } from '../ollama/servers.ts';

const pullTimeoutMs = 60 * 60_000;

const longOps = new Set<Step['op']>(['pullImage', 'buildImage']);

export interface PerformContext {
  readonly engine: Engine;
  readonly servers: ModelServers;
  /** Progress in words, of a pull or build. */
  readonly progress: (step: Step, message: string) => void;
  /** By a lead for a time: the acts are its holder's alone, and no call takes longer than its successor waits. */
  readonly lease?: Lease;
}

/** Performs `step`; rejects with an EngineError or ReeveError. */
export async function perform(
  context: PerformContext,
  step: Step,
  secrets: SecretValues,
  signal: AbortSignal,
): Promise<StepOutcome> {
  const progress = (message: string): void => context.progress(step, message);
  const { lease } = context;
  if (step.op === 'pullModel') {
    lease?.mustHold();
    return performModelPull(context.servers, step, progress, signal);
  }
  const callMs = lease === undefined ? longestCallMs : callTimeoutUnder(lease.leaseMs);
  const grace = 'graceMs' in step.args ? (step.args.graceMs ?? 10_000) : 0;
  const timeoutMs = longOps.has(step.op) ? pullTimeoutMs : callMs + grace;
  return context.engine.perform(step, { secrets, signal, progress, timeoutMs });
}

async function performModelPull(
  servers: ModelServers,
  step: Step & { op: 'pullModel' },
  progress: (message: string) => void,
  signal: AbortSignal,
): Promise<StepOutcome> {
  const { model } = step.args;
  const url = servers.urlOf(model.server);
  if (url === undefined) {
    throw new ReeveError(`model ${model.model} cannot be pulled: its server ${model.server} is not running`, {
      retryable: true,
    });
  }
  await pullModel(url, model.model, progress, AbortSignal.any([signal, AbortSignal.timeout(pullTimeoutMs)]));
  await servers.refresh(model.server);
  return { changed: true };
}
