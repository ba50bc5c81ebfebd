// The controller's life: keeps what is in force, takes in what changed in the manifests, and says what is wrong with them.
// A bad load changes nothing: the last good revision stays in force.

import { setTimeout as sleep } from 'node:timers/promises';
import { exitStatus, isRetryable, ReeveError } from './errors.ts';
import type { GitKeeper } from './git/git-keeper.ts';
import { watchImages } from './image-watch.ts';
import { putInForce } from './in-force.ts';
import { electionEvents } from './lease/election-events.ts';
import { answerProbesOnce } from './loop/probes-once.ts';
import type { Runtime } from './loop/runtime.ts';
import { sayNotTaken, sayPolled, sayValid, sayWrong } from './manifests-condition.ts';
import type { SessionParts } from './session-parts.ts';
import { noteLostStore } from './store-lost.ts';
import { inForceTarget, targetOf } from './target.ts';

/** How long a step under way may take to end when the process is told to. */
const stopGraceMs = 4_000;
const pruneEveryMs = 10 * 60_000;
const lockCheckMs = 15_000;
const takeInRetryMs = 2_000;
const rollbackWaitMs = 10_000;

/** Resolves after `told` aborted, or the lead was lost, and the steps under way have ended. */
export async function keep(
  runtime: Runtime,
  parts: SessionParts,
  told: AbortSignal,
  git?: GitKeeper,
): Promise<void> {
  const { sources, logger, platform, lead } = parts;
  const signal = lead === undefined ? told : AbortSignal.any([told, lead.lease.lost]);
  if (signal.aborted) return;
  const [last] = await parts.store.events({ limit: 1 });
  if (last !== undefined) runtime.noteAbsence(last.at);
  await tellElection(parts);
  await begin(runtime, parts, signal);
  if (signal.aborted) return;
  await runtime.recoveries.load();
  runtime.start();
  let loading: Promise<void> = Promise.resolve();
  let again: NodeJS.Timeout | undefined;
  const changed = (): Promise<void> => {
    clearTimeout(again);
    loading = loading
      .then(async () => {
        if (await takeIn(runtime, parts)) return;
        logger.info(
          { retryMs: rollbackWaitMs },
          'a rollback is under way; the manifests are taken in after it',
        );
        if (!signal.aborted) again = setTimeout(changed, rollbackWaitMs);
      })
      .catch((error: unknown) => {
        if (!(error instanceof Error) || !isRetryable(error)) {
          return sayNotTaken(parts, error).catch((cause: unknown) =>
            logger.error({ err: cause }, 'event not stored'),
          );
        }
        // No file changes a second time because what is away was away for the first.
        logger.warn({ retryMs: takeInRetryMs }, `${error.message}; the manifests are taken in later`);
        if (!signal.aborted) again = setTimeout(changed, takeInRetryMs);
      });
    return loading;
  };
  if (parts.reloads) {
    await sources.watch({
      onChange: () => void changed(),
      onTrouble: (error) => {
        sayPolled(parts, error).catch((cause: unknown) => logger.error({ err: cause }, 'event not stored'));
      },
    });
    // What changed while the engine was waited for, before anything watched.
    void changed();
    await git?.start(changed);
  }
  const pruning = setInterval(() => {
    const { retention } = parts.first.revision.policy;
    parts.store
      .prune(retention, Date.now())
      .catch((error: unknown) => logger.warn({ err: error }, 'pruning failed'));
  }, pruneEveryMs);
  const unwatchImages = watchImages(runtime, parts);
  const lost = new AbortController();
  const checking = setInterval(() => {
    checkLock(parts, () => lost.abort()).catch((error: unknown) =>
      logger.warn({ err: error }, 'the lock could not be checked'),
    );
  }, lockCheckMs);
  logger.info({ platform, sources: parts.first.revision.sources }, 'keeping');
  await aborted(AbortSignal.any([signal, lost.signal]));
  clearInterval(pruning);
  clearInterval(checking);
  unwatchImages();
  await git?.stop();
  await loading;
  clearTimeout(again);
  await runtime.stop(stopGraceMs);
  if (lost.signal.aborted) {
    throw new ReeveError(`another controller took platform ${platform} by force`, {
      status: exitStatus.held,
    });
  }
}

/** Who leads now, and who does no more. Where it cannot be stored it is told by the log alone, as all that happens then. */
async function tellElection({ lead, formerCalls, store, platform, logger }: SessionParts): Promise<void> {
  if (lead === undefined) return;
  const { lease, before } = lead;
  const events = electionEvents(lease, before, formerCalls, { platform, at: Date.now() });
  for (const { message } of events) logger.info({ token: lease.token }, message);
  await store.record(events).catch((error: unknown) => logger.warn({ err: error }, 'event not stored'));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Another took the platform by force: this process must not act any more. */
async function checkLock(parts: SessionParts, onLost: () => void): Promise<void> {
  if ((await parts.lock?.check()) !== false) return;
  parts.logger.error('the lock is held by another now: stopping');
  onLost();
}

/** The first revision comes in force as soon as the engine can be asked. */
async function begin(runtime: Runtime, parts: SessionParts, signal: AbortSignal): Promise<void> {
  const { store, engine, platform, logger } = parts;
  for (let retryMs = 250; !signal.aborted; retryMs = Math.min(retryMs * 2, 10_000)) {
    try {
      parts.lead?.lease.mustHold();
      await noteLostStore(store, engine, platform, Date.now(), false);
      // Before anything is put in force: a rollout under way says what is aimed at.
      await runtime.procedures.load();
      await aimFirst(runtime, parts);
      // What runs is asked before it is judged: a controller's start is no news about the platform.
      if (runtime.target !== undefined) await answerProbesOnce(runtime, store, runtime.target);
      return;
    } catch (error) {
      if (!isRetryable(error)) throw error;
      logger.warn({ retryMs }, `${error instanceof Error ? error.message : String(error)}; waiting for it`);
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** What cannot come in is no reason to leave alone what is in force already: that is kept, as if it had come later. */
async function aimFirst(runtime: Runtime, parts: SessionParts): Promise<void> {
  try {
    await aim(runtime, parts);
  } catch (error) {
    const inForce = (await parts.store.inForce())?.revision;
    if (isRetryable(error) || inForce === undefined) throw error;
    await sayNotTaken(parts, error);
    runtime.target = await inForceTarget(parts.store, parts.sources.good ?? parts.first, parts.engine);
  }
}

/** False: a rollback is under way, and until that is over a revision that is new to it waits. */
async function aim(runtime: Runtime, parts: SessionParts): Promise<boolean> {
  const { store, engine, sources, by } = parts;
  const loaded = sources.good ?? parts.first;
  const { revision } = loaded;
  const previous = (await store.inForce())?.revision;
  const { suspended, quarantined } = await store.facts();
  const isQuarantined = quarantined[revision.id] !== undefined;
  const isGoingBack = runtime.rollouts.underWay?.kind === 'rollback';
  if (isGoingBack && !isQuarantined && previous !== undefined && previous.id !== revision.id) {
    runtime.target ??= await inForceTarget(store, loaded, engine);
    return false;
  }
  // A commit that comes in force writes files that are mounted: that too is a change to the platform.
  if (parts.git !== undefined && previous !== undefined && suspended !== undefined) {
    runtime.target = await inForceTarget(store, loaded, engine);
    return true;
  }
  // One that failed is not tried again, whoever starts anew: what runs instead is in force already.
  if (!isQuarantined) {
    // Files of a commit are written past the engine and the store, which refuse by themselves who leads no more.
    parts.lead?.lease.mustHold();
    // What can fail comes first: a rollout that has begun waits for its revision to be in force.
    await parts.git?.bring(revision);
    await runtime.rollouts.bringIn(revision, by);
    await putInForce(store, engine, revision, { by, at: Date.now(), updateImages: false });
  }
  runtime.target = await targetOf(loaded, previous, engine);
  runtime.wake();
  return true;
}

/** Something that was read has changed: one load of how it is now. False: it is to be taken in later. */
async function takeIn(runtime: Runtime, parts: SessionParts): Promise<boolean> {
  const { sources, scrubber, logger } = parts;
  const loaded = await sources.load();
  if (loaded === undefined) {
    await sayWrong(parts);
    return true;
  }
  scrubber.add(loaded.secrets.values());
  logger.info({ revision: loaded.revision.id }, 'manifests loaded');
  const isIn = await aim(runtime, parts);
  await sayValid(parts);
  return isIn;
}
