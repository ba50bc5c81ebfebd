// Files of Debian packages, without installing them: fetched with apt, unpacked into a folder of ours, so that
// no service starts on this machine and nothing of it ends up in an image.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = join(import.meta.dirname, '../../node_modules/.cache/debian');

/** What dependencies bring in that no program of ours opens: documentation, scripts, JavaScript, a JIT compiler. */
const unused =
  /^(perl|libperl|libllvm|libz3|libjs-|fonts-|locales|libc-l10n|javascript-common|iproute2|usrmerge)/;

/** A folder with the files of these packages and of all that they depend on. Kept from call to call. */
export async function debianTree(packages: readonly string[]): Promise<string> {
  const key = createHash('sha256').update(packages.join(' ')).digest('hex').slice(0, 12);
  const tree = join(cache, key);
  if (existsSync(tree)) return tree;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'work-'));
  try {
    await fetchPackages(packages, work);
    const root = join(work, 'root');
    await mkdir(root);
    for (const file of await readdir(work)) {
      if (file.endsWith('.deb')) await run('dpkg-deb', ['-x', join(work, file), root]);
    }
    // Another process may have been faster; its tree is as good.
    await rename(root, tree).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return tree;
}

/** Fetches with the package lists there are; if they are missing or too old, renews them and tries once more. */
async function fetchPackages(packages: readonly string[], folder: string): Promise<void> {
  try {
    await download(await closure(packages), folder);
  } catch {
    // A third-party source that cannot be reached fails the update, not necessarily the download that follows.
    await run('apt-get', ['-q', '-o', 'Acquire::http::Timeout=30', 'update']).catch(() => undefined);
    await download(await closure(packages), folder);
  }
}

/** The packages and their dependencies, as if nothing were installed here. */
async function closure(packages: readonly string[]): Promise<readonly string[]> {
  const nothingInstalled = ['-o', 'Dir::State::status=/dev/null'];
  const args = ['-s', ...nothingInstalled, '--no-install-recommends', 'install', ...packages];
  const { stdout } = await run('apt-get', args, { maxBuffer: 1 << 24 });
  const names = [...stdout.matchAll(/^Inst (\S+)/gm)].flatMap((match) => match[1] ?? []);
  return names.filter((name) => !unused.test(name));
}

async function download(names: readonly string[], folder: string): Promise<void> {
  // Without a sandbox user apt need not be able to read our folder.
  const options = ['-q', '-o', 'APT::Sandbox::User=root', '-o', 'Acquire::Retries=2'];
  await run('apt-get', [...options, 'download', ...names], { cwd: folder, maxBuffer: 1 << 24 });
}
