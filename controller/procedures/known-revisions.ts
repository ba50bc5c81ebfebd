// Revisions by their ids: those that a rollout or rollback names, read from the store where they are not at hand.

import type { Revision } from '../../desired-state/revision.ts';
import type { Store } from '../store/store.ts';

/** So many revisions back one is looked for. */
const lookedAt = 1_000;
/** So many are kept at hand beside those that are named. */
const spare = 10;

export class KnownRevisions {
  readonly #store: Pick<Store, 'revisions'>;
  /** The longest unused first. */
  readonly #byId = new Map<string, Revision>();

  constructor(store: Pick<Store, 'revisions'>) {
    this.#store = store;
  }

  get all(): ReadonlyMap<string, Revision> {
    return this.#byId;
  }

  note(revision: Revision): void {
    this.#byId.delete(revision.id);
    this.#byId.set(revision.id, revision);
  }

  /** One that was in force, or is coming in. */
  async find(id: string): Promise<Revision | undefined> {
    const known = this.#byId.get(id);
    const found = known ?? (await this.#store.revisions(lookedAt)).find((r) => r.id === id)?.revision;
    if (found !== undefined) this.note(found);
    return found;
  }

  /** All of these are at hand then, as far as they are known at all; once each, however often they are named. */
  async have(ids: Iterable<string>): Promise<void> {
    for (const id of new Set(ids)) await this.find(id);
  }

  /** Lets go of what nobody has asked for lately, but of none of `named`. */
  trim(named: ReadonlySet<string>): void {
    const others = [...this.#byId.keys()].filter((id) => !named.has(id));
    for (const id of others.slice(0, Math.max(0, others.length - spare))) this.#byId.delete(id);
  }
}
