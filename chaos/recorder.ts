// Every call by which reeve changes the engine passes here: which resource it is about, when it began and ended.
// Breaches of the laws that only calls can show are noted as they happen.

import type { CallRecord } from '../test/support/engine-proxy.ts';

/** The lock on a platform is marked on the engine by volumes that hold nothing: they come and go with their controller. */
export function isMarker(volume: string): boolean {
  return volume.startsWith('reeve.lock.');
}

/** Starts and creations at once, as the policy's default says. */
const mostStarts = 8;

export interface Subject {
  /** `Agent/translator`, or undefined for what is not reeve's. */
  readonly ref: string | undefined;
  readonly name: string;
}

export class Recorder {
  readonly breaches: string[] = [];
  readonly counts = new Map<string, number>();
  readonly #inFlight = new Map<CallRecord, string>();
  readonly #subjectOf: (idOrName: string) => Subject | undefined;
  #starts = 0;
  mostStartsSeen = 0;

  /** @param subjectOf who a container's id or name is, as last seen on the engine. */
  constructor(subjectOf: (idOrName: string) => Subject | undefined) {
    this.#subjectOf = subjectOf;
  }

  began(call: CallRecord): void {
    const act = actOf(call);
    if (act === undefined) return;
    this.counts.set(act.verb, (this.counts.get(act.verb) ?? 0) + 1);
    if (act.verb === 'remove volume' && !isMarker(act.volume ?? ''))
      this.breaches.push(`a volume is removed: ${call.path}`);
    if (act.container === undefined) return;
    const subject = this.#subjectOf(act.container);
    const key = subject?.ref ?? act.container;
    if (subject !== undefined && subject.ref === undefined)
      this.breaches.push(`${act.verb} of ${subject.name}, which is not reeve's`);
    const other = [...this.#inFlight].find(([, ref]) => ref === key)?.[0];
    if (other !== undefined)
      this.breaches.push(`two acts on ${key} at once: ${other.method} ${other.path} and ${call.path}`);
    this.#inFlight.set(call, key);
    if (act.verb === 'create' || act.verb === 'start') this.#countStart(1);
  }

  ended(call: CallRecord): void {
    if (!this.#inFlight.delete(call)) return;
    const verb = actOf(call)?.verb;
    if (verb === 'create' || verb === 'start') this.#countStart(-1);
  }

  #countStart(change: number): void {
    this.#starts += change;
    this.mostStartsSeen = Math.max(this.mostStartsSeen, this.#starts);
    if (this.#starts > mostStarts)
      this.breaches.push(`${this.#starts} starts at once, ${mostStarts} allowed`);
  }
}

interface EngineAct {
  readonly verb: string;
  /** Id or name. */
  readonly container?: string;
  readonly volume?: string;
}

/** What a call does to the engine; undefined: it only looks. */
function actOf({ method, path }: CallRecord): EngineAct | undefined {
  if (method === 'GET' || method === 'HEAD' || path.startsWith('/exec/')) return undefined;
  const created = /^\/containers\/create\?(?:.*&)?name=([^&]+)/.exec(path)?.[1];
  if (created !== undefined) return { verb: 'create', container: decodeURIComponent(created) };
  const [, container, verb] = /^\/containers\/([^/?]+)(?:\/(\w+))?/.exec(path) ?? [];
  // A probe's exec looks, and may look at any time.
  if (verb === 'exec') return undefined;
  if (container !== undefined) {
    return { verb: method === 'DELETE' ? 'remove' : (verb ?? 'act'), container };
  }
  const volume = /^\/volumes\/([^/?]+)/.exec(path)?.[1];
  if (volume !== undefined && method === 'DELETE') return { verb: 'remove volume', volume };
  const [, kind] = /^\/(\w+)/.exec(path) ?? [];
  return { verb: `${method === 'DELETE' ? 'remove' : 'change'} ${kind ?? path}` };
}
