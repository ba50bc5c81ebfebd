// Manifests in a git repository: fetches, lays each commit out in a folder of its own, loads from it, and brings its files to
// where containers mount them once it comes in force. Puts nothing in force and tells nobody: git-keeper.ts does.
// INVARIANTS: what was fetched is loaded only if it follows what is in force, or a person said so; the live tree is touched by
// nothing but `bring`.

import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Commit, commitWords, gitSource } from '../../desired-state/commit.ts';
import { type Diagnostic, InvalidManifest } from '../../desired-state/diagnostic.ts';
import { load } from '../../desired-state/load.ts';
import { usualFilesIn } from '../../desired-state/load-sources.ts';
import type { Loaded, LoadRequest, LoadResult } from '../../desired-state/load-types.ts';
import type { Revision } from '../../desired-state/revision.ts';
import { type Manifests, ofPlatform, wordsOf } from '../sources.ts';
import { decryptFiles } from './age.ts';
import { copyOf, pruneCopies } from './copies.ts';
import { GitError } from './git-error.ts';
import { acceptAsBase, type Base, baseOf, markInForce, noteOtherRef } from './history.ts';
import { LiveTree } from './live-tree.ts';
import { notVerified, refusalsOfCopy, refusalsOfTree, refusalWords } from './refusals.ts';
import { Repository, type TreeEntry } from './repository.ts';
import { makeGit } from './run-git.ts';
import type { GitSettings } from './settings.ts';
import { type Signature, Verifier } from './verify.ts';

export interface GitRequest extends Pick<LoadRequest, 'env' | 'digest' | 'platform'> {
  readonly settings: GitSettings;
  /** Absolute: all of it is git's. */
  readonly dir: string;
  /** Where the live tree of a platform is. */
  readonly livesAt: (platform: string) => string;
}

/** What a fetch brought. */
export interface Fetched {
  readonly commit: Commit;
  readonly isNew: boolean;
  /** How many commits came; undefined: that cannot be told. */
  readonly commits?: number;
}

export class GitSources implements Manifests {
  readonly settings: GitSettings;
  readonly #request: GitRequest;
  readonly #repository: Repository;
  readonly #verifier: Verifier | undefined;
  #good: Loaded | undefined;
  #wrong: readonly Diagnostic[] = [];
  /** Of the newest load, good or not. */
  #commit: Commit | undefined;
  #opened: Promise<void> | undefined;
  /** Copies are laid out and the live tree is brought one at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(request: GitRequest) {
    this.settings = request.settings;
    this.#request = request;
    const home = join(request.dir, 'home');
    const git = makeGit(home, request.settings, request.env);
    const { verify } = request.settings;
    this.#verifier = verify === undefined ? undefined : new Verifier(verify, home);
    this.#repository = new Repository(join(request.dir, 'repository'), git, this.settings);
  }

  get good(): Loaded | undefined {
    return this.#good;
  }

  get wrong(): readonly Diagnostic[] {
    return this.#wrong;
  }

  get wrongWords(): string {
    const of = this.#commit === undefined ? '' : `${commitWords(this.#commit)}: `;
    return `${of}${refusalWords(this.#wrong) ?? wordsOf(this.#wrong)}`;
  }

  /** One word for where it all comes from. */
  get source(): string {
    return gitSource(this.settings);
  }

  /** Asks the remote. Throws a GitError, also where what it has does not follow what is in force. */
  async fetch(signal?: AbortSignal, acceptRewrite = false): Promise<Fetched> {
    await this.#open();
    const repository = this.#repository;
    const { ref } = this.settings;
    const isSameRef = (await repository.followedRef()) === ref;
    const before = isSameRef ? await repository.marked('followed') : undefined;
    const base = isSameRef ? await baseOf(repository) : undefined;
    const id = await repository.fetch(base?.id ?? before, signal);
    if (id === before) return { commit: await repository.describe(id), isNew: false };
    const [commit, commits] = await Promise.all([
      repository.describe(id),
      base === undefined ? undefined : repository.commitsSince(base.id, id),
    ]);
    if (base !== undefined && commits === undefined) {
      if (!acceptRewrite) throw await this.#rewritten(base, commit);
      await acceptAsBase(repository, id);
    }
    if (!isSameRef) await noteOtherRef(repository, id);
    await repository.follow(id, ref);
    return { commit, isNew: true, ...(commits === undefined ? {} : { commits }) };
  }

  /** Whether the good load is of what is followed, or pinned. */
  async isLoaded(): Promise<boolean> {
    await this.#open();
    const wanted = (await this.#marked()) ?? '';
    return this.#good?.revision.commit?.id === wanted;
  }

  /** Loads what is followed, or pinned. Where nothing was fetched yet, it is; without the remote, what was in force. */
  load(): Promise<Loaded | undefined> {
    return this.#next(() => this.#load());
  }

  async #load(): Promise<Loaded | undefined> {
    await this.#open();
    const id = await this.#wanted();
    const repository = this.#repository;
    const [commit, tree] = await Promise.all([repository.describe(id), repository.tree(id)]);
    this.#commit = commit;
    const result = ofPlatform(await this.#loadCommit(commit, tree), this.#good);
    if (result.ok) {
      this.#good = result.loaded;
      this.#wrong = [];
      return result.loaded;
    }
    this.#wrong = result.diagnostics;
    this.#good ??= await this.#loadInForce(id);
    return undefined;
  }

  /** A controller that starts while the newest commit is bad goes on from what was in force, with its secrets. */
  async #loadInForce(bad: string): Promise<Loaded | undefined> {
    const id = await this.#repository.marked('in-force');
    if (id === undefined || id === bad) return undefined;
    const [commit, tree] = await Promise.all([this.#repository.describe(id), this.#repository.tree(id)]);
    const result = await this.#loadCommit(commit, tree);
    return result.ok ? result.loaded : undefined;
  }

  async mustLoad(): Promise<Loaded> {
    const loaded = await this.load();
    if (loaded === undefined) throw new InvalidManifest(this.#wrong);
    return loaded;
  }

  /** Throws whatever would keep the files of a revision from being brought; writes none of them. */
  async mustBeBringable({ commit, platform }: Revision): Promise<void> {
    if (commit === undefined) return;
    await this.#next(async () => {
      await this.#open();
      const id = await this.#repository.find(commit.id);
      const copy = await this.#copyOf(id);
      await new LiveTree(this.#request.livesAt(platform)).mustFit(copy, await this.#repository.tree(id));
    });
  }

  /** The files of a revision to where its containers mount them. Before it comes in force. */
  async bring({ commit, platform }: Revision): Promise<readonly string[]> {
    return commit === undefined ? [] : this.#next(() => this.#bring(commit, platform));
  }

  async #bring(commit: Commit, platform: string): Promise<readonly string[]> {
    await this.#open();
    const repository = this.#repository;
    const id = await repository.find(commit.id);
    const tree = await repository.tree(id);
    const copy = await this.#copyOf(id);
    const live = new LiveTree(this.#request.livesAt(platform));
    const written = await live.bring(id, copy, tree);
    await markInForce(repository, id);
    await this.#prune();
    return written;
  }

  /** Follows this commit alone from now on. */
  async pin(name: string, signal?: AbortSignal): Promise<Commit> {
    await this.#open();
    const id = await this.#repository.find(name, signal);
    await this.#repository.mark('pinned', id);
    return this.#repository.describe(id);
  }

  async unpin(): Promise<Commit | undefined> {
    const pinned = await this.pinned();
    await this.#repository.unmark('pinned');
    return pinned;
  }

  async pinned(): Promise<Commit | undefined> {
    await this.#open();
    const id = await this.#repository.marked('pinned');
    return id === undefined ? undefined : this.#repository.describe(id);
  }

  /** A commit never changes: there is nothing to watch. */
  async watch(): Promise<void> {}

  async close(): Promise<void> {}

  /** For a look that leaves nothing behind. */
  async remove(): Promise<void> {
    await rm(this.#request.dir, { recursive: true, force: true });
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #open(): Promise<void> {
    this.#opened ??= this.#repository.open();
    return this.#opened;
  }

  async #wanted(): Promise<string> {
    return (await this.#marked()) ?? (await this.fetch()).commit.id;
  }

  async #marked(): Promise<string | undefined> {
    const repository = this.#repository;
    return (await repository.marked('pinned')) ?? (await repository.marked('followed'));
  }

  async #loadCommit(commit: Commit, tree: readonly TreeEntry[]): Promise<LoadResult> {
    const { path, maxBytes } = this.settings;
    const { id } = commit;
    const signature = await this.#verify(id);
    if (signature.unverified !== undefined && this.#verifier?.mode === 'enforce')
      return { ok: false, diagnostics: [notVerified(commit, signature.unverified)], files: [] };
    const refused = await refusalsOfTree({ repository: this.#repository, id, tree, path, maxBytes });
    if (refused.length > 0) return { ok: false, diagnostics: refused, files: [] };
    const root = await this.#copyOf(id);
    const leading = refusalsOfCopy(root, tree);
    if (leading.length > 0) return { ok: false, diagnostics: leading, files: [] };
    const usual = usualFilesIn(join(root, path));
    const { env, digest, platform, livesAt } = this.#request;
    return load({
      paths: usual.length === 0 ? [path] : usual.map((name) => join(path, name)),
      cwd: root,
      env,
      digest,
      ...(platform === undefined ? {} : { platform }),
      copy: { commit: { ...commit, ...signature }, root, livesAt, source: this.source },
      decrypted: await decryptFiles(root, tree, this.settings.ageKey),
    });
  }

  async #verify(id: string): Promise<Signature> {
    return (await this.#verifier?.signatureOf(this.#repository, id)) ?? {};
  }

  /** Named as a clone would be. */
  #copyOf(id: string): Promise<string> {
    const name = basename(this.settings.url.replace(/\/+$/, '').replace(/^.*:/, '')).replace(/\.git$/, '');
    return copyOf(this.#copies, name || 'repository', this.#repository, id);
  }

  get #copies(): string {
    return join(this.#request.dir, 'commits');
  }

  async #prune(): Promise<void> {
    const marks = await Promise.all(
      (['in-force', 'followed', 'pinned'] as const).map((mark) => this.#repository.marked(mark)),
    );
    await pruneCopies(this.#copies, new Set(marks.filter((id) => id !== undefined)));
  }

  async #rewritten({ id, isLeft }: Base, commit: Commit): Promise<GitError> {
    const before = await this.#repository.describe(id);
    const when = isLeft ? 'was in force before what is pinned' : 'is in force';
    return new GitError(
      'HistoryRewritten',
      `${commit.ref} was rewritten (a force-push): ${commitWords(commit)} does not come from ${commitWords(before)}, which ${when}`,
      { hint: 'if that is meant: reeve sync --accept-rewrite' },
    );
  }
}
