// Calls that the controller before has sent and that may be under way still: their resources are busy until the call's time is
// over or, where its sender can send nothing any more, until a look shows it done. What it does to a container is our doing.

import type { Ref } from '../../desired-state/resource.ts';
import { isUp } from '../../reconcilers/container-steps.ts';
import type { ObservedContainer, ObservedState } from '../../reconcilers/observed.ts';
import type { Engine } from '../engine.ts';
import type { FormerCall } from '../lease/former-calls.ts';
import type { OwnMarks } from './own-marks.ts';

interface ForeignCallsContext {
  /** Shared with the steps under way. */
  readonly busy: Set<Ref>;
  readonly marks: OwnMarks;
  readonly onFree: () => void;
  readonly wasSignalled: Engine['wasSignalled'];
}

/** What an engine was sent it has begun by then, also on a busy machine. */
const arrivalMs = 3_000;

export class ForeignCalls {
  readonly #c: ForeignCallsContext;
  readonly #left = new Map<FormerCall, NodeJS.Timeout>();

  constructor(context: ForeignCallsContext) {
    this.#c = context;
  }

  await(calls: readonly FormerCall[]): void {
    for (const call of calls) {
      this.#c.busy.add(call.step.ref);
      this.#c.marks.begin(call.step);
      this.#left.set(call, setTimeout(() => this.#over(call), call.ms).unref());
      if (call.sentOnce === true) setTimeout(() => void this.#checkArrival(call), arrivalMs).unref();
    }
  }

  /** Its sender may have died between the store and the engine. */
  async #checkArrival(call: FormerCall): Promise<void> {
    const id = containerOf(call);
    if (id === undefined || !this.#left.has(call)) return;
    // Where that cannot be told the call's whole time is waited for.
    const arrived = await this.#c.wasSignalled(id, call.startedAt).catch(() => undefined);
    if (arrived === false) this.#over(call);
  }

  /** Ids of containers of which only an inspect tells whether it is done. */
  unclear(observed: ObservedState): readonly string[] {
    return this.#awaited(observed).flatMap(({ container }) =>
      container !== undefined && container.detail === undefined ? [container.id] : [],
    );
  }

  /** What this look shows done is over; planned for by the next one, because in this one it was busy. */
  see(observed: ObservedState): void {
    for (const { call, container } of this.#awaited(observed)) if (isDone(call, container)) this.#over(call);
  }

  #awaited(observed: ObservedState) {
    const calls = [...this.#left.keys()].filter((call) => call.sentOnce === true);
    return calls.map((call) => {
      const id = containerOf(call);
      return { call, container: observed.containers.find((c) => c.id === id) };
    });
  }

  #over(call: FormerCall): void {
    const { step } = call;
    if (!this.#left.has(call)) return;
    clearTimeout(this.#left.get(call));
    this.#left.delete(call);
    this.#c.marks.end(step, undefined);
    if ([...this.#left.keys()].some((other) => other.step.ref === step.ref)) return;
    this.#c.busy.delete(step.ref);
    this.#c.onFree();
  }
}

/** Also where it is down: a start that comes twice does no harm. */
function isDone({ startedAt }: FormerCall, container: ObservedContainer | undefined): boolean {
  return container === undefined || !isUp(container) || (container.detail?.startedAt ?? 0) > startedAt;
}

function containerOf({ step: { args } }: FormerCall): string | undefined {
  return 'containerId' in args ? args.containerId : undefined;
}
