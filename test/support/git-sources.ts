// Manifests in a repository, loaded as a controller loads them, without an engine.

import { join } from 'node:path';
import { GitSources } from '../../controller/git/git-sources.ts';
import { checkSettings, type GitSettings, gitDefaults } from '../../controller/git/settings.ts';
import type { Loaded } from '../../desired-state/load-types.ts';
import type { GitRemote } from './git-remote.ts';
import { digest } from './manifests.ts';

/** A Compose project with a file of its own and a folder for data. */
export function project(level: string, more = ''): Record<string, string> {
  return {
    'prod/compose.yaml': [
      'name: shop',
      'services:',
      '  web:',
      '    image: reeve-test:1',
      '    volumes:',
      '      - ./web.conf:/etc/web.conf:ro',
      '      - ./data:/data',
      more,
    ].join('\n'),
    'prod/web.conf': `level=${level}\n`,
  };
}

export function sourcesOf(
  remote: Pick<GitRemote, 'url' | 'folder'>,
  more: Partial<GitSettings> = {},
  env: Readonly<Record<string, string>> = {},
): GitSources {
  const settings = checkSettings({ ...gitDefaults, url: remote.url, path: 'prod', ...more }, remote.folder);
  const dir = join(remote.folder, 'state', 'git');
  return new GitSources({
    settings,
    dir,
    env: { PATH: process.env['PATH'], ...env },
    digest,
    livesAt: () => join(dir, 'tree'),
  });
}

/** Fetches, loads, and brings it in force: what a controller does with a good commit. */
export async function take(git: GitSources): Promise<Loaded> {
  await git.fetch();
  const loaded = await git.mustLoad();
  await git.bring(loaded.revision);
  return loaded;
}
