// Every call by which reeve changes the engine passes here: which resources it is about, when it began and ended.
// Breaches of the laws that only calls can show are noted as they happen.

import type { CallRecord } from '../test/support/engine-proxy.ts';
import { actOf, type EngineAct, type Thing } from './calls.ts';

/** The lock on a platform is marked on the engine by volumes that hold nothing: they come and go with their controller. */
export function isMarker(volume: string): boolean {
  return volume.startsWith('reeve.lock.');
}

/** Starts and creations at once, as the policy's default says. */
const mostStarts = 8;

export interface Subject {
  /** `Agent/translator`, `network demo_edge`; undefined for what is not reeve's. */
  readonly ref: string | undefined;
  readonly name: string;
}

interface Held {
  readonly changes: readonly string[];
  readonly uses: readonly string[];
  /** By ref and id or name, as they were known when it began: both ends of an act are told of the same. */
  readonly containers: readonly (readonly [string, string])[];
}

/** Who hears of acts on containers: once begun, and once over. */
export interface ActListener {
  began(verb: string, ref: string, container: string): void;
  ended(verb: string, ref: string, container: string): void;
}

export class Recorder {
  readonly breaches: string[] = [];
  readonly counts = new Map<string, number>();
  readonly #inFlight = new Map<CallRecord, Held>();
  readonly #subjectOf: (thing: Thing) => Subject | undefined;
  readonly #listener: ActListener | undefined;
  #starts = 0;
  mostStartsSeen = 0;

  /** @param subjectOf who an id or name is, as last seen on the engine. */
  constructor(subjectOf: (thing: Thing) => Subject | undefined, listener?: ActListener) {
    this.#subjectOf = subjectOf;
    this.#listener = listener;
  }

  began(call: CallRecord): void {
    const act = actOf(call);
    if (act === undefined) return;
    const { verb } = act;
    this.counts.set(verb, (this.counts.get(verb) ?? 0) + 1);
    this.#judge(call, act);
    const held = {
      // Two that want one lock both try to make its mark: that is how one of them gets it.
      changes: act.changes.filter((t) => !isMarker(t.named)).map((t) => this.#keyOf(t)),
      uses: act.uses.map((t) => this.#keyOf(t)),
      containers: act.changes.flatMap((thing) => {
        const ref = thing.kind === 'container' ? this.#subjectOf(thing)?.ref : undefined;
        return ref === undefined ? [] : [[ref, thing.named] as const];
      }),
    };
    for (const [other, before] of this.#inFlight) {
      const shared = meetingOf(held, before);
      if (shared !== undefined)
        this.breaches.push(`two acts on ${shared} at once: ${other.method} ${other.path} and ${call.path}`);
    }
    this.#inFlight.set(call, held);
    if (verb === 'create' || verb === 'start') this.#countStart(1);
    for (const [ref, named] of held.containers) this.#listener?.began(verb, ref, named);
  }

  ended(call: CallRecord): void {
    const held = this.#inFlight.get(call);
    if (!this.#inFlight.delete(call) || held === undefined) return;
    const { verb = '' } = actOf(call) ?? {};
    if (verb === 'create' || verb === 'start') this.#countStart(-1);
    for (const [ref, named] of held.containers) this.#listener?.ended(verb, ref, named);
  }

  /** What must never be done, whatever else is under way. */
  #judge(call: CallRecord, { verb, changes, uses }: EngineAct): void {
    if (verb.startsWith('prune ')) this.breaches.push(`${verb}: it takes what is not reeve's`);
    for (const thing of changes) {
      if (thing.kind === 'volume' && isMarker(thing.named)) continue;
      if (verb === 'remove volume') this.breaches.push(`a volume is removed: ${call.path}`);
      const subject = this.#subjectOf(thing);
      if (subject !== undefined && subject.ref === undefined)
        this.breaches.push(`${verb} of ${subject.name}, which is not reeve's`);
    }
    for (const thing of uses) {
      const subject = this.#subjectOf(thing);
      if (subject !== undefined && subject.ref === undefined)
        this.breaches.push(`${verb} with ${thing.kind} ${subject.name}, which is not reeve's`);
    }
  }

  #keyOf(thing: Thing): string {
    const key = this.#subjectOf(thing)?.ref ?? thing.named;
    // A container and a network may have one name.
    return thing.kind === 'container' || key.startsWith(`${thing.kind} `) ? key : `${thing.kind} ${key}`;
  }

  #countStart(change: number): void {
    this.#starts += change;
    this.mostStartsSeen = Math.max(this.mostStartsSeen, this.#starts);
    if (this.#starts > mostStarts)
      this.breaches.push(`${this.#starts} starts at once, ${mostStarts} allowed`);
  }
}

/** What one changes while the other changes or uses it. Several may use one thing. */
function meetingOf(one: Held, other: Held): string | undefined {
  return (
    one.changes.find((key) => other.changes.includes(key) || other.uses.includes(key)) ??
    one.uses.find((key) => other.changes.includes(key))
  );
}
