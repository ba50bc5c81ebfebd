// Work on a platform's store while nobody else acts on the platform: under its lock, and as the leader of each store in
// Postgres that is written to, without a session.

import { connectEngine } from '../docker/connect.ts';
import { defaultLeaseMs, leadNow } from '../lead.ts';
import type { Elected } from '../lease/candidate.ts';
import { quietLog } from '../quiet-log.ts';
import { installationDigest, openStateDir } from '../state-dir.ts';
import type { StoreHome } from '../store/home.ts';
import type { Lead } from '../store/postgres/postgres.ts';
import { takeLock } from '../take-lock.ts';
import { by, type Context } from './context.ts';
import type { PlatformFlags } from './options.ts';

interface Locked {
  readonly platform: string;
  readonly dir: string;
  /** Where its store is, and where it is to be. */
  readonly homes: readonly StoreHome[];
}

/** Does `work` under the lock; a controller that runs refuses it. `lead`: by what right a home is written. */
export async function underLock<T>(
  { platform, dir, homes }: Locked,
  flags: Pick<PlatformFlags, 'host' | 'state'>,
  context: Context,
  verb: string,
  work: (lead: (home: StoreHome) => Lead | undefined) => Promise<T>,
): Promise<T> {
  const { env } = context;
  const engine = await connectEngine({ env, ...(flags.host === undefined ? {} : { host: flags.host }) });
  const elected = new Map<StoreHome, Elected>();
  try {
    openStateDir(dir, context);
    const logger = quietLog;
    const user = { ...context, ...(flags.state === undefined ? {} : { flag: dir }) };
    const options = { engine, dir, logger, by: by(context, verb), leaseMs: defaultLeaseMs };
    const digest = installationDigest(user, { makeKey: false });
    for (const home of homes) {
      if (home.kind === 'postgres') elected.set(home, await leadNow({ ...options, home, digest }));
    }
    const [first] = elected.values();
    const store = first === undefined ? {} : { store: first.before.store };
    const lock = await takeLock(engine, platform, dir, { ...options, ...store });
    try {
      return await work((home) => {
        const lease = elected.get(home)?.lease;
        return lease && { token: lease.token, id: lease.leader.id };
      });
    } finally {
      await lock.release();
    }
  } finally {
    for (const { lease } of elected.values()) await lease.release();
    await engine.close();
  }
}
