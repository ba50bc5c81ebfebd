// Loads manifests: to check them, to print them, to learn the platform's name. Without a digest of the installation's, those
// that it makes are good for nothing else.

import { load } from '../../desired-state/load.ts';
import type { LoadResult } from '../../desired-state/load-types.ts';
import { type Digest, passingDigest } from '../state-dir.ts';
import type { Context } from './context.ts';
import type { PlatformFlags } from './options.ts';

export async function loadOnly(
  flags: Pick<PlatformFlags, 'file' | 'platform' | 'projectDirectory'>,
  context: Context,
  digest: Digest = passingDigest(),
): Promise<LoadResult> {
  return load({
    paths: flags.file,
    cwd: context.cwd,
    env: context.env,
    ...(flags.platform === undefined ? {} : { platform: flags.platform }),
    ...(flags.projectDirectory === undefined ? {} : { projectDirectory: flags.projectDirectory }),
    digest,
  });
}
