// A platform of a test's own, kept from a repository of its own: one service that writes down what it read from its file.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { type GitRemote, remoteFor } from './git-remote.ts';
import { platformFor } from './kept.ts';
import { loop, web } from './misdeeds.ts';
import { service, type TestPlatform } from './platform.ts';
import type { Controller } from './reeve.ts';
import { patienceMs, until } from './until.ts';

export interface KeptFromGit {
  readonly p: TestPlatform;
  readonly remote: GitRemote;
  readonly controller: Controller;
  /** A whole commit: its level, and further lines of the service's spec. */
  readonly files: (level: string, more?: readonly string[]) => Record<string, string>;
  /** Starts a controller, after the one before ended. */
  readonly again: () => Promise<Controller>;
}

const mounts = 'volumes: ["./web.conf:/etc/web.conf:ro", "./data:/data"]';

/** `spec`: of the platform. */
export async function keptFromGit(
  t: Pick<TestContext, 'onTestFinished' | 'task'>,
  { spec = '', more = {} }: { readonly spec?: string; readonly more?: Readonly<Record<string, string>> } = {},
): Promise<KeptFromGit> {
  const p = await platformFor(t);
  const files = (level: string, lines: readonly string[] = []) => ({
    'prod/reeve.yaml': p.manifest(
      [service('web', [mounts, loop('cp /etc/web.conf /data/seen'), ...lines])],
      spec,
    ),
    'prod/web.conf': `level=${level}\n`,
  });
  const remote = await remoteFor(t, { ...files('1'), ...more });
  const again = () => p.runFrom(['--git', remote.url, '--path', 'prod', '--poll', '300ms']);
  const controller = await again();
  await p.untilReady(web);
  return { p, remote, controller, files, again };
}

/** What the container saw at its start. */
export const seen = (p: TestPlatform): Promise<string> =>
  readFile(join(p.state, 'git/tree/prod/data/seen'), 'utf8');

export const untilSeen = (p: TestPlatform, level: string): Promise<unknown> =>
  until(async () => (await seen(p)) === `level=${level}\n`, patienceMs, `level ${level} is seen`);
