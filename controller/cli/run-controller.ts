// The life of a controller process: one that has its platform by a lock, or one of several by a lease.

import { exitStatus, ReeveError } from '../errors.ts';
import { makeLogger } from '../log.ts';
import { makeScrubber } from '../secrets.ts';
import { askedStore } from '../store-home.ts';
import { onceStoreAnswers, waitFor } from '../wait-for.ts';
import type { Context } from './context.ts';
import { gitSettings } from './git-flags.ts';
import { onInterrupt } from './interrupt.ts';
import { keepPlatform, type Life, type RunFlags, StoppedEarly } from './keep-platform.ts';
import { findPlace, type Place } from './place.ts';
import { placeToKeep } from './place-git.ts';

/** Keeps the platform until a signal ends it. */
export async function runController(flags: RunFlags, context: Context): Promise<void> {
  const scrubber = makeScrubber();
  const logger = await makeLogger({
    level: flags.logLevel,
    pretty: process.stderr.isTTY === true,
    scrub: scrubber,
  });
  const interrupt = onInterrupt(context, 'finishing what has begun');
  interrupt.addEventListener('abort', () => logger.info('stopping'));
  const life: Life = { logger, scrubber, tolerant: interrupt };
  try {
    const place = await onceStoreAnswers(() => placeOf(flags, context), waitFor(interrupt, logger));
    if (place.home.kind === 'postgres') {
      if (flags.git !== undefined) refuseGit();
      const { runByLease } = await import('./run-by-lease.ts');
      await runByLease(place.home, place, flags, context, life);
    } else {
      refuseLease(flags);
      await keepPlatform(place, flags, context, life);
    }
  } catch (error) {
    if (!(error instanceof StoppedEarly) && !isAbort(error, interrupt)) throw error;
    return logger.info('stopped before engine and store could be asked');
  }
  logger.info('stopped; containers run on');
}

/** From files, or from a repository. */
async function placeOf(flags: RunFlags, context: Context): Promise<Place> {
  if (flags.git !== undefined && askedStore(flags.store, context.env) !== undefined) refuseGit();
  const git = gitSettings(flags, context.cwd);
  return git === undefined ? findPlace(flags, context, { makeKey: true }) : placeToKeep(git, flags, context);
}

function isAbort(error: unknown, interrupt: AbortSignal): boolean {
  return interrupt.aborted && error instanceof Error && error.name === 'AbortError';
}

function refuseLease({ lease }: RunFlags): void {
  if (lease === undefined) return;
  throw new ReeveError('--lease is for a store in Postgres: with a store in a file there is one controller', {
    status: exitStatus.usage,
    hint: 'leave it out, or name the database with --store or REEVE_STORE',
  });
}

/**
 * Each of several controllers has a clone and a tree of mounted files of its own: the next leader would mount other folders,
 * and might be at an older commit.
 */
function refuseGit(): never {
  throw new ReeveError('--git is for a store in a file: a store in Postgres may have several controllers', {
    status: exitStatus.usage,
    hint: 'leave out --store and REEVE_STORE (reeve store migrate moves a store into a file), or name files with -f',
  });
}
