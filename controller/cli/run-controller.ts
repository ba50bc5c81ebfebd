// The life of a controller process: session, API, signals, and an end that comes in time.

import { serve } from '../http/server.ts';
import { makeLogger } from '../log.ts';
import { makeScrubber } from '../secrets.ts';
import { openSession, type SessionOptions } from '../session.ts';
import type { SessionControl } from '../session-control.ts';
import { openStateDir } from '../state-dir.ts';
import { onceStoreAnswers, waitFor } from '../wait-for.ts';
import type { Context } from './context.ts';
import { type GitFlags, gitSettings } from './git-flags.ts';
import { onInterrupt } from './interrupt.ts';
import { findPlace, type Place } from './place.ts';
import { placeToKeep } from './place-git.ts';
import { sessionOptions } from './reach.ts';
import { version } from './version.ts';

export interface RunFlags extends GitFlags {
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly forceUnlock?: boolean;
}

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
  const opened = await open(flags, context, { logger, scrubber, tolerant: interrupt }).catch(
    (error: unknown) => {
      if (!interrupt.aborted) throw error;
    },
  );
  if (opened === undefined) return logger.info('stopped before engine and store could be asked');
  const { place, session } = opened;
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
    logger.info({ platform: session.platform, sources: session.sources, socket: socketPath }, 'serving');
    try {
      await session.keep(interrupt);
    } finally {
      await server.close();
    }
  } finally {
    await session.close();
  }
  logger.info('stopped; containers run on');
}

async function open(
  flags: RunFlags,
  context: Context,
  life: Required<Pick<SessionOptions, 'logger' | 'scrubber' | 'tolerant'>>,
): Promise<{ readonly place: Place; readonly session: SessionControl }> {
  const git = gitSettings(flags, context.cwd);
  const place = await onceStoreAnswers(
    async () =>
      git === undefined ? findPlace(flags, context, { makeKey: true }) : placeToKeep(git, flags, context),
    waitFor(life.tolerant, life.logger),
  );
  const options = { verb: 'run', lock: true, manifests: true, ...force(flags) };
  const session = await openSession({ ...sessionOptions(place, flags, context, options), ...life });
  return { place, session };
}

function force({ forceUnlock }: RunFlags): { forceUnlock?: boolean } {
  return forceUnlock === undefined ? {} : { forceUnlock };
}
