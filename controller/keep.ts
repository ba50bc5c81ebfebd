// The controller's life: keeps what is in force, takes in what changed in the manifests, and says what is wrong with them.
// A bad load changes nothing: the last good revision stays in force.

import { setTimeout as sleep } from 'node:timers/promises';
import { exitStatus, isRetryable, ReeveError } from './errors.ts';
import type { GitKeeper } from './git/git-keeper.ts';
import { commitRefusals } from './git/refusals.ts';
import { watchImages } from './image-watch.ts';
import { putInForce } from './in-force.ts';
import { electionEvents } from './lease/election-events.ts';
import { answerProbesOnce } from './loop/probes-once.ts';
import type { Runtime } from './loop/runtime.ts';
import type { SessionParts } from './session-parts.ts';
import { platformRenamed } from './sources.ts';
import { noteLostStore } from './store-lost.ts';
import { targetOf } from './target.ts';

/** Mistakes that are no line's: the condition is called by them. */
const ofTheWhole = new Set([platformRenamed, ...commitRefusals]);

/** How long a step under way may take to end when the process is told to. */
const stopGraceMs = 4_000;
const pruneEveryMs = 10 * 60_000;
const lockCheckMs = 15_000;
const takeInRetryMs = 2_000;
const rollbackWaitMs = 10_000;

/** Resolves after `signal` aborted and the steps under way have ended. */
export async function keep(
  runtime: Runtime,
  parts: SessionParts,
  signal: AbortSignal,
  git?: GitKeeper,
): Promise<void> {
  const { sources, logger, platform } = parts;
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
          logger.error({ err: error }, 'manifests could not be taken in');
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
  await aborted(
    AbortSignal.any([signal, lost.signal, ...(parts.lead === undefined ? [] : [parts.lead.lease.lost])]),
  );
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
async function tellElection({ lead, store, platform, logger }: SessionParts): Promise<void> {
  if (lead === undefined) return;
  const { lease, before, formerCalls } = lead;
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
      await noteLostStore(store, engine, platform, Date.now(), false);
      // Before anything is put in force: a rollout under way says what is aimed at.
      await runtime.procedures.load();
      await aim(runtime, parts);
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

/** False: a rollback is under way, and until that is over a revision that is new to it waits. */
async function aim(runtime: Runtime, parts: SessionParts): Promise<boolean> {
  const { store, engine, sources, by } = parts;
  const { revision, secrets } = sources.good ?? parts.first;
  const previous = (await store.inForce())?.revision;
  const { suspended, quarantined } = await store.facts();
  const isQuarantined = quarantined[revision.id] !== undefined;
  const isGoingBack = runtime.rollouts.underWay?.kind === 'rollback';
  if (isGoingBack && !isQuarantined && previous !== undefined && previous.id !== revision.id) {
    runtime.target ??= await targetOf({ revision: previous, secrets }, undefined, engine);
    return false;
  }
  // A commit that comes in force writes files that are mounted: that too is a change to the platform.
  if (parts.git !== undefined && previous !== undefined && suspended !== undefined) {
    runtime.target = await targetOf({ revision: previous, secrets }, previous, engine);
    return true;
  }
  // One that failed is not tried again, whoever starts anew: what runs instead is in force already.
  if (!isQuarantined) {
    await runtime.rollouts.bringIn(revision, by);
    await parts.git?.bring(revision);
    await putInForce(store, engine, revision, { by, at: Date.now(), updateImages: false });
  }
  runtime.target = await targetOf({ revision, secrets }, previous, engine);
  runtime.wake();
  return true;
}

/** Something that was read has changed: one load of how it is now. False: it is to be taken in later. */
async function takeIn(runtime: Runtime, parts: SessionParts): Promise<boolean> {
  const { sources, scrubber, store, logger, platform } = parts;
  const loaded = await sources.load();
  if (loaded === undefined) {
    await sayWrong(parts);
    return true;
  }
  scrubber.add(loaded.secrets.values());
  // Stored, not remembered: it may have been a controller before this one that said so.
  const wasWrong = (await store.conditions()).some(
    ({ ref, type, status }) => ref === `Platform/${platform}` && type === 'Degraded' && status,
  );
  if (wasWrong) {
    const message = `the manifests of ${platform} are valid again`;
    await saveManifestsCondition(parts, false, 'ManifestsValid', message);
    await store.record([
      {
        at: Date.now(),
        type: 'Normal',
        reason: 'ManifestsValid',
        regarding: `Platform/${platform}`,
        message,
        by: 'reeve',
      },
    ]);
  }
  logger.info({ revision: loaded.revision.id }, 'manifests loaded');
  return aim(runtime, parts);
}

/** The system lets nothing more be watched: said once, with what would mend it. */
async function sayPolled({ store, logger, platform }: SessionParts, error: Error): Promise<void> {
  const limit = /ENOSPC|EMFILE/.test(error.message);
  const hint = limit
    ? '; raise fs.inotify.max_user_watches and max_user_instances (sysctl), then restart reeve run'
    : '';
  const message = `the manifests cannot be watched (${error.message}); they are looked at every 2 s instead${hint}`;
  logger.warn(message);
  await store.record([
    {
      at: Date.now(),
      type: 'Warning',
      reason: 'ManifestsPolled',
      regarding: `Platform/${platform}`,
      message,
      by: 'reeve',
    },
  ]);
}

/** `status` shows it for as long as it stands. */
function saveManifestsCondition(
  { store, platform }: SessionParts,
  status: boolean,
  reason: string,
  message: string,
): Promise<void> {
  return store.saveCondition(
    `Platform/${platform}`,
    { type: 'Degraded', status, reason, message },
    Date.now(),
  );
}

/** Nothing is wrong with the manifests themselves. */
async function sayNotTaken(parts: SessionParts, error: unknown): Promise<void> {
  const { store, platform, scrubber } = parts;
  const words = error instanceof Error ? error.message : String(error);
  const hint = error instanceof ReeveError && error.hint !== undefined ? `; ${error.hint}` : '';
  const message = scrubber(
    `the manifests could not be taken in; the last good revision stays in force: ${words}${hint}`,
  );
  await saveManifestsCondition(parts, true, 'NotTakenIn', message);
  const regarding = `Platform/${platform}` as const;
  await store.record([
    { at: Date.now(), type: 'Warning', reason: 'NotTakenIn', regarding, message, by: 'reeve' },
  ]);
}

async function sayWrong(parts: SessionParts): Promise<void> {
  const { sources, store, logger, platform } = parts;
  const message = `the manifests cannot be used; the last good revision stays in force: ${sources.wrongWords}`;
  logger.warn(message);
  const reason = sources.wrong.find(({ code }) => ofTheWhole.has(code))?.code ?? 'ManifestsInvalid';
  await saveManifestsCondition(parts, true, reason, message);
  await store.record([
    {
      at: Date.now(),
      type: 'Warning',
      reason,
      regarding: `Platform/${platform}`,
      message,
      by: 'reeve',
    },
  ]);
}
