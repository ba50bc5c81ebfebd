// The lead of a platform whose store is in Postgres: who may want it, and who takes it at once or is told who has it.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ConnectedEngine } from './docker/connect.ts';
import { exitStatus, ReeveError } from './errors.ts';
import { Candidate, type Elected, livenessOf } from './lease/candidate.ts';
import type { Leader, LeaseRow, LeaseTable } from './lease/port.ts';
import { identifyProcess } from './lock/holder.ts';
import type { Digest } from './state-dir.ts';
import type { PostgresHome, StoreHome } from './store/home.ts';
import { openLeaseAt, readLeaseAt } from './store/open.ts';
import { holderHere } from './take-lock.ts';
import { onceStoreAnswers, waitFor } from './wait-for.ts';

/** `--lease`: as long as nobody hears of a leader before another takes its place. */
export const defaultLeaseMs = 15_000;
/** As often as a leader renews within its lease, at least: younger than this it lives. */
const livingShare = 0.5;

export interface LeadOptions {
  readonly home: PostgresHome;
  readonly engine: ConnectedEngine;
  readonly dir: string;
  /** `root@host (apply)`. */
  readonly by: string;
  readonly digest: Digest;
  readonly leaseMs: number;
  readonly logger: Logger;
  /** `--force-unlock`: the platform has moved to this engine. */
  readonly force?: boolean;
  /** Waits for an engine or a store that is away, until this aborts; absent: gives up. */
  readonly tolerant?: AbortSignal;
}

/** Who may lead this platform from here. Throws where it is kept on another engine, or a leader has another key. */
export async function openCandidate(
  options: LeadOptions,
): Promise<{ readonly candidate: Candidate; readonly table: LeaseTable }> {
  const { home, engine, tolerant, logger, leaseMs } = options;
  const wait = tolerant === undefined ? undefined : waitFor(tolerant, logger);
  const { identity } = await engineInfo(engine, wait);
  const open = () => openLeaseAt(home);
  const table = wait === undefined ? await open() : await onceStoreAnswers(open, wait);
  const me = {
    ...holderHere(options.by, options.dir),
    ...identifyProcess(process.pid),
    key: options.digest('reeve').slice(0, 16),
  };
  try {
    const row = await table.read(leaseMs);
    if (options.force !== true) requireSamePlace(row, { ...options, identity, key: me.key });
    return { table, candidate: new Candidate({ table, me, leaseMs, engine: identity, logger }) };
  } catch (error) {
    table.close();
    throw error;
  }
}

/** For one command: leads now, or throws with exit status 75 and who leads. */
export async function leadNow(options: LeadOptions): Promise<Elected> {
  const { candidate, table } = await openCandidate(options);
  try {
    for (;;) {
      const elected = await candidate.tryToLead();
      if (elected !== undefined) return elected;
      const { leader } = candidate;
      if (leader !== undefined && (await isAlive(leader, await table.read(options.leaseMs)))) {
        throw ledBy(options.home.platform, leader);
      }
      options.logger.info({ leader: leader?.command }, 'the last leader is silent; its lease is waited for');
      await sleep(250);
    }
  } catch (error) {
    table.close();
    throw error;
  }
}

/** The refusal of whoever comes to a controller that does not lead. */
export function ledBy(platform: string, leader: Leader | undefined): ReeveError {
  if (leader === undefined) {
    return new ReeveError(`nobody leads platform ${platform} at this moment`, {
      status: exitStatus.held,
      retryable: true,
      hint: 'a controller that stands by takes the lead within seconds: try again',
    });
  }
  const { command, pid, host, since, stateDir } = leader;
  return new ReeveError(
    `platform ${platform} is led by ${command} (pid ${pid} on ${host}, since ${new Date(since).toISOString()}, state in ${stateDir})`,
    {
      status: exitStatus.held,
      hint: `say it there: the same command on ${host} with --state ${stateDir}; what only looks works from here too`,
    },
  );
}

/** Who leads now, as far as the database's clock tells; undefined where the store is a file. */
export async function livingLeader(home: StoreHome): Promise<Leader | undefined> {
  const row = await readLeaseAt(home);
  return row !== undefined && row.ageMs < row.leaseMs ? row.leader : undefined;
}

async function isAlive(leader: Leader, row: LeaseRow): Promise<boolean> {
  if (row.leader?.id !== leader.id) return false;
  return (await livenessOf(leader)) === 'alive' || row.ageMs < row.leaseMs * livingShare;
}

async function engineInfo(engine: ConnectedEngine, wait: ((error: Error) => Promise<void>) | undefined) {
  for (;;) {
    try {
      return await engine.info();
    } catch (error) {
      if (wait === undefined || !(error instanceof ReeveError && error.retryable)) throw error;
      await wait(error);
    }
  }
}

interface Place extends LeadOptions {
  readonly identity: string;
  readonly key: string;
}

/** A successor elsewhere would make all of the platform's containers a second time. */
function requireSamePlace(row: LeaseRow, { home, engine, identity, key, dir }: Place): void {
  const { platform } = home;
  if (row.engine !== undefined && row.engine !== identity) {
    throw new ReeveError(
      `platform ${platform} is kept on another engine than ${engine.key}, by its store ${home.shown}`,
      {
        status: exitStatus.held,
        hint: `name that engine with --host or DOCKER_HOST; if the platform has moved here, say so once: reeve run --force-unlock`,
      },
    );
  }
  const { leader } = row;
  if (leader === undefined || leader.key === key || row.ageMs > row.leaseMs) return;
  throw new ReeveError(
    `this installation’s key is another than that of ${leader.command}, which leads platform ${platform}: what has secrets would be recreated with each new leader`,
    {
      status: exitStatus.held,
      hint: `copy the file key from ${leader.host} (beside its platforms' folders in /var/lib/reeve, or in its --state folder ${leader.stateDir}) to this one's place (${dir} with --state)`,
    },
  );
}
