// Finds the platform that is meant and the folder its state is in: by --state, by -p, by the manifests, or because there is
// only one. Reads manifests, never the engine.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Diagnostic, InvalidManifest } from '../../desired-state/diagnostic.ts';
import type { LoadResult } from '../../desired-state/load-types.ts';
import { type Ref, refOf } from '../../desired-state/resource.ts';
import { exitStatus, ReeveError } from '../errors.ts';
import type { GitSources } from '../git/git-sources.ts';
import type { FirstLoad } from '../session.ts';
import { installationDigest, listPlatforms, stateDir, statePaths } from '../state-dir.ts';
import type { StoreHome } from '../store/home.ts';
import { openStoreAtReadOnly } from '../store/open.ts';
import type { RevisionRecord } from '../store/store.ts';
import { askedStore, homeOf, homeOfFolder } from '../store-home.ts';
import type { Context } from './context.ts';
import { loadOnly } from './load-only.ts';
import type { PlatformFlags } from './options.ts';

export interface Place {
  readonly platform: string;
  readonly dir: string;
  readonly home: StoreHome;
  readonly socketPath: string;
  /** True: chosen by name or because it is the only one, not by files. */
  readonly fromStore: boolean;
  /** What to load: the files named, none for those of the folder, or the ones that what is in force was made from. */
  readonly paths: readonly string[];
  /** Absolute: the manifests that were loaded, named or found here. A controller that keeps others is not asked. */
  readonly sources?: readonly string[];
  /** Of `paths`, where they had to be loaded to find all this. */
  readonly load?: FirstLoad;
  /** What is wrong with the manifests that were named or found here; the platform was found by them all the same. */
  readonly mistakes?: readonly Diagnostic[];
  /** Passed to a load where the manifests may not tell it: chosen by name, or broken. */
  readonly loadAs?: string;
  /** Manifests in git, in place of `paths`. */
  readonly git?: GitSources;
  /** Resources that a person may name. */
  readonly refs: readonly Ref[];
}

/**
 * The platform and state folder that flags, manifests or the state root point at. `makeKey`: what is loaded will be acted
 * on or saved, so its digests must be good tomorrow. Without `guess` a platform is not taken for being the only one.
 */
export async function findPlace(
  flags: PlatformFlags,
  context: Context,
  { makeKey = false, guess = true }: { readonly makeKey?: boolean; readonly guess?: boolean } = {},
): Promise<Place> {
  const dir = flags.state === undefined ? undefined : resolve(context.cwd, flags.state);
  const named = flags.file.length > 0;
  // `-p` chooses where no files are given: what is in force of that platform, not what happens to lie here.
  if (flags.platform !== undefined && !named) {
    return storedPlace(flags.platform, dir ?? stateDir(flags.platform, context), flags, context);
  }
  if (named || manifestsIn(context.cwd)) return placeOfManifests(flags, context, dir, makeKey);
  if (dir !== undefined) {
    const asked = askedStore(flags.store, context.env);
    const record = asked === undefined ? await inForce(homeOfFolder(dir, context)) : undefined;
    if (record !== undefined) return storedPlace(record.revision.platform, dir, flags, context);
  }
  return onlyPlace(flags, context, dir, guess);
}

/** A platform by its name: what is in force of it. */
export async function storedPlace(
  platform: string,
  dir: string,
  flags: PlatformFlags,
  context: Context,
): Promise<Place> {
  const home = homeOf(dir, platform, askedStore(flags.store, context.env), context);
  const record = await inForce(home);
  const refs = (record?.revision.resources ?? []).map(refOf);
  // What came from git is not read again from a folder: it is what is in force.
  const paths = record?.revision.commit === undefined ? (record?.sources ?? []) : [];
  const { socketPath } = statePaths(dir, context);
  return { platform, loadAs: platform, fromStore: true, paths, refs, dir, socketPath, home };
}

async function placeOfManifests(
  flags: PlatformFlags,
  context: Context,
  dir: string | undefined,
  makeKey: boolean,
): Promise<Place> {
  const user = { env: context.env, uid: context.uid, ...(dir === undefined ? {} : { flag: dir }) };
  const digest = installationDigest(user, { makeKey });
  const result = await loadOnly(flags, context, digest);
  if (!result.ok) {
    // Broken manifests must not hide how the platform is: whoever keeps these files can still be found by them.
    const known = await placeKeeping(result, flags, context, dir);
    if (known === undefined) throw new InvalidManifest(result.diagnostics);
    return known;
  }
  const { platform, resources, sources } = result.loaded.revision;
  const { loadAs, ...place } = await storedPlace(
    platform,
    dir ?? stateDir(platform, context),
    flags,
    context,
  );
  return {
    ...place,
    ...(flags.platform === undefined ? {} : { loadAs }),
    fromStore: false,
    paths: flags.file,
    sources,
    load: { loaded: result.loaded, digest },
    refs: [...new Set([...resources.map(refOf), ...place.refs])],
  };
}

async function placeKeeping(
  result: Extract<LoadResult, { ok: false }>,
  flags: PlatformFlags,
  context: Context,
  dir: string | undefined,
): Promise<Place | undefined> {
  const files = new Set([...result.files, ...flags.file.map((path) => resolve(context.cwd, path))]);
  const asked = askedStore(flags.store, context.env);
  const candidates =
    dir === undefined || asked !== undefined
      ? (await platformsOf(asked, context)).map((found) => ({
          dir: dir ?? found.dir,
          home: homeOf(found.dir, found.platform, asked, context),
          isMeant: false,
        }))
      : [{ dir, home: homeOfFolder(dir, context), isMeant: true }];
  for (const candidate of candidates) {
    const record = await inForce(candidate.home);
    if (record === undefined) continue;
    const isKept = record.sources.some((source) => files.has(source));
    if (!isKept && !candidate.isMeant) continue;
    const place = await storedPlace(record.revision.platform, candidate.dir, flags, context);
    const named = flags.file.length > 0;
    const sources = named ? flags.file.map((path) => resolve(context.cwd, path)) : result.files;
    return {
      ...place,
      fromStore: false,
      paths: named ? flags.file : place.paths,
      ...(named || !isKept ? { sources } : {}),
      mistakes: result.diagnostics,
    };
  }
  return undefined;
}

async function onlyPlace(
  flags: PlatformFlags,
  context: Context,
  dir: string | undefined,
  guess: boolean,
): Promise<Place> {
  const asked = askedStore(flags.store, context.env);
  const platforms = await platformsOf(asked, context);
  const [only, second] = platforms;
  if (only === undefined) {
    const where = asked === undefined ? 'on this machine' : 'with this store';
    throw new ReeveError(`no manifests here, and no platform has been applied ${where} yet`, {
      status: exitStatus.usage,
      hint: 'name manifests with -f PATH, or go to the folder that has a reeve.yaml or a Compose file',
    });
  }
  if (second !== undefined) {
    throw new ReeveError(`no manifests here, and ${platforms.length} platforms to choose from`, {
      status: exitStatus.usage,
      hint: `choose one with -p: ${platforms.map(({ platform }) => platform).join(', ')}`,
    });
  }
  if (!guess) {
    throw new ReeveError('no manifests here, and no platform is named', {
      status: exitStatus.usage,
      hint: `if the only one is meant: -p ${only.platform}`,
    });
  }
  return storedPlace(only.platform, dir ?? only.dir, flags, context);
}

/** Those of the store that is asked for, else those that this machine has state folders of. */
async function platformsOf(
  asked: string | undefined,
  context: Context,
): Promise<readonly { readonly platform: string; readonly dir: string }[]> {
  if (asked === undefined) return listPlatforms(context);
  const { platformsIn } = await import('../store/postgres/platforms.ts');
  const names = await platformsIn(asked);
  return names.map((platform) => ({ platform, dir: stateDir(platform, context) }));
}

async function inForce(home: StoreHome): Promise<RevisionRecord | undefined> {
  const store = await openStoreAtReadOnly(home);
  if (store === undefined) return undefined;
  try {
    return await store.inForce();
  } finally {
    await store.close();
  }
}

const defaultNames = [
  'reeve.yaml',
  'reeve.yml',
  'compose.yaml',
  'compose.yml',
  'docker-compose.yaml',
  'docker-compose.yml',
];

function manifestsIn(cwd: string): boolean {
  return defaultNames.some((name) => existsSync(join(cwd, name)));
}
