// The life of a controller process: session, API, signals, and an end that comes in time.

import { exitStatus, ReeveError } from '../errors.ts';
import { type Server, serve } from '../http/server.ts';
import type { Elected } from '../lease/candidate.ts';
import { makeLogger } from '../log.ts';
import { makeScrubber } from '../secrets.ts';
import { openSession, type SessionOptions } from '../session.ts';
import { openStateDir } from '../state-dir.ts';
import { onceStoreAnswers, waitFor } from '../wait-for.ts';
import type { Context } from './context.ts';
import { onInterrupt } from './interrupt.ts';
import type { PlatformFlags } from './options.ts';
import { findPlace, type Place } from './place.ts';
import { sessionOptions } from './reach.ts';
import { version } from './version.ts';

export interface RunFlags extends PlatformFlags {
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly forceUnlock?: boolean;
  /** Milliseconds. */
  readonly lease?: number;
}

export type Life = Required<Pick<SessionOptions, 'logger' | 'scrubber' | 'tolerant'>>;

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
    const place = await onceStoreAnswers(
      () => findPlace(flags, context, { makeKey: true }),
      waitFor(interrupt, logger),
    );
    if (place.home.kind === 'postgres') {
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

/** Opens the session, serves it and keeps the platform; until the signal, or until the lead is lost. */
export async function keepPlatform(
  place: Place,
  flags: RunFlags,
  context: Context,
  life: Life,
  standby?: { readonly elected: Elected; readonly server: Server | undefined },
): Promise<void> {
  const options = { verb: 'run', lock: true, manifests: true, ...force(flags) };
  const session = await openSession({
    ...sessionOptions(place, flags, context, options),
    ...life,
    ...(standby === undefined ? {} : { elected: standby.elected }),
  }).catch((error: unknown) => {
    throw life.tolerant.aborted ? new StoppedEarly() : error;
  });
  try {
    const { socketPath } = openStateDir(place.dir, context);
    const server = await serve(session, {
      socketPath,
      store: session.store,
      sources: session.sources,
      platform: session.platform,
      engine: session.engine.key,
      version: await version(),
      now: context.now,
    });
    await standby?.server?.handOver();
    const { logger } = life;
    logger.info({ platform: session.platform, sources: session.sources, socket: socketPath }, 'serving');
    try {
      await session.keep(life.tolerant);
    } finally {
      await server.close();
    }
  } finally {
    await session.close();
  }
}

/** Told to stop before there was anything to keep. */
class StoppedEarly extends Error {}

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

function force({ forceUnlock }: RunFlags): { forceUnlock?: boolean } {
  return forceUnlock === undefined ? {} : { forceUnlock };
}
