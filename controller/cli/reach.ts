// The one way to act: through the running controller where there is one, else by doing the same work here, under the lock.

import { InvalidManifest } from '../../desired-state/diagnostic.ts';
import type { Control } from '../control.ts';
import type { GitSettings } from '../git/settings.ts';
import { findController } from '../http/find.ts';
import type { HealthAnswer } from '../http/protocol.ts';
import { sameSources } from '../http/same-sources.ts';
import { quietLog } from '../quiet-log.ts';
import { makeScrubber } from '../secrets.ts';
import { openSession, type SessionOptions } from '../session.ts';
import { by, type Context } from './context.ts';
import type { PlatformFlags } from './options.ts';
import { findPlace, type Place } from './place.ts';
import { requireSameEngine } from './same-engine.ts';

export interface Reached {
  readonly control: Control;
  readonly place: Place;
  /** Set where a controller does the work. */
  readonly controller?: HealthAnswer;
}

export interface ReachOptions {
  readonly verb: string;
  /** Acting needs the lock, looking does not. */
  readonly lock: boolean;
  /** Read the manifests anew even where the platform was chosen by name: what is in force then is not enough. */
  readonly manifests: boolean;
  /** What is seen is kept for later (a saved plan): its digests must be good then. */
  readonly saved?: boolean;
  readonly forceUnlock?: boolean;
  /** A platform that nothing was ever in force of is one that begins now. */
  readonly mayBeNew?: boolean;
  /** false: the platform must be named, or have its manifests here. */
  readonly guess?: boolean;
}

/** Opens the way to a platform; the caller closes `control`. */
export async function reach(flags: PlatformFlags, context: Context, options: ReachOptions): Promise<Reached> {
  const place = await findPlace(flags, context, {
    makeKey: options.lock || options.saved === true,
    guess: options.guess ?? true,
  });
  const found = await findController(place.socketPath);
  if (found !== undefined) {
    await requireSameEngine(flags, context, found.health);
    const { sources, mistakes } = place;
    const asked = isKept(flags, place, found.health.sources) ? undefined : sources;
    // Mistakes in what it keeps it tells itself, as it loads anew; of other manifests nobody else would.
    if (options.manifests && asked !== undefined && mistakes !== undefined) {
      throw new InvalidManifest(mistakes);
    }
    // Looking at other manifests than the controller's is no quarrel with it: it is done here.
    // One that stands by sees nothing of its own, and tells whoever would act who leads.
    const sees = found.health.standby === undefined;
    if (options.lock || (asked === undefined && sees)) {
      return { control: found.reach(asked), place, controller: found.health };
    }
  }
  return { control: await open(sessionOptions(place, flags, context, options), context), place };
}

/** A commit of a repository is looked at here: it is no quarrel with the controller that keeps the platform from another. */
export async function reachCommit(
  settings: GitSettings,
  flags: PlatformFlags,
  context: Context,
  options: ReachOptions,
): Promise<Reached> {
  const { placeToLookAt } = await import('./place-git.ts');
  const place = await placeToLookAt(settings, flags, context);
  try {
    return { control: await open(sessionOptions(place, flags, context, options), context), place };
  } catch (error) {
    await place.git.remove();
    throw error;
  }
}

/** What a command does it says itself; the log is for looking into it. */
async function open(options: SessionOptions, { env }: Context): Promise<Control> {
  if ((env['REEVE_DEBUG'] ?? '') === '') return openSession(options);
  const { makeLogger } = await import('../log.ts');
  const logger = await makeLogger({ level: 'debug', pretty: false, scrub: options.scrubber });
  return openSession({ ...options, logger });
}

/** Files that are named must be the ones it keeps; those that merely lie here may be in a folder that it keeps. */
function isKept(flags: PlatformFlags, { sources }: Place, kept: readonly string[]): boolean {
  if (sources === undefined || sameSources(kept, sources)) return true;
  if (flags.file.length > 0) return false;
  return sources.every((source) => kept.some((folder) => source.startsWith(`${folder}/`)));
}

/** What a session in this process is opened with. */
export function sessionOptions(
  place: Place,
  flags: PlatformFlags,
  context: Context,
  { verb, lock, manifests, forceUnlock, mayBeNew }: ReachOptions,
): SessionOptions {
  return {
    paths: place.fromStore && !manifests ? [] : place.paths,
    ...(place.git === undefined ? {} : { git: place.git }),
    ...(place.load === undefined ? {} : { load: place.load }),
    cwd: context.cwd,
    env: context.env,
    uid: context.uid,
    ...(place.loadAs === undefined ? {} : { platform: place.loadAs }),
    ...(flags.projectDirectory === undefined ? {} : { projectDirectory: flags.projectDirectory }),
    ...(flags.state === undefined ? {} : { stateDir: place.dir }),
    ...(flags.store === undefined ? {} : { store: flags.store }),
    ...(flags.host === undefined ? {} : { host: flags.host }),
    by: by(context, verb),
    logger: quietLog,
    scrubber: makeScrubber(),
    lock,
    ...(forceUnlock === undefined ? {} : { forceUnlock }),
    ...(mayBeNew === undefined ? {} : { mayBeNew }),
  };
}
