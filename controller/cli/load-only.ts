// Loads manifests without a state folder: to check them, to print them, to learn the platform's name. Its digests are good
// for nothing else, for their key is thrown away.

import { createHmac, randomBytes } from 'node:crypto';
import { load } from '../../desired-state/load.ts';
import type { LoadResult } from '../../desired-state/load-types.ts';
import type { Context } from './context.ts';
import type { PlatformFlags } from './options.ts';

export async function loadOnly(
  flags: Pick<PlatformFlags, 'file' | 'platform'>,
  context: Context,
): Promise<LoadResult> {
  const key = randomBytes(32);
  return load({
    paths: flags.file,
    cwd: context.cwd,
    env: context.env,
    ...(flags.platform === undefined ? {} : { platform: flags.platform }),
    digest: (value) => createHmac('sha256', key).update(value).digest('hex'),
  });
}
