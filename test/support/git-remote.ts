// A repository as a team has it: a bare one that reeve fetches from, and a clone in which somebody works. Real git, with no
// configuration but what is said here.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Files = Readonly<Record<string, string | Buffer | { readonly link: string } | undefined>>;

export class GitRemote {
  /** The bare repository. */
  readonly url: string;
  /** Where it, the clone and whatever a test puts beside them are. */
  readonly folder: string;
  readonly work: string;
  readonly #env: Readonly<Record<string, string>>;

  constructor(folder: string, env: Readonly<Record<string, string>> = {}) {
    this.folder = folder;
    this.url = join(folder, 'platform.git');
    this.work = join(folder, 'work');
    this.#env = {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: join(folder, 'gitconfig'),
      ...env,
    };
  }

  async git(...args: readonly string[]): Promise<string> {
    const { stdout } = await run('git', [...args], { cwd: this.work, env: this.#env });
    return stdout.trim();
  }

  async begin(): Promise<void> {
    await mkdir(this.work);
    await this.git('init', '--quiet', '--bare', '--initial-branch=main', this.url);
    await this.git('init', '--quiet', '--initial-branch=main', '.');
    await this.git('remote', 'add', 'origin', this.url);
    await this.git('config', 'user.name', 'Ana');
    await this.git('config', 'user.email', 'ana@example.org');
    await this.git('config', 'protocol.file.allow', 'always');
  }

  /** Writes files (undefined: removes), commits and pushes; gives the commit's id. */
  async push(message: string, files: Files, { sign = false, force = false } = {}): Promise<string> {
    await this.write(files);
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--allow-empty', ...(sign ? ['-S'] : []), '-m', message);
    await this.git('push', '--quiet', ...(force ? ['--force'] : []), 'origin', 'HEAD');
    return this.git('rev-parse', 'HEAD');
  }

  async write(files: Files): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.work, name);
      await rm(path, { recursive: true, force: true });
      if (content === undefined) continue;
      await mkdir(dirname(path), { recursive: true });
      if (typeof content === 'string' || Buffer.isBuffer(content)) await writeFile(path, content);
      else await symlink(content.link, path);
    }
  }
}

interface Cleanup {
  readonly onTestFinished: (work: () => Promise<void>) => void;
}

/** A repository for one test, with a first commit where `files` are given. */
export async function remoteFor({ onTestFinished }: Cleanup, files?: Files): Promise<GitRemote> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-remote-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const remote = new GitRemote(folder);
  await remote.begin();
  if (files !== undefined) await remote.push('first', files);
  return remote;
}
