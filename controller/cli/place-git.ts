// Finds the platform whose manifests are in a repository, and the folder of its state. Which platform it is stands in the
// repository alone: where no folder here belongs to it yet, it is fetched to find out.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { InvalidManifest } from '../../desired-state/diagnostic.ts';
import { refOf } from '../../desired-state/resource.ts';
import { type GitRequest, GitSources } from '../git/git-sources.ts';
import type { GitSettings } from '../git/settings.ts';
import {
  type Digest,
  draftDir,
  installationDigest,
  listPlatforms,
  openStateDir,
  stateDir,
} from '../state-dir.ts';
import type { Context } from './context.ts';
import type { PlatformFlags } from './options.ts';
import { type Place, storedPlace } from './place.ts';

export type GitPlace = Place & { readonly git: GitSources };

/** For a controller: what is fetched stays in the state folder. */
export async function placeToKeep(
  settings: GitSettings,
  flags: PlatformFlags,
  context: Context,
): Promise<GitPlace> {
  const user = userOf(flags, context);
  const digest = installationDigest(user, { makeKey: true });
  const known = knownDir(settings, flags, context);
  const dir = known ?? (await newDir(settings, flags, context, digest));
  openStateDir(dir.dir, user);
  const at = join(dir.dir, 'git');
  const platform = flags.platform ?? dir.platform;
  const git = sourcesIn(at, settings, flags, context, digest);
  const loaded = platform === undefined ? ((await git.load()) ?? git.good) : undefined;
  const name = platform ?? loaded?.revision.platform;
  if (name === undefined) throw new InvalidManifest(git.wrong);
  writeFileSync(join(at, noteName), JSON.stringify({ url: settings.url, path: settings.path }));
  const place = await storedPlace(name, dir.dir, flags, context);
  return { ...place, fromStore: false, paths: [], sources: [git.source], git };
}

/** For a look: fetched to a folder that goes with it (`git.remove`). */
export async function placeToLookAt(
  settings: GitSettings,
  flags: PlatformFlags,
  context: Context,
): Promise<GitPlace> {
  const digest = installationDigest(userOf(flags, context), { makeKey: false });
  const git = sourcesIn(mkdtempSync(join(tmpdir(), 'reeve-git-')), settings, flags, context, digest);
  try {
    const loaded = await git.mustLoad();
    const { platform, resources } = loaded.revision;
    const { loadAs: _loadAs, ...place } = await storedPlace(
      platform,
      stateOf(platform, flags, context),
      flags,
      context,
    );
    const refs = [...new Set([...resources.map(refOf), ...place.refs])];
    return {
      ...place,
      fromStore: false,
      paths: [],
      sources: [git.source],
      load: { loaded, digest },
      refs,
      git,
    };
  } catch (error) {
    await git.remove();
    throw error;
  }
}

const noteName = 'source.json';

interface Found {
  readonly dir: string;
  readonly platform?: string;
}

/** By a flag, or the one that has been kept from this repository before: also while the remote is away. */
function knownDir(settings: GitSettings, flags: PlatformFlags, context: Context): Found | undefined {
  if (flags.state !== undefined) return { dir: resolve(context.cwd, flags.state) };
  if (flags.platform !== undefined)
    return { dir: stateDir(flags.platform, context), platform: flags.platform };
  return listPlatforms(context).find(({ dir }) => {
    const note = join(dir, 'git', noteName);
    if (!existsSync(note)) return false;
    const { url, path } = JSON.parse(readFileSync(note, 'utf8')) as { url?: string; path?: string };
    return url === settings.url && path === settings.path;
  });
}

async function newDir(
  settings: GitSettings,
  flags: PlatformFlags,
  context: Context,
  digest: Digest,
): Promise<Found> {
  const draft = draftDir(context, `git-${randomBytes(6).toString('hex')}`);
  try {
    const { platform } = (await sourcesIn(draft, settings, flags, context, digest).mustLoad()).revision;
    const dir = stateDir(platform, context);
    openStateDir(dir, context);
    // Fetched once is enough, unless it was another repository's before.
    if (!existsSync(join(dir, 'git'))) renameSync(draft, join(dir, 'git'));
    return { dir, platform };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function sourcesIn(
  dir: string,
  settings: GitSettings,
  flags: PlatformFlags,
  context: Context,
  digest: Digest,
): GitSources {
  const request: GitRequest = {
    settings,
    dir,
    env: context.env,
    digest,
    livesAt: (platform) => join(stateOf(platform, flags, context), 'git', 'tree'),
    ...(flags.platform === undefined ? {} : { platform: flags.platform }),
  };
  return new GitSources(request);
}

function stateOf(platform: string, flags: PlatformFlags, context: Context): string {
  return flags.state === undefined ? stateDir(platform, context) : resolve(context.cwd, flags.state);
}

function userOf(flags: PlatformFlags, context: Context): Context & { readonly flag?: string } {
  return flags.state === undefined ? context : { ...context, flag: resolve(context.cwd, flags.state) };
}
