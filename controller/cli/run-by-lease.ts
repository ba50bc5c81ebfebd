// A controller that shares its platform with others through a store in Postgres: it stands by until it leads, leads until it
// is told to stop or another leads, and then stands by again.

import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectedEngine, connectEngine } from '../docker/connect.ts';
import type { Server } from '../http/server.ts';
import { serveStandby } from '../http/standby.ts';
import { defaultLeaseMs, openCandidate } from '../lead.ts';
import type { Candidate, Elected } from '../lease/candidate.ts';
import { who } from '../lease/election-events.ts';
import { takeFolder } from '../lock/lock.ts';
import { installationDigest, openStateDir } from '../state-dir.ts';
import { type PostgresHome, passwordsIn } from '../store/home.ts';
import { openStoreAtReadOnly, type StoreReader } from '../store/open.ts';
import { holderHere } from '../take-lock.ts';
import { by, type Context } from './context.ts';
import { keepPlatform, type Life, type RunFlags } from './keep-platform.ts';
import type { Place } from './place.ts';
import { version } from './version.ts';

export async function runByLease(
  home: PostgresHome,
  place: Place,
  flags: RunFlags,
  context: Context,
  life: Life,
): Promise<void> {
  const { env } = context;
  const { tolerant, logger, scrubber } = life;
  scrubber.add(passwordsIn(home.url));
  openStateDir(place.dir, context);
  const folder = takeFolder(place.dir, holderHere(by(context, 'run'), place.dir));
  const engine = await connectEngine({ env, ...(flags.host === undefined ? {} : { host: flags.host }) });
  const user = { ...context, ...(flags.state === undefined ? {} : { flag: flags.state }) };
  const digest = place.load?.digest ?? installationDigest(user, { makeKey: true });
  const as = { home, engine, dir: place.dir, by: by(context, 'run'), digest, logger, tolerant };
  try {
    for (let turn = place, asked = flags; !tolerant.aborted; ) {
      const { candidate, table } = await openCandidate({
        ...as,
        leaseMs: flags.lease ?? defaultLeaseMs,
        force: asked.forceUnlock === true,
      });
      const { elected, server } = await standBy(candidate, home, turn, engine, context, life);
      if (elected === undefined) return table.close();
      try {
        await keepPlatform(turn, asked, context, life, { elected, server });
      } catch (error) {
        await server?.close();
        if (!elected.lease.lost.aborted) throw error;
        logger.warn({ err: error }, 'the lead was lost before anything was kept');
      }
      // What was loaded to find the platform is old by the next time, and a lock is taken by force once.
      const { load: _, ...placeAnew } = place;
      const { forceUnlock: __, ...flagsAnew } = flags;
      turn = placeAnew;
      asked = flagsAnew;
    }
  } finally {
    folder.release();
    await engine.close();
  }
}

interface StoodBy {
  /** undefined: it was told to stop. */
  readonly elected?: Elected;
  /** Still serving, where it has stood by. */
  readonly server?: Server;
}

/** Leads at once where nobody does; else serves what is stored until it does, or is told to stop. */
async function standBy(
  candidate: Candidate,
  home: PostgresHome,
  place: Place,
  engine: ConnectedEngine,
  context: Context,
  { tolerant, logger }: Life,
): Promise<StoodBy> {
  const opened = await openReader(candidate, home, tolerant, logger);
  if (!('store' in opened)) return opened;
  const { store } = opened;
  const served = await serveStandby({
    socketPath: place.socketPath,
    store,
    sources: place.sources ?? place.paths,
    platform: place.platform,
    engine: engine.key,
    version: version,
    now: context.now,
    leader: () => candidate.leader,
  });
  const andStore = (end: () => Promise<void>) => () => end().finally(() => store.close());
  const server: Server = { close: andStore(served.close), handOver: andStore(served.handOver) };
  logger.info({ leader: candidate.leader && who(candidate.leader) }, 'standing by');
  const elected = await candidate.lead(tolerant);
  if (elected !== undefined) return { elected, server };
  await server.close();
  return {};
}

const readRetryMs = 250;

/** The store for reading, or the lead where that is free before there is a store that can be read. */
async function openReader(
  candidate: Candidate,
  home: PostgresHome,
  until: AbortSignal,
  logger: Life['logger'],
): Promise<{ readonly store: StoreReader } | { readonly elected?: Elected }> {
  for (let told = ''; !until.aborted; ) {
    try {
      const elected = await candidate.tryToLead();
      if (elected !== undefined) return { elected };
      const store = await openStoreAtReadOnly(home);
      if (store !== undefined) return { store };
    } catch (error) {
      // Another's version may not be readable by this one, or it is away: in the end this one may lead all the same.
      const message = error instanceof Error ? error.message : String(error);
      if (message !== told) logger.warn(`${message}; looking again`);
      told = message;
    }
    await sleep(readRetryMs, undefined, { signal: until }).catch(() => undefined);
  }
  return {};
}
