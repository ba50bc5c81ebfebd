// Work on a platform's store while nobody else acts on the platform: under its lock, without a session.

import { pino } from 'pino';
import { connectEngine } from '../docker/connect.ts';
import { openStateDir } from '../state-dir.ts';
import { takeLock } from '../take-lock.ts';
import { by, type Context } from './context.ts';
import type { PlatformFlags } from './options.ts';

/** Does `work` under the lock; a controller that runs refuses it. */
export async function underLock<T>(
  { platform, dir }: { readonly platform: string; readonly dir: string },
  flags: Pick<PlatformFlags, 'host'>,
  context: Context,
  verb: string,
  work: () => Promise<T>,
): Promise<T> {
  const { env } = context;
  const engine = await connectEngine({ env, ...(flags.host === undefined ? {} : { host: flags.host }) });
  try {
    openStateDir(dir, context);
    const logger = pino({ level: 'silent' });
    const lock = await takeLock(engine, platform, dir, { by: by(context, verb), logger });
    try {
      return await work();
    } finally {
      await lock.release();
    }
  } finally {
    await engine.close();
  }
}
