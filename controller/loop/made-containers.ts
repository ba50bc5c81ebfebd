// Containers made for resources whose steps are still in flight: what comes after the create was planned before there was
// an id, and is filled in here.

import type { Ref } from '../../desired-state/resource.ts';
import type { Step } from '../../reconcilers/plan.ts';
import type { StepReport } from './executor.ts';

interface MadeContainer {
  readonly id: string;
  readonly name: string;
  /** Not there before: one that was may run already. */
  readonly isNew: boolean;
}

export class MadeContainers {
  readonly #byRef = new Map<Ref, MadeContainer>();

  /** A step has ended: it may have made a container, or given it its name. */
  note({ step, outcome }: Pick<StepReport, 'step' | 'outcome'>): void {
    if (outcome === undefined) return;
    if (step.op === 'createContainer' && outcome.containerId !== undefined) {
      const { containerId: id, changed: isNew } = outcome;
      this.#byRef.set(step.ref, { id, name: step.args.name, isNew });
    }
    const made = this.#byRef.get(step.ref);
    if (step.op === 'renameContainer' && isOpen(step) && made !== undefined)
      this.#byRef.set(step.ref, { ...made, name: step.args.name });
  }

  /** The step on the container that its plan has made; as it is where it names its own. */
  filledIn(step: Step): Step {
    const made = this.#byRef.get(step.ref);
    if (made === undefined || !isOpen(step)) return step;
    const { id: containerId, name, isNew } = made;
    if (step.op === 'renameContainer') return { ...step, args: { ...step.args, containerId } };
    return { ...step, args: { ...step.args, containerId, ...(isNew ? { made: name } : {}) } };
  }

  /** Its last step has ended. */
  forget(ref: Ref): void {
    this.#byRef.delete(ref);
  }
}

type OpenStep = Step & { readonly op: 'startContainer' | 'renameContainer' };

/** Of the container that its plan makes. */
function isOpen(step: Step): step is OpenStep {
  return (
    (step.op === 'startContainer' || step.op === 'renameContainer') && step.args.containerId === undefined
  );
}
