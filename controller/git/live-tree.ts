// The one folder in which the files of the commit in force live, the same over all commits: what containers mount. Brought
// from one commit to the next file by file, as `git checkout` would: what no commit holds (data) is not touched.
// INVARIANTS: only files that differ between the two commits are written; a file is written in place, so that a container that
// has it mounted sees the new content under the same inode; until the last one is written the tree counts as unfinished.

import { existsSync, readFileSync } from 'node:fs';
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  rmdir,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ReeveError } from '../errors.ts';
import { hasCode, ifThere } from '../if-there.ts';
import { mustBeOurs } from './foreign-content.ts';
import type { TreeEntry } from './repository.ts';

interface Laid {
  readonly commit: string;
  /** Path → mode and object, as last laid out. */
  readonly files: Readonly<Record<string, string>>;
  /** It was not brought to its end: a file is as `files` has it, or as it was before. */
  readonly unfinished?: true;
  /** What was laid out before, to the end. */
  readonly was?: Readonly<Record<string, string>>;
}

/** What there is to do for a commit. */
interface Way {
  readonly files: Readonly<Record<string, string>>;
  readonly was: Readonly<Record<string, string>>;
  readonly between: Readonly<Record<string, string>>;
  readonly changed: readonly TreeEntry[];
  readonly gone: readonly string[];
}

export class LiveTree {
  readonly dir: string;
  readonly #note: string;

  constructor(dir: string) {
    this.dir = dir;
    this.#note = `${dir}.json`;
  }

  /** The commit whose files are here; undefined: none, or not all. */
  get commit(): string | undefined {
    const laid = this.#laid();
    return laid?.unfinished === true ? undefined : laid?.commit;
  }

  /** Brings the files of `commit`, whose copy is `copy`. Says which paths were written or removed. */
  async bring(commit: string, copy: string, tree: readonly TreeEntry[]): Promise<readonly string[]> {
    const before = this.#laid();
    if (before?.commit === commit && before.unfinished !== true && existsSync(this.dir)) return [];
    const way = this.#wayTo(tree);
    const { files, was, changed, gone } = way;
    await this.#mustFit(copy, way);
    await mkdir(this.dir, { recursive: true, mode: 0o755 });
    // Both lists: a removal that did not come to its turn is not forgotten.
    await this.#save({ commit, files: { ...before?.files, ...files }, was, unfinished: true });
    for (const path of gone) await this.#remove(path);
    const written: string[] = [];
    for (const entry of changed) if (await this.#write(entry, copy)) written.push(entry.path);
    await this.#save({ commit, files });
    return [...gone, ...written];
  }

  #wayTo(tree: readonly TreeEntry[]): Way {
    const laid = this.#laid();
    const isUnfinished = laid?.unfinished === true;
    const was = (isUnfinished ? laid.was : laid?.files) ?? {};
    const between = isUnfinished ? laid.files : was;
    const files = Object.fromEntries(tree.map((entry) => [entry.path, `${entry.mode} ${entry.object}`]));
    const isLaid = ({ path }: TreeEntry): boolean =>
      was[path] === files[path] && between[path] === files[path] && existsSync(this.dir);
    return {
      files,
      was,
      between,
      changed: tree.filter((entry) => !isLaid(entry)),
      gone: Object.keys({ ...was, ...between }).filter((path) => files[path] === undefined),
    };
  }

  /**
   * Throws where a file is to be and there is a folder with data, and where something would be lost that no commit has: before
   * anything is written, so that nothing is half so.
   */
  mustFit(copy: string, tree: readonly TreeEntry[]): Promise<void> {
    return this.#mustFit(copy, this.#wayTo(tree));
  }

  async #mustFit(copy: string, { files, was, between, changed, gone }: Way): Promise<void> {
    await this.#mustHaveRoom(changed);
    const known = (path: string) => [was[path], between[path], files[path]];
    for (const path of gone) await mustBeOurs(join(this.dir, path), known(path), undefined);
    for (const { path, mode } of changed) {
      // A link is never written in place: nothing of it is left half.
      const next = async () => (mode === '120000' ? Buffer.alloc(0) : readFile(join(copy, path)));
      await mustBeOurs(join(this.dir, path), known(path), next);
    }
  }

  async #mustHaveRoom(tree: readonly Pick<TreeEntry, 'path'>[]): Promise<void> {
    const held = Object.keys(this.#laid()?.files ?? {});
    // A commit's own files make room for another's.
    const isHeld = (path: string): boolean => held.some((h) => h === path || h.startsWith(`${path}/`));
    for (const { path } of tree) {
      const to = join(this.dir, path);
      if (!(await ifThere(lstat(to)))?.isDirectory()) continue;
      const names = await readdir(to, { recursive: true });
      if (!names.every((name) => isHeld(join(path, name)))) throw folderWithData(to);
    }
  }

  /** false: it is so already. */
  async #write({ mode, path }: TreeEntry, copy: string): Promise<boolean> {
    const to = join(this.dir, path);
    const from = join(copy, path);
    await this.#folder(dirname(to));
    const found = await ifThere(lstat(to));
    if (mode === '120000') {
      const target = await readlink(from);
      if (found?.isSymbolicLink() && (await readlink(to)) === target) return false;
      await this.#clear(to, found?.isDirectory() === true);
      await symlink(target, to);
      return true;
    }
    const content = await readFile(from);
    if (found?.isFile() && content.equals(await readFile(to))) {
      await chmod(to, rights(mode));
      return false;
    }
    if (found !== undefined && !found.isFile()) await this.#clear(to, found.isDirectory());
    await writeFile(to, content);
    await chmod(to, rights(mode));
    return true;
  }

  /** The engine makes an empty folder of a path that it finds missing; a folder with something in it is somebody's data. */
  async #clear(path: string, isFolder: boolean): Promise<void> {
    try {
      if (isFolder) await rmdir(path);
      else await rm(path, { force: true });
    } catch (cause) {
      throw folderWithData(path, cause);
    }
  }

  /** A file where a folder is to be was another commit's. */
  async #folder(path: string): Promise<void> {
    if (!path.startsWith(this.dir) || path === this.dir) return;
    await this.#folder(dirname(path));
    const found = await ifThere(lstat(path));
    if (found?.isDirectory()) return;
    if (found !== undefined) await rm(path);
    await mkdir(path, { mode: 0o755 });
  }

  /** With the folders that are empty without it; what else is in them stays. */
  async #remove(path: string): Promise<void> {
    await rm(join(this.dir, path), { force: true });
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
      try {
        await rmdir(join(this.dir, folder));
      } catch (error) {
        if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) return;
        if (!hasCode(error, 'ENOENT')) throw error;
      }
    }
  }

  #laid(): Laid | undefined {
    try {
      return JSON.parse(readFileSync(this.#note, 'utf8')) as Laid;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  async #save(laid: Laid): Promise<void> {
    const draft = `${this.#note}.new`;
    await writeFile(draft, JSON.stringify(laid));
    await rename(draft, this.#note);
  }
}

function folderWithData(path: string, cause?: unknown): ReeveError {
  return new ReeveError(`the commit has a file where there is a folder with data: ${path}`, {
    hint: 'move the folder away, or give the file another name in the repository',
    cause,
  });
}

function rights(mode: string): number {
  return mode === '100755' ? 0o755 : 0o644;
}
