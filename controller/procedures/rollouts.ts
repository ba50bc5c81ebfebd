// Brings revisions in: begins a rollout where a new one changes what runs, lets a newer one merge into it, and tells each
// pass what to aim at meanwhile. After a failure, or a rollback, that is the revision in force, whatever the manifests say.
// Level-triggered: all of it follows from stored procedures and facts, so the next controller goes on alike.

import type { Ref } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import { capToHost } from '../../reconcilers/capacity.ts';
import type { ResourceStatus } from '../../reconcilers/condition.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import { type ImageUpdate, imagesOf } from '../../reconcilers/images.ts';
import { rollback } from '../../reconcilers/rollback/definition.ts';
import { type Aim, aimBefore, aimOf, compose } from '../../reconcilers/rollout/aim.ts';
import { type Form, formsOf, formsUnderWay } from '../../reconcilers/rollout/changes.ts';
import { type Course, partsOf, type RolloutContext, underWayOf } from '../../reconcilers/rollout/context.ts';
import { type From, rolloutCourse } from '../../reconcilers/rollout/course.ts';
import { rollout } from '../../reconcilers/rollout/definition.ts';
import { insteadOf } from '../../reconcilers/rollout/quarantine.ts';
import type { Engine } from '../engine.ts';
import { exitStatus, ReeveError } from '../errors.ts';
import { putInForce } from '../in-force.ts';
import type { Target } from '../loop/reconciler.ts';
import type { ProcedureRecord, Store } from '../store/store.ts';
import { KnownRevisions } from './known-revisions.ts';
import { LoadSecrets } from './load-secrets.ts';
import { noteStable } from './note-stable.ts';
import { isAbort, isRollout, namesOf, onwardCourse } from './onward.ts';
import { nothingInForce, taken } from './refusals.ts';
import type { Runner } from './runner.ts';
import { recovering, restarting } from './taken-over.ts';

interface RolloutsContext {
  readonly engine: Engine;
  readonly store: Store;
  readonly runner: Runner;
  readonly now: () => number;
  /**
   * Files of its commit to where containers mount them; of a revision that was in force before. False: they could not be
   * brought, which is told; what heals goes on, and the next pass tries again.
   */
  readonly bringFiles: (revision: Revision) => Promise<boolean>;
  readonly onError: (error: unknown) => void;
}

/** What a pass aims at, and how. */
export interface Aimed {
  readonly target: Target;
  /** It goes back: what only the newer revision had is removed, however much that is. */
  readonly back: boolean;
  /** Not all of it is there yet: made anew by the next pass. */
  readonly unfinished?: true;
}

export class Rollouts {
  readonly #c: RolloutsContext;
  readonly #known: KnownRevisions;
  readonly #secrets = new LoadSecrets();
  #aimed: (Aimed & { readonly of: Target; readonly key: string }) | undefined;
  #settled: Facts['quarantined'] | undefined;
  /** The one that ended last, for whoever follows an apply. */
  #last: ProcedureRecord | undefined;

  constructor(context: RolloutsContext) {
    this.#c = context;
    this.#known = new KnownRevisions(context.store);
  }

  /** The rollout or rollback under way: there is one at most. */
  get underWay(): ProcedureRecord | undefined {
    return this.#c.runner.running.find(isRollout);
  }

  /** The last that ended in this process. */
  get last(): ProcedureRecord | undefined {
    return this.#last;
  }

  ended(record: ProcedureRecord): void {
    if (isRollout(record)) this.#last = record;
  }

  /**
   * Before `next` is put in force. A rollout begins where it changes what runs; what is only new, or mends only what fails
   * already, comes in as ever: it takes nothing down. `seen`: as all is, where it was looked at; `update`: of its images.
   * @throws where a rollback is under way.
   */
  async bringIn(
    next: Revision,
    by: string,
    seen?: readonly ResourceStatus[],
    update?: ImageUpdate,
  ): Promise<void> {
    const { store, runner } = this.#c;
    this.#known.note(next);
    const inForce = await store.inForce();
    const current = this.underWay;
    if (inForce === undefined) return;
    await this.mustNotGoBack(next);
    if (current?.kind === rollback.kind) return;
    const facts = await store.facts();
    const { suspended, pins } = facts;
    if (suspended?.reason === 'Down') {
      if (current !== undefined) await runner.say(current.id, { type: 'abort' }, by);
      return;
    }
    if (current !== undefined) return this.#merge(current, next, update);
    if (inForce.id === next.id) return;
    this.#known.note(inForce.revision);
    if (seen !== undefined) await noteStable(store, inForce, seen, this.#c.now());
    const isHere = (ref: Ref): boolean =>
      seen?.some((s) => s.ref === ref && s.containerId !== undefined) ?? true;
    const forms = new Map([...formsOf(inForce.revision)].filter(([ref]) => isHere(ref)));
    // What its tags mean now: images that its own rollout has pulled are in no row of the store.
    const images = imagesOf(inForce.revision, facts);
    const from: From = { revision: inForce.revision, images, pins, update, forms };
    const alone = rolloutCourse(next, from);
    const underWay = restarting(runner.running, partsOf(alone));
    const course = underWay.length === 0 ? alone : rolloutCourse(next, { ...from, underWay });
    // What is new, or fails already, has nothing that it could lose.
    const failing = recovering(runner.running);
    if ((Object.keys(course.forms) as Ref[]).every((ref) => failing.has(ref))) return;
    try {
      await runner.start(rollout.kind, course, by);
    } catch (error) {
      // A wider procedure has some of it, and brings up what it starts in its new form.
      if (!(error instanceof ReeveError) || error.status !== exitStatus.blocked) throw error;
      this.#c.onError(error);
    }
  }

  /** @throws where a rollback to another one is under way. */
  async mustNotGoBack(next: Revision): Promise<void> {
    const current = this.underWay;
    if (current?.kind !== rollback.kind) return;
    if ((await this.#c.store.inForce())?.id !== next.id) throw taken(current, []);
  }

  /** What runs, or is coming in, to go back from. @throws where nothing is in force. */
  async runs(): Promise<Omit<From, 'images'>> {
    const { store } = this.#c;
    const inForce = await store.inForce();
    if (inForce === undefined) throw nothingInForce();
    this.#known.note(inForce.revision);
    const { pins } = await store.facts();
    const current = this.underWay;
    if (current?.kind !== rollout.kind)
      return { revision: inForce.revision, pins, forms: formsOf(inForce.revision) };
    const context = current.machine.context as RolloutContext;
    await this.#known.have(namesOf(context));
    // It goes back already: what it brought in is wanted no more.
    const isBack = aimOf(current.machine.state, context)?.back === true;
    const before = isBack ? await this.#known.find(context.before) : undefined;
    const underWay = underWayOf(context, isBack);
    if (before !== undefined) return { revision: before, pins, forms: formsOf(before), underWay };
    return { revision: inForce.revision, pins, forms: formsUnderWay(context, this.#known.all), underWay };
  }

  /** Goes back by this course; it takes the place of a rollout on its way, which goes on where this cannot begin. */
  async goBack(target: Revision, course: Course, by: string): Promise<ProcedureRecord> {
    this.#known.note(target);
    const current = this.underWay;
    if (current?.kind === rollback.kind)
      throw taken(
        current,
        course.waves.flatMap((w) => w.refs),
      );
    return this.#c.runner.start(rollback.kind, course, by, current?.id);
  }

  /**
   * A person's word to one under way. Whoever gives up a rollback that came while a revision was half in has that come in
   * as it did: wave by wave, and to be gone back from, not all that is left at once.
   */
  async say(
    id: string,
    word: { readonly type: string; readonly choice?: string },
    by: string,
  ): Promise<void> {
    const { runner, store } = this.#c;
    const record = this.underWay;
    const { pins } = await store.facts();
    const course =
      record?.id === id && isAbort(word) ? await onwardCourse(record, this.#known, pins) : undefined;
    if (course === undefined) await runner.say(id, word, by);
    else await runner.start(rollout.kind, course, by, id);
  }

  /** What to aim at instead of `target`; the same where no rollout and no quarantine says otherwise. */
  async aim(target: Target): Promise<Aimed> {
    this.#secrets.note(target);
    // Where one takes the place of another, none is under way for a moment: that is no leave to bring in the rest.
    await this.#c.runner.settled();
    const record = this.underWay;
    const context = record?.machine.context as RolloutContext | undefined;
    if (record !== undefined && context !== undefined) {
      const aim = aimOf(record.machine.state, context);
      const { id } = target.revision;
      const isIn = record.kind === rollback.kind || aim?.back === true || context.revision === id;
      // Begun, and what it brings in is not what this pass was made for: the next one is.
      const now = isIn ? aim : aimBefore(context, id);
      if (now !== undefined) return this.#aimUnderWay(target, record, now);
    }
    const { quarantined } = await this.#c.store.facts();
    const instead = insteadOf(target.revision.id, quarantined);
    if (instead === undefined) return target.borrowed === true ? this.#own(target) : { target, back: false };
    return this.#remembered(target, `quarantine ${instead}`, async () => {
      const found = await this.#known.find(instead);
      if (found === undefined) return { target, back: false };
      const isBrought = await this.#c.bringFiles(found);
      const revision = await this.#capped(found);
      const secrets = this.#secrets.of([revision.id], target);
      const aimed = { target: { ...target, revision, secrets, previous: target.revision }, back: false };
      return isBrought ? aimed : { ...aimed, unfinished: true };
    });
  }

  /** What a quarantine puts in the place of the revision in force is put there; once for each. */
  async settle(): Promise<void> {
    const { store, engine, now } = this.#c;
    const context = this.underWay?.machine.context as RolloutContext | undefined;
    this.#known.trim(new Set(context === undefined ? [] : namesOf(context)));
    const { quarantined } = await store.facts();
    if (quarantined === this.#settled) return;
    const inForce = await store.inForce();
    const left = quarantined[inForce?.id ?? ''];
    const instead = insteadOf(inForce?.id ?? '', quarantined);
    const revision = instead === undefined ? undefined : await this.#known.find(instead);
    if (left !== undefined && revision !== undefined)
      await putInForce(store, engine, revision, { by: left.by, at: now(), updateImages: false });
    this.#settled = quarantined;
  }

  async #merge(record: ProcedureRecord, next: Revision, update?: ImageUpdate): Promise<void> {
    const context = record.machine.context as RolloutContext;
    const aim = aimOf(record.machine.state, context);
    if (context.revision === next.id && aim?.back !== true) return;
    const before = await this.#known.find(context.before);
    await this.#known.have(namesOf(context));
    if (before === undefined) return;
    const forms: ReadonlyMap<Ref, Form> =
      aim?.back === true ? formsOf(before) : formsUnderWay(context, this.#known.all);
    const underWay = underWayOf(context, aim?.back === true);
    const { pins } = await this.#c.store.facts();
    const course = rolloutCourse(next, {
      revision: before,
      images: context.images,
      pins,
      update,
      forms,
      underWay,
    });
    // To what was in force before: from that nothing is gone back to.
    const onFailure = next.id === before.id ? 'pause' : course.onFailure;
    await this.#c.runner.tell(record.id, { type: 'merge', course: { ...course, onFailure } });
  }

  async #aimUnderWay(target: Target, { id, kind, machine }: ProcedureRecord, aim: Aim): Promise<Aimed> {
    const context = machine.context as RolloutContext;
    return this.#remembered(target, `${id} ${aim.key}`, async () => {
      const isLoaded = target.revision.id === aim.revision;
      const wanted = isLoaded ? target.revision : await this.#known.find(aim.revision);
      if (wanted === undefined) return { target, back: false };
      const isAsFound = aim.waiting === 'all';
      const bringsBack = aim.back || (kind === rollback.kind && !isAsFound);
      const isBrought = bringsBack ? await this.#c.bringFiles(wanted) : true;
      await this.#known.have(Object.values(aim.forms));
      const other = await this.#known.find(aim.back ? context.revision : context.before);
      const known = new Map<string, Revision>();
      for (const [key, revision] of this.#known.all) known.set(key, await this.#capped(revision));
      const revision = compose(isLoaded ? wanted : await this.#capped(wanted), aim, known);
      const previous = other === undefined ? {} : { previous: await this.#capped(other) };
      const secrets = this.#secrets.of([...Object.values(aim.forms), aim.revision], target);
      const aimed = {
        target: { ...target, revision, secrets, ...previous, rolling: aim.key },
        back: !isLoaded && !isAsFound,
      };
      return isBrought ? aimed : { ...aimed, unfinished: true };
    });
  }

  #own(target: Target): Promise<Aimed> {
    return this.#remembered(target, 'own secrets', async () => ({
      target: { ...target, secrets: this.#secrets.of([target.revision.id], target) },
      back: false,
    }));
  }

  async #remembered(of: Target, key: string, make: () => Promise<Aimed>): Promise<Aimed> {
    if (this.#aimed?.of === of && this.#aimed.key === key) return this.#aimed;
    const made = await make();
    this.#aimed = made.unfinished === true ? undefined : { ...made, of, key };
    return made;
  }

  /** As what is declared now is. */
  async #capped(revision: Revision): Promise<Revision> {
    if (!revision.policy.capToHost) return revision;
    return capToHost(revision, await this.#c.engine.info()).revision;
  }
}
