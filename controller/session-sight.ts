// What a session is about: the manifests as they are loaded, what passes aim at by them, and how the platform looks by that.
// Acts on nothing.

import type { Loaded } from '../desired-state/load-types.ts';
import type { Plan } from '../reconcilers/plan.ts';
import type { PlanOptions } from './control.ts';
import { outlastPauses } from './loop/pauses-once.ts';
import { answerProbesOnce } from './loop/probes-once.ts';
import type { Look, PassOptions, Target } from './loop/reconciler.ts';
import type { Runtime } from './loop/runtime.ts';
import { passOptionsOf } from './pass-options.ts';
import type { SessionParts } from './session-parts.ts';
import { noteLostStore } from './store-lost.ts';
import { targetOf } from './target.ts';

export class SessionSight {
  readonly #parts: SessionParts;
  readonly #runtime: Runtime;
  readonly #isKeeping: () => boolean;
  /** What it was opened with has just been loaded; whatever comes later loads anew. */
  #fresh = true;

  constructor(parts: SessionParts, runtime: Runtime, isKeeping: () => boolean) {
    this.#parts = parts;
    this.#runtime = runtime;
    this.#isKeeping = isKeeping;
  }

  get loaded(): Loaded {
    return this.#parts.sources.good ?? this.#parts.first;
  }

  noteOld(): void {
    this.#fresh = false;
  }

  /** @throws the mistakes of the manifests. */
  async loadAnew(): Promise<void> {
    const fresh = this.#fresh;
    this.#fresh = false;
    if (fresh || !this.#parts.reloads) return;
    const { secrets } = await this.#parts.sources.mustLoad();
    this.#parts.scrubber.add(secrets.values());
  }

  async target(): Promise<Target> {
    const { store, engine } = this.#parts;
    return targetOf(this.loaded, (await store.inForce())?.revision, engine);
  }

  passOf(options: PlanOptions): Promise<PassOptions> {
    return passOptionsOf(this.#parts, this.loaded.revision, options, Date.now());
  }

  async look(pass: PassOptions): Promise<Plan> {
    return (await this.see(pass)).plan;
  }

  /** `asKept`: as the loop aims, with a rollout under way and what is quarantined taken into account. */
  async see(pass: PassOptions, asKept = false): Promise<Look> {
    const { store, engine, platform } = this.#parts;
    const wanted = await this.target();
    const { target } = asKept ? await this.#runtime.rollouts.aim(wanted) : { target: wanted };
    const isKeeping = this.#isKeeping();
    if (!isKeeping) {
      await noteLostStore(store, engine, platform, Date.now(), pass.mode === 'apply');
      await answerProbesOnce(this.#runtime, store, target);
    }
    const look = (): Promise<Look> => this.#runtime.reconciler.look(target, pass);
    if (isKeeping || pass.mode !== 'apply') return look();
    return outlastPauses(look, store, target.revision.policy.pauseGraceMs);
  }
}
