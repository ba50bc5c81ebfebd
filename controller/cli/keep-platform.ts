// A controller at work: session, API, and the platform kept until it is told to stop or does not lead any more.

import { type Server, serve } from '../http/server.ts';
import type { Elected } from '../lease/candidate.ts';
import { openSession, type SessionOptions } from '../session.ts';
import { openStateDir } from '../state-dir.ts';
import type { Context } from './context.ts';
import type { GitFlags } from './git-flags.ts';
import type { Place } from './place.ts';
import { sessionOptions } from './reach.ts';
import { version } from './version.ts';

export interface RunFlags extends GitFlags {
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly forceUnlock?: boolean;
  /** Milliseconds. */
  readonly lease?: number;
}

export type Life = Required<Pick<SessionOptions, 'logger' | 'scrubber' | 'tolerant'>>;

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
      version: version,
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
export class StoppedEarly extends Error {}

function force({ forceUnlock }: RunFlags): { forceUnlock?: boolean } {
  return forceUnlock === undefined ? {} : { forceUnlock };
}
