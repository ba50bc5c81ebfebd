// Has images here before a rollout or a rollback stops anything: what is missing is pulled as a plan would pull it, and is
// remembered alike. What is here already costs one look.

import type { Ref } from '../../desired-state/resource.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import { imagesOf } from '../../reconcilers/images.ts';
import type { Step } from '../../reconcilers/plan.ts';
import type { ImageWish, PullImages } from '../../reconcilers/procedures/definition.ts';
import { makeStep } from '../../reconcilers/steps.ts';
import type { Engine } from '../engine.ts';
import { EngineError } from '../errors.ts';
import { factsAfterStep } from '../loop/facts-from-step.ts';
import type { FactChange, Store } from '../store/store.ts';

const pullTimeoutMs = 60 * 60_000;

interface Tools {
  readonly engine: Pick<Engine, 'images' | 'perform'>;
  readonly store: Pick<Store, 'facts' | 'inForce' | 'record' | 'saveImages' | 'setFacts'>;
  readonly scrub: (text: string) => string;
  readonly now: () => number;
}

/** Which could not be had, by the workload that needs it, and why. */
export async function pullImages(
  { pulls, atOnce, revision }: Pick<PullImages, 'pulls' | 'atOnce'> & Partial<Pick<PullImages, 'revision'>>,
  { engine, store, scrub, now }: Tools,
  signal: AbortSignal,
): Promise<{ readonly failed: Readonly<Record<string, string>> }> {
  const facts = await store.facts();
  const known = pulls.map((wish) => meaningOf(wish, facts));
  const here = await engine.images(
    known.flatMap(({ image, id }) => (id === undefined ? [image] : [image, id])),
  );
  const isHere = ({ image, id, digest }: Known): boolean =>
    (id !== undefined && here[id] !== undefined) || (here[image] !== undefined && digest === undefined);
  const missing = known.filter((wish) => wish.isMoved || !isHere(wish));
  const failed: Record<string, string> = {};
  const tell = (type: 'Normal' | 'Warning', reason: string, regarding: Ref, message: string) =>
    store.record([{ at: now(), by: 'reeve', type, reason, regarding, message }]);
  const pullNext = async (): Promise<void> => {
    for (let wish = missing.shift(); wish !== undefined; wish = missing.shift()) {
      const step = stepFor(wish);
      try {
        const outcome = await engine.perform(step, {
          secrets: new Map(),
          signal,
          progress: () => undefined,
          timeoutMs: pullTimeoutMs,
        });
        const learnt = factsAfterStep(step, outcome, await store.facts(), now(), '');
        // What is gone back to may still be given up: till then its tag means to all that have it what it means now.
        await store.setFacts(
          wish.meant === undefined ? learnt : learnt.filter((c) => !ofMeaning.has(c.fact)),
        );
        const digest = outcome.message === undefined ? '' : ` (${outcome.message})`;
        await tell('Normal', 'ImagePulled', wish.ref, `image pulled: ${wish.image}${digest}`);
      } catch (error) {
        if (signal.aborted) throw error;
        const words = scrub(error instanceof Error ? error.message : String(error));
        failed[wish.ref] = words;
        await tell('Warning', reasonOf(error), wish.ref, words);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, pullNext));
  // As after a pull of the loop's: what a revision runs with is what is gone back to. One that is not in force yet comes with it.
  const inForce = revision === undefined ? undefined : await store.inForce();
  if (inForce !== undefined && inForce.id === revision)
    await store.saveImages(revision, imagesOf(inForce.revision, await store.facts()));
  return { failed };
}

const ofMeaning: ReadonlySet<FactChange['fact']> = new Set(['pins', 'digests', 'registry']);

function reasonOf(error: unknown): string {
  return error instanceof EngineError ? error.reason : 'ImagePullFailed';
}

interface Known extends ImageWish {
  readonly id?: string;
  readonly digest?: string;
  /** To be taken as its registry has it now, and not had so yet. */
  readonly isMoved: boolean;
}

/** What it meant when it ran, else what it means for the revision in force: only with a digest can that be had again. */
function meaningOf(wish: ImageWish, { pins, digests, registry }: Facts): Known {
  const key = wish.written ?? wish.image;
  if (wish.taken === true && registry[key]?.digest !== digests[key]) return { ...wish, isMoved: true };
  const id = wish.meant?.id ?? pins[key];
  const digest = wish.meant === undefined ? digests[key] : wish.meant.digest;
  return {
    ...wish,
    isMoved: false,
    ...(id === undefined ? {} : { id }),
    ...(id === undefined || digest === undefined ? {} : { digest }),
  };
}

function stepFor({ ref, image, digest, written, platform, isMoved }: Known): Step & { op: 'pullImage' } {
  const args = {
    image,
    ...(digest === undefined ? {} : { digest }),
    ...(written === undefined ? {} : { written }),
    ...(platform === undefined ? {} : { platform }),
  };
  const cause = isMoved
    ? { reason: 'ImageMoved', message: `the tag ${image} means another image now` }
    : { reason: 'ImageMissing', message: `image ${image} is not here` };
  return makeStep('pullImage', ref, args, cause) as Step & { op: 'pullImage' };
}
