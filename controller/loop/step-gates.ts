// How many steps of which sort go at once: engine calls by the platform's setting, pulls and builds by theirs, what only
// waits by a generous one, so that none holds up another.

import type { Policy } from '../../desired-state/revision.ts';
import type { Step } from '../../reconcilers/plan.ts';
import { Gate } from './executor.ts';
import { Quiet } from './quiet.ts';

type Sort = 'calls' | 'pulls' | 'builds' | 'waits';

const sorts: Partial<Record<Step['op'], Sort>> = {
  pullImage: 'pulls',
  buildImage: 'builds',
  stopContainer: 'waits',
  restartContainer: 'waits',
  pullModel: 'waits',
};
const waitsInFlight = 32;

/** The networks' endpoints change with them. */
const stirs = new Set<Step['op']>([
  'startContainer',
  'stopContainer',
  'restartContainer',
  'removeContainer',
  'connectNetwork',
  'disconnectNetwork',
]);
const quietPatienceMs = 3_000;

export class StepGates {
  readonly #gates = new Map<Sort, { readonly limit: number; readonly gate: Gate }>();
  readonly #quiet = new Quiet(quietPatienceMs);

  /** The gate of a step under this policy, and its quiet; a setting that changed counts from the next step on. */
  of(step: Step, policy: Pick<Policy, 'concurrency' | 'images'>): Pick<Gate, 'run'> {
    const gate = this.#gateOf(step, policy);
    const isQuiet = step.op === 'renameContainer' && step.args.whileRunning === true;
    if (!isQuiet && !stirs.has(step.op)) return gate;
    const quiet = this.#quiet;
    return {
      run: (task, goesOn) => gate.run(() => (isQuiet ? quiet.quietly(task) : quiet.stir(task)), goesOn),
    };
  }

  #gateOf(step: Step, { concurrency, images }: Pick<Policy, 'concurrency' | 'images'>): Gate {
    const sort = sorts[step.op] ?? 'calls';
    const limits = { calls: concurrency, pulls: images.pulls, builds: images.builds, waits: waitsInFlight };
    const known = this.#gates.get(sort);
    if (known?.limit === limits[sort]) return known.gate;
    const gate = new Gate(limits[sort]);
    this.#gates.set(sort, { limit: limits[sort], gate });
    return gate;
  }
}
