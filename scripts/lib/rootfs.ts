// Picks from an unpacked Debian tree what a program needs to run: the program, its shared libraries, its data.
// The result is a list of image entries; nothing is copied on disk.

import { execFile } from 'node:child_process';
import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import type { ImageEntry } from './import-image.ts';

const run = promisify(execFile);

const platforms = {
  x64: { libraries: 'x86_64-linux-gnu', loader: 'lib64/ld-linux-x86-64.so.2' },
  arm64: { libraries: 'aarch64-linux-gnu', loader: 'lib/ld-linux-aarch64.so.1' },
} as const;

function platform(): (typeof platforms)[keyof typeof platforms] {
  if (process.arch === 'x64' || process.arch === 'arm64') return platforms[process.arch];
  throw new Error(`images are made for x64 and arm64; this machine is ${process.arch}`);
}

/** Programs of the tree (paths in it) with every library that they load. */
export async function programsOf(tree: string, programs: readonly string[]): Promise<ImageEntry[]> {
  const outside = programs.map((path) => join(tree, path));
  const libraries = await librariesOf(tree, outside);
  return [...programs.map((path) => ({ path, copy: join(tree, path), mode: 0o755 })), ...libraries];
}

/** The libraries, and the loader, that binaries on this machine need, taken from the tree. */
export async function librariesOf(tree: string, binaries: readonly string[]): Promise<ImageEntry[]> {
  const { libraries, loader } = platform();
  const search = [join(tree, 'lib', libraries), join(tree, 'usr/lib', libraries)].join(':');
  const found = new Set<string>([loader]);
  for (const binary of binaries) {
    const { stdout } = await run(join(tree, loader), ['--library-path', search, '--list', binary]);
    for (const line of stdout.split('\n')) {
      const path = /=> (\/\S+)/.exec(line)?.[1];
      if (path?.startsWith(`${tree}/`)) found.add(relative(tree, path));
      else if (/=> not found/.test(line)) throw new Error(`${binary}:${line}: no package of the tree has it`);
    }
  }
  const paths = [...found].sort();
  return Promise.all(
    paths.map(async (path) => ({ path, copy: await realpath(join(tree, path)), mode: 0o755 })),
  );
}

/** A folder of the tree as it is, links included; or a folder of this machine put at another path. */
export async function folderOf(from: string, to: string): Promise<ImageEntry[]> {
  const entries: ImageEntry[] = [];
  for (const name of (await readdir(from)).sort()) {
    const path = join(to, name);
    const source = join(from, name);
    const found = await lstat(source);
    if (found.isSymbolicLink()) entries.push({ path, link: await readlink(source) });
    else if (found.isDirectory()) entries.push(...(await folderOf(source, path)));
    else entries.push({ path, copy: source, mode: found.mode & 0o777 });
  }
  return entries;
}

/** What each image starts from: a shell with the usual commands, users, and folders that programs expect. */
export async function baseEntries(
  tree: string,
  users: Readonly<Record<string, number>> = {},
): Promise<ImageEntry[]> {
  const busybox = join(tree, 'bin/busybox');
  const { stdout } = await run(busybox, ['--list']);
  const applets = stdout.split('\n').filter((name) => name !== '' && name !== 'busybox');
  const all = Object.entries({ root: 0, nobody: 65534, ...users });
  const passwd = all.map(([name, id]) => `${name}:x:${id}:${id}::/:/bin/sh\n`);
  const group = all.map(([name, id]) => `${name === 'nobody' ? 'nogroup' : name}:x:${id}:\n`);
  return [
    { path: 'tmp', directory: true, mode: 0o1777 },
    { path: 'run', directory: true },
    { path: 'var/run', link: '/run' },
    { path: 'etc/passwd', text: passwd.join('') },
    { path: 'etc/group', text: group.join('') },
    { path: 'bin/busybox', copy: busybox, mode: 0o755 },
    ...applets.map((name) => ({ path: `bin/${name}`, link: 'busybox' })),
  ];
}
