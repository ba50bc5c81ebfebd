// The bare repository in the state folder: what was fetched, shallow. Answers what a commit is and holds; decides nothing.

import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Commit, shortCommit } from '../../desired-state/commit.ts';
import { ifThere } from '../if-there.ts';
import { GitError } from './git-error.ts';
import type { RunGit } from './run-git.ts';
import { type GitSettings, sizeWords } from './settings.ts';

/** What reeve itself remembers of the commits: kept from the collection of garbage, too. */
export type Mark = 'followed' | 'in-force' | 'left' | 'pinned';

/** One entry of a commit's tree. */
export interface TreeEntry {
  /** `100644`, `100755` executable, `120000` link, `160000` another repository's commit. */
  readonly mode: string;
  /** Of its content. */
  readonly object: string;
  readonly bytes: number;
  readonly path: string;
}

/** In force, followed, pinned, and what came lately. */
const rememberedCommits = 8;
const refKey = 'reeve.ref';
const watchMs = 200;
/** So much is asked for where the time of the commit that is followed does not tell what is new. */
const depthOfDoubt = 100;

function commitQuestion(name: string): readonly string[] {
  return ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`];
}

export class Repository {
  readonly dir: string;
  readonly #git: RunGit;
  readonly #settings: GitSettings;
  /** Nobody else writes here, and commits never change: what was asked once is known. Undefined: there is none. */
  readonly #marks = new Map<Mark, string | undefined>();
  #followedRef: string | undefined;
  readonly #commits = new Remembered<Commit>();
  readonly #trees = new Remembered<readonly TreeEntry[]>();

  constructor(dir: string, git: RunGit, settings: GitSettings) {
    this.dir = dir;
    this.#git = git;
    this.#settings = settings;
  }

  async open(): Promise<void> {
    if (existsSync(join(this.dir, 'HEAD'))) return;
    await mkdir(this.dir, { recursive: true, mode: 0o700 });
    await this.run(['init', '--quiet', '--bare', '.']);
  }

  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string> {
    return this.#git(args, { cwd: this.dir, ...(env === undefined ? {} : { env }) });
  }

  /** The same of what may not be there: empty then. */
  ask(args: readonly string[]): Promise<string> {
    return this.#git(args, { cwd: this.dir, mayFindNothing: true });
  }

  /** The newest commit of the ref that is followed. With `since` also what came between, where that can be told. */
  async fetch(since: string | undefined, signal?: AbortSignal): Promise<string> {
    const { ref } = this.#settings;
    const at = since === undefined ? '' : (await this.describe(since)).at;
    try {
      await this.#fetch(ref, at === '' ? '--depth=1' : `--shallow-since=${at}`, signal);
    } catch (error) {
      // An older commit than the one we have, or a clock that went wrong.
      if (at === '' || !(error instanceof GitError) || error.reason !== 'FetchFailed') throw error;
      await this.#fetch(ref, `--depth=${depthOfDoubt}`, signal);
    }
    return this.commitOf('refs/reeve/fetched');
  }

  /** A commit by its id or tag, here or there. */
  async find(name: string, signal?: AbortSignal): Promise<string> {
    if (this.#commits.has(name)) return name;
    const here = await this.resolve(name);
    if (here !== undefined) return here;
    try {
      await this.#fetch(name, '--depth=1', signal);
    } catch (error) {
      if (!(error instanceof GitError) || !['RefMissing', 'CommitMissing'].includes(error.reason))
        throw error;
      throw new GitError('CommitMissing', `there is no commit ${name} to be had from ${this.#settings.url}`, {
        hint: 'give its whole id (40 digits), or a tag',
        cause: error,
      });
    }
    return this.commitOf('refs/reeve/fetched');
  }

  async resolve(name: string): Promise<string | undefined> {
    const id = (await this.ask(commitQuestion(name))).trim();
    return id === '' ? undefined : id;
  }

  async commitOf(name: string): Promise<string> {
    return (await this.run(commitQuestion(name))).trim();
  }

  describe(id: string): Promise<Commit> {
    return this.#commits.of(id, () => this.#describe(id));
  }

  async #describe(id: string): Promise<Commit> {
    const text = await this.run(['log', '-1', '--no-show-signature', '--format=%H%x00%an%x00%s%x00%cI', id]);
    const [whole = id, author = '', subject = '', at = ''] = text.trimEnd().split('\0');
    const { url, ref, path } = this.#settings;
    return { id: whole, author, subject, at, url, ref, path };
  }

  /** All files of a commit. */
  tree(id: string): Promise<readonly TreeEntry[]> {
    return this.#trees.of(id, () => this.#tree(id));
  }

  async #tree(id: string): Promise<readonly TreeEntry[]> {
    const text = await this.run(['ls-tree', '-r', '-l', '-z', '--full-tree', id]);
    return text.split('\0').flatMap((line) => {
      const [, mode = '', object = '', bytes = '', path = ''] =
        /^(\d+) \w+ (\w+) +(\d+|-)\t(.*)$/s.exec(line) ?? [];
      return path === '' ? [] : [{ mode, object, bytes: bytes === '-' ? 0 : Number(bytes), path }];
    });
  }

  /** Whether `id` came from `before`; how many commits lie between. undefined: it did not. */
  async commitsSince(before: string, id: string): Promise<number | undefined> {
    const text = await this.run(['rev-list', '--count', '--left-right', `${before}...${id}`]);
    const [lost, come] = text.trim().split(/\s+/).map(Number);
    return lost === 0 ? come : undefined;
  }

  /** The branch or tag that was followed last: of another one nothing can be said to be rewritten. */
  async followedRef(): Promise<string | undefined> {
    this.#followedRef ??= (await this.ask(['config', '--get', refKey])).trim();
    return this.#followedRef === '' ? undefined : this.#followedRef;
  }

  /** Follows a commit of this ref. */
  async follow(id: string, ref: string): Promise<void> {
    await this.mark('followed', id);
    if ((await this.followedRef()) === ref) return;
    await this.run(['config', refKey, ref]);
    this.#followedRef = ref;
  }

  async mark(mark: Mark, id: string): Promise<void> {
    await this.run(['update-ref', `refs/reeve/${mark}`, id]);
    this.#marks.set(mark, id);
  }

  async unmark(mark: Mark): Promise<void> {
    await this.run(['update-ref', '-d', `refs/reeve/${mark}`]);
    this.#marks.set(mark, undefined);
  }

  async marked(mark: Mark): Promise<string | undefined> {
    if (!this.#marks.has(mark)) this.#marks.set(mark, await this.resolve(`refs/reeve/${mark}`));
    return this.#marks.get(mark);
  }

  async #fetch(name: string, depth: string, signal?: AbortSignal): Promise<void> {
    const { url, timeoutMs, maxBytes } = this.#settings;
    const full = new AbortController();
    const before = await this.#weight();
    const watch = setInterval(() => {
      this.#weight()
        .then((bytes) => {
          if (bytes - before > maxBytes) full.abort();
        })
        // What cannot be looked at now cannot after the fetch either, and that look says so.
        .catch(() => undefined);
    }, watchMs);
    const args = ['fetch', '--quiet', '--force', '--no-tags', '--no-recurse-submodules', depth];
    const what = `fetching ${/^[0-9a-f]{40,64}$/.test(name) ? shortCommit(name) : name} of ${url}`;
    try {
      await this.#git([...args, '--', url, `+${name}:refs/reeve/fetched`], {
        cwd: this.dir,
        timeoutMs,
        signal: signal === undefined ? full.signal : AbortSignal.any([signal, full.signal]),
        what,
      });
    } catch (error) {
      await this.#removeDrafts();
      throw full.signal.aborted ? tooLarge(what, maxBytes, error) : error;
    } finally {
      clearInterval(watch);
    }
    // It may have been quicker than the watch.
    if ((await this.#weight()) - before > maxBytes) throw tooLarge(what, maxBytes);
  }

  /** What a fetch that was cut off had brought. */
  async #removeDrafts(): Promise<void> {
    const packs = join(this.dir, 'objects', 'pack');
    const names = (await ifThere(readdir(packs))) ?? [];
    for (const name of names.filter((n) => n.startsWith('tmp_')))
      await rm(join(packs, name), { force: true });
  }

  /** Bytes of all packs, whole or still coming. */
  async #weight(): Promise<number> {
    const packs = join(this.dir, 'objects', 'pack');
    const names = (await ifThere(readdir(packs))) ?? [];
    const sizes = await Promise.all(
      names.map(async (name) => (await ifThere(stat(join(packs, name))))?.size ?? 0),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }
}

function tooLarge(what: string, maxBytes: number, cause?: unknown): GitError {
  return new GitError('RepositoryTooLarge', `${what}: it brings more than ${sizeWords(maxBytes)}`, {
    hint: 'keep manifests in a repository without large files, or raise --max-size',
    cause,
  });
}

/** The answers about the last few commits. */
class Remembered<T> {
  readonly #known = new Map<string, Promise<T>>();

  has(id: string): boolean {
    return this.#known.has(id);
  }

  of(id: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const asked = ask();
    this.#known.set(id, asked);
    asked.catch(() => this.#known.delete(id));
    const [oldest] = this.#known.keys();
    if (this.#known.size > rememberedCommits && oldest !== undefined) this.#known.delete(oldest);
    return asked;
  }
}
