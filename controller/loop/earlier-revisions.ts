// What containers of older revisions were declared as, from the store: asked once for each spec, found or not.

import type { Workload } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import { capToHost } from '../../reconcilers/capacity.ts';
import { type EarlierSpecs, specsAmong, unknownSpecs } from '../../reconcilers/earlier-specs.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import type { ObservedState } from '../../reconcilers/observed.ts';
import type { Store } from '../store/store.ts';

/** So many revisions back one is looked for: each is read whole. */
const lookedAt = 50;

export class EarlierRevisions {
  readonly #store: Pick<Store, 'revisions'>;
  /** By spec hash; undefined: none of them declares it. */
  readonly #known = new Map<string, Workload | undefined>();

  constructor(store: Pick<Store, 'revisions'>) {
    this.#store = store;
  }

  async of(
    { revision, previous }: { readonly revision: Revision; readonly previous?: Revision },
    observed: ObservedState,
    facts: Facts,
  ): Promise<EarlierSpecs> {
    const unknown = unknownSpecs(revision, previous, observed, facts);
    for (const hash of this.#known.keys()) if (!unknown.has(hash)) this.#known.delete(hash);
    const asked = new Map([...unknown].filter(([hash]) => !this.#known.has(hash)));
    if (asked.size > 0) {
      const stored = (await this.#store.revisions(lookedAt)).map((r) => r.revision);
      // As it was made: with limits taken down to the host's where its policy says so.
      const made = stored.flatMap((r) => [r, capToHost(r, observed.host).revision]);
      const found = new Map(specsAmong(asked, made));
      for (const hash of asked.keys()) this.#known.set(hash, found.get(hash));
    }
    return new Map([...this.#known].flatMap(([hash, w]) => (w === undefined ? [] : [[hash, w] as const])));
  }
}
