// Keeps up with a git repository: asks it again and again, and tells what came of it as events and conditions of the
// platform. Whatever goes wrong, what is in force stays in force.

import type { Commit } from '../../desired-state/commit.ts';
import { commitWords } from '../../desired-state/commit.ts';
import type { SyncOptions } from '../control.ts';
import { exitStatus, ReeveError } from '../errors.ts';
import { manifestsTrouble, notTakenIn } from '../manifests-condition.ts';
import type { SessionParts } from '../session-parts.ts';
import { GitError } from './git-error.ts';
import type { Fetched, GitSources } from './git-sources.ts';

/** Many controllers that were started at once shall not ask at once for ever. */
const jitter = 0.1;

interface GitKeeperContext extends Pick<SessionParts, 'store' | 'logger' | 'platform' | 'scrubber'> {
  readonly git: GitSources;
  readonly now: () => number;
  readonly random: () => number;
}

export class GitKeeper {
  readonly #c: GitKeeperContext;
  /** One question at a time: git locks its repository, and a person's sync must see what a poll has found. */
  #asking: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  /** Takes in what is followed now; resolves when it has been. */
  #takeIn: () => Promise<void> = async () => undefined;
  readonly #closed = new AbortController();

  constructor(context: GitKeeperContext) {
    this.#c = context;
  }

  /** Polls from now on; the first time at once. */
  async start(takeIn: () => Promise<void>): Promise<void> {
    this.#takeIn = takeIn;
    const pinned = await this.#c.git.pinned();
    if (pinned !== undefined) await this.#showPin(pinned, 'reeve');
    this.#again(0);
  }

  /** Not at the next poll, but at once. */
  wake(): void {
    if (this.#closed.signal.aborted || this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#again(0);
  }

  async stop(): Promise<void> {
    this.#closed.abort();
    clearTimeout(this.#timer);
    await this.#asking;
  }

  /** A person's word: now. Says what came of it. */
  async sync({ pin, unpin, acceptRewrite }: SyncOptions, by: string): Promise<string> {
    if (pin !== undefined) return this.#next(() => this.#pin(pin, by));
    const said = await this.#next(async () => {
      const lifted = unpin === true ? await this.#unpin(by) : undefined;
      // A person's word: what is here already is tried anew, whatever the remote says.
      const fetched = await this.#ask(acceptRewrite ?? false).catch(async (error: unknown) => {
        await this.#take();
        throw error;
      });
      await this.#take();
      return [...(lifted === undefined ? [] : [lifted]), this.#words(fetched)];
    });
    await this.#refuseWrong();
    const pinned = await this.#c.git.pinned();
    const left =
      pinned === undefined ? [] : [`it stays pinned to ${commitWords(pinned)}: reeve sync --unpin ends that`];
    return [...said, ...left, ...(await this.#waiting())].join('; ');
  }

  /** A person who asked is told at once what is wrong with what came. */
  async #refuseWrong(): Promise<void> {
    const { git } = this.#c;
    const trouble = await manifestsTrouble(this.#c);
    if (git.wrong.length === 0 && trouble?.reason === notTakenIn)
      throw new ReeveError(trouble.message, { status: exitStatus.blocked });
    if (git.wrong.length === 0) return;
    throw new ReeveError(`${git.wrongWords}; the last good revision stays in force`, {
      status: exitStatus.invalid,
      hint: 'mend it with another commit; reeve status shows what is in force',
    });
  }

  async #waiting(): Promise<readonly string[]> {
    if ((await this.#c.store.facts()).suspended === undefined || !(await this.#isBehind())) return [];
    return [`it waits, for the platform is suspended: reeve resume -p ${this.#c.platform}`];
  }

  #words({ commit, isNew, commits }: Fetched): string {
    const words = commitWords(commit);
    if (!isNew) return `${commit.ref} is at ${words}, which is followed already`;
    return `${commit.ref} came to ${words}${commits === undefined || commits < 2 ? '' : `, ${commits} commits further`}`;
  }

  /**
   * Whether what is followed is yet to be taken in. Told from what is stored and marked, not from what this process has seen:
   * a commit waits also over a restart, and for a key or a folder that a person mends outside of the repository.
   */
  async #isDue(): Promise<boolean> {
    const { git, store } = this.#c;
    if (git.wrong.length > 0 || !(await git.isLoaded())) return true;
    const { suspended, quarantined } = await store.facts();
    if (suspended !== undefined || quarantined[git.good?.revision.id ?? ''] !== undefined) return false;
    return this.#isBehind();
  }

  async #isBehind(): Promise<boolean> {
    const inForce = await this.#c.store.inForce();
    return inForce?.revision.commit?.id !== this.#c.git.good?.revision.commit?.id;
  }

  async #take(): Promise<void> {
    const before = this.#c.git.good?.revision.commit?.id;
    await this.#takeIn();
    const { good, wrong } = this.#c.git;
    const commit = good?.revision.commit;
    if (wrong.length > 0 || commit?.unverified === undefined || commit.id === before) return;
    const message = `${commitWords(commit)} is taken though ${commit.unverified} (--verify warn)`;
    this.#c.logger.warn(message);
    await this.#event('Warning', 'CommitNotVerified', message, 'reeve');
  }

  async #pin(name: string, by: string): Promise<string> {
    const commit = await this.#c.git.pin(name, this.#closed.signal);
    await this.#showPin(commit, by);
    await this.#take();
    await this.#refuseWrong();
    return `pinned to ${commitWords(commit)}; new commits are not taken until: reeve sync --unpin`;
  }

  async #unpin(by: string): Promise<string> {
    const commit = await this.#c.git.unpin();
    if (commit === undefined) return 'it was not pinned';
    const message = `no longer pinned to ${commitWords(commit)}`;
    await this.#condition('Pinned', false, 'NotPinned', message);
    await this.#event('Normal', 'Unpinned', message, by);
    return message;
  }

  async #showPin(commit: Commit, by: string): Promise<void> {
    const message = `pinned to ${commitWords(commit)}: new commits are not taken until reeve sync --unpin`;
    await this.#condition('Pinned', true, 'Pinned', message);
    if (by !== 'reeve') await this.#event('Normal', 'Pinned', message, by);
  }

  #again(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#next(() => this.#poll()).finally(() => {
        if (this.#closed.signal.aborted) return;
        const { everyMs } = this.#c.git.settings;
        this.#again(everyMs * (1 - jitter + 2 * jitter * this.#c.random()));
      });
    }, ms);
  }

  async #poll(): Promise<void> {
    try {
      // A remote that is away is told already, and no reason to leave what came before it went.
      const isNew = await this.#ask(false).then(
        (fetched) => fetched.isNew,
        (error: unknown) => {
          if (error instanceof GitError) return false;
          throw error;
        },
      );
      if (this.#closed.signal.aborted) return;
      if (isNew || (await this.#isDue())) await this.#take();
    } catch (error) {
      if (this.#closed.signal.aborted || error instanceof GitError) return;
      this.#c.logger.error({ err: error }, 'git could not be asked');
    }
  }

  async #ask(acceptRewrite: boolean): Promise<Fetched> {
    const { git, logger } = this.#c;
    const startedAt = performance.now();
    try {
      const fetched = await git.fetch(this.#closed.signal, acceptRewrite);
      if (fetched.isNew) {
        const ms = Math.round(performance.now() - startedAt);
        logger.info({ commit: fetched.commit.id, ms }, this.#words(fetched));
        await this.#event('Normal', 'CommitFetched', this.#words(fetched), 'reeve');
      }
      await this.#over();
      return fetched;
    } catch (error) {
      if (error instanceof GitError && !this.#closed.signal.aborted) await this.#tell(error);
      throw error;
    }
  }

  async #tell(error: GitError): Promise<void> {
    const { logger } = this.#c;
    const hint = error.hint === undefined ? '' : `; ${error.hint}`;
    const message = `${error.message}; what is in force stays so${hint}`;
    logger.warn({ reason: error.reason }, message);
    await this.#condition('SyncFailed', true, error.reason, message);
    await this.#event('Warning', error.reason, message, 'reeve');
  }

  /** Stored, not remembered: it may have been a controller before this one that could not. */
  async #over(): Promise<void> {
    const { store, platform } = this.#c;
    const stored = (await store.conditions()).find(
      ({ ref, type, status }) => ref === `Platform/${platform}` && type === 'SyncFailed' && status,
    );
    if (stored === undefined) return;
    const message = `git answers again (before: ${stored.reason})`;
    await this.#condition('SyncFailed', false, 'Synced', message);
    await this.#event('Normal', 'Synced', message, 'reeve');
  }

  #condition(type: 'SyncFailed' | 'Pinned', status: boolean, reason: string, message: string): Promise<void> {
    const { store, platform, now, scrubber } = this.#c;
    const condition = { type, status, reason, message: scrubber(message) };
    return store.saveCondition(`Platform/${platform}`, condition, now());
  }

  async #event(type: 'Normal' | 'Warning', reason: string, text: string, by: string): Promise<void> {
    const { store, platform, now, scrubber } = this.#c;
    const message = scrubber(text);
    await store.record([{ at: now(), type, reason, regarding: `Platform/${platform}`, message, by }]);
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#asking.then(work);
    this.#asking = done.catch(() => undefined);
    return done;
  }
}

/** Of a session whose manifests are in git; undefined for others. */
export function keeperOf(
  parts: SessionParts,
  now: () => number,
  random: () => number,
): GitKeeper | undefined {
  const { git } = parts;
  return git === undefined ? undefined : new GitKeeper({ ...parts, git, now, random });
}

export function notKeptFromGit(platform: string): ReeveError {
  return new ReeveError(`platform ${platform} is not kept from a git repository`, {
    status: exitStatus.usage,
    hint: 'reeve run --git URL keeps one so; manifests in files are taken in as they are written',
  });
}
