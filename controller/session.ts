// A session on one platform: its engine, its store, its manifests and, where it acts, its lock. Composes; decides nothing.

import type { Logger } from 'pino';
import type { Loaded } from '../desired-state/load-types.ts';
import { emptyRevision } from '../desired-state/revision.ts';
import { connectEngine } from './docker/connect.ts';
import type { Engine } from './engine.ts';
import { exitStatus, ReeveError } from './errors.ts';
import type { GitSources } from './git/git-sources.ts';
import { defaultLeaseMs, leadNow } from './lead.ts';
import type { Elected } from './lease/candidate.ts';
import { callsInWords, callsOfTheDead, type FormerCall, formerCalls } from './lease/former-calls.ts';
import type { Lock } from './lock/lock.ts';
import type { Scrubber } from './secrets.ts';
import { SessionControl } from './session-control.ts';
import { type Manifests, Sources } from './sources.ts';
import { type Digest, installationDigest, openStateDir, stateDir } from './state-dir.ts';
import { passwordsIn, type StoreHome } from './store/home.ts';
import { openStoreAt, openStoreAtReadOnly } from './store/open.ts';
import { overlayStore } from './store/overlay.ts';
import { scrubbedStore } from './store/scrubbed.ts';
import type { Store } from './store/store.ts';
import { askedStore, homeOf, noteHome, requireOnlyHome } from './store-home.ts';
import { takeLock } from './take-lock.ts';
import { onceStoreAnswers, waitFor } from './wait-for.ts';

/** A load and the digest that it was made with. */
export interface FirstLoad {
  readonly loaded: Loaded;
  readonly digest: Digest;
}

export interface SessionOptions {
  /** Manifests in git, in place of `paths`. */
  readonly git?: GitSources;
  /** `-f` arguments; empty with a `platform`: what is in force of it; empty without: the folder's default files. */
  readonly paths: readonly string[];
  /** Of these paths, made a moment ago to find out which platform they are. Absent: loaded here. */
  readonly load?: FirstLoad;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
  readonly platform?: string;
  /** `--project-directory`, for relative paths of Compose files. */
  readonly projectDirectory?: string;
  readonly stateDir?: string;
  /** `--store`: a Postgres database. */
  readonly store?: string;
  readonly host?: string;
  /** `root@host (apply)`. */
  readonly by: string;
  readonly logger: Logger;
  readonly scrubber: Scrubber;
  /** Acts: needs the lock. Without it nothing is written anywhere. */
  readonly lock: boolean;
  readonly forceUnlock?: boolean;
  /** The lead that this process has; absent where it is to take it for as long as the session lasts. A store in Postgres alone. */
  readonly elected?: Elected;
  /** A platform that nothing was ever in force of is one that begins now, with nothing declared. */
  readonly mayBeNew?: boolean;
  /**
   * `run` starts with broken manifests too (the last good revision stays in force), and waits for an engine or a store that
   * is away, until this aborts.
   */
  readonly tolerant?: AbortSignal;
}

/** Opens; throws InvalidManifest (65), EngineError or StoreAway (69), or ReeveError (75: another holds it). */
export async function openSession(options: SessionOptions): Promise<SessionControl> {
  const user = { env: options.env, uid: options.uid };
  const flag = options.stateDir === undefined ? {} : { flag: options.stateDir };
  const digest = options.load?.digest ?? installationDigest({ ...user, ...flag }, { makeKey: options.lock });
  const { paths, cwd, env, platform, projectDirectory } = options;
  const named = platform === undefined ? {} : { platform };
  const placed = projectDirectory === undefined ? {} : { projectDirectory };
  const { git } = options;
  const files = { paths, cwd, env, digest, ...named, ...placed };
  const sources = git ?? new Sources(files, options.load?.loaded);
  const stored = git === undefined && platform !== undefined && paths.length === 0;
  const loaded = stored ? undefined : (sources.good ?? (await firstLoad(sources, options)) ?? sources.good);
  if (loaded !== undefined) options.scrubber.add(loaded.secrets.values());
  const name = loaded?.revision.platform ?? platform;
  if (name === undefined) return refuseUnnamed(sources);
  const dir = stateDir(name, { ...user, ...flag });
  const home = homeOf(dir, name, askedStore(options.store, env), user);
  const parts: { lock?: Lock; store?: Store; elected?: Elected } = {};
  const engine = await connectEngine({
    env,
    ...(options.host === undefined ? {} : { host: options.host }),
    mayAct: () => parts.elected?.lease.mustHold(),
  });
  try {
    if (options.lock) {
      openStateDir(dir, user);
      if (home.kind === 'postgres') {
        requireOnlyHome(dir, home, options);
        options.scrubber.add(passwordsIn(home.url));
        parts.elected =
          options.elected ?? (await leadNow({ ...leadOptions(options), home, engine, dir, digest }));
      }
      const store = parts.elected?.before.store;
      parts.lock = await takeLock(engine, name, dir, {
        ...options,
        ...(store === undefined ? {} : { store }),
      });
    }
    const store = options.lock
      ? scrubbedStore(await openForWriting(dir, home, options, parts.elected), options.scrubber)
      : await overlayStore(await openStoreAtReadOnly(home));
    parts.store = store;
    const target = loaded ?? (await storedTarget(store, name, options.mayBeNew ?? false));
    return new SessionControl({
      platform: name,
      engine,
      store,
      sources,
      ...(git === undefined ? {} : { git }),
      digest,
      first: target,
      reloads: !stored,
      logger: options.logger,
      scrubber: options.scrubber,
      by: options.by,
      ...(parts.lock === undefined ? {} : { lock: parts.lock }),
      ...(parts.elected === undefined ? {} : { lead: parts.elected }),
      formerCalls: options.lock ? await leftUnderWay(store, engine, options, parts.elected) : [],
    });
  } catch (error) {
    await parts.store?.close();
    await parts.lock?.release();
    await parts.elected?.lease.release();
    await engine.close();
    throw error;
  }
}

async function openForWriting(
  dir: string,
  home: StoreHome,
  { tolerant, logger }: SessionOptions,
  elected: Elected | undefined,
): Promise<Store> {
  const lead = elected && { token: elected.lease.token, id: elected.lease.leader.id };
  const open = (): Promise<Store> => openStoreAt(home, lead);
  const store =
    tolerant === undefined ? await open() : await onceStoreAnswers(open, waitFor(tolerant, logger));
  noteHome(dir, home);
  return store;
}

function leadOptions({ by, logger, forceUnlock, tolerant }: SessionOptions) {
  return {
    by,
    logger,
    leaseMs: defaultLeaseMs,
    ...(forceUnlock === undefined ? {} : { force: forceUnlock }),
    ...(tolerant === undefined ? {} : { tolerant }),
  };
}

/** By whoever acted before, where that one did not give the lead back or did not come to its end. */
async function leftUnderWay(
  store: Store,
  engine: Pick<Engine, 'info'>,
  { logger }: SessionOptions,
  elected: Elected | undefined,
): Promise<readonly FormerCall[]> {
  const now = Date.now();
  const begun = await store.begunSteps();
  if (begun.length === 0) return [];
  if (elected !== undefined) {
    const { leader, leaseMs } = elected.before;
    // One that gave the lead back has ended, and may have been cut off in the middle of a call.
    if (leader !== undefined) return formerCalls(begun, { leaseMs, now });
  }
  const calls = callsOfTheDead(begun, { now, sameClock: (await engine.info()).local });
  if (calls.length > 0) {
    const waits = callsInWords(calls);
    logger.info(
      `what the controller before may have left under way is waited for, unless it is seen done: ${waits}`,
    );
  }
  return calls;
}

function firstLoad(sources: Manifests, { tolerant }: SessionOptions): Promise<Loaded | undefined> {
  return tolerant === undefined ? sources.mustLoad() : sources.load();
}

/** What is in force, for commands that name a platform instead of files. Its secrets' values are not kept anywhere. */
async function storedTarget(store: Store, platform: string, mayBeNew: boolean): Promise<Loaded> {
  const record = await store.inForce();
  if (record === undefined && mayBeNew) return { revision: emptyRevision(platform), secrets: new Map() };
  if (record === undefined) {
    throw new ReeveError(`nothing was ever in force for platform ${platform} here`, {
      status: exitStatus.usage,
      hint: 'name its manifests with -f, or its state folder with --state',
    });
  }
  return { revision: record.revision, secrets: new Map() };
}

function refuseUnnamed(sources: Manifests): never {
  throw new ReeveError(`no platform can be told from these manifests: ${sources.wrongWords}`, {
    status: exitStatus.invalid,
    hint: 'mend them, or name the platform with -p to keep its last good revision',
  });
}
