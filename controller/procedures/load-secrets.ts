// Values of secrets are stored nowhere: as long as this process lives it has those of the loads that it has seen last.

import type { SecretValues } from '../../desired-state/load-types.ts';
import type { Target } from '../loop/reconciler.ts';

/** Of so many loads they are remembered. */
const loads = 10;

export class LoadSecrets {
  readonly #ofLoad = new Map<string, SecretValues>();

  /** Only what was loaded together. */
  note({ revision, secrets, borrowed }: Target): void {
    if (borrowed === true || this.#ofLoad.get(revision.id) === secrets) return;
    this.#ofLoad.delete(revision.id);
    this.#ofLoad.set(revision.id, secrets);
    const [oldest] = this.#ofLoad.keys();
    if (this.#ofLoad.size > loads && oldest !== undefined) this.#ofLoad.delete(oldest);
  }

  /** Of all these, the last before those before it: a workload in an older form may need one that is declared no more. */
  of(ids: readonly string[], { secrets }: Target): SecretValues {
    return new Map([secrets, ...ids.map((id) => this.#ofLoad.get(id) ?? [])].flatMap((some) => [...some]));
  }
}
