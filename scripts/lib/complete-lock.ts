// Completes package-lock.json: some mirrors lack builds for other platforms, npm then leaves those optional packages
// out of the lock file, and the next `npm ci` refuses the lock. Run it after `npm install` if the house test says so.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(import.meta.dirname, '../../package-lock.json');

interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly license?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
type Packages = Record<string, LockEntry>;

export interface Missing {
  readonly name: string;
  readonly version: string;
  readonly parent: LockEntry;
}

/** Optional packages that an entry of the lock file wants and the lock file does not have. */
export function missingFrom(packages: Readonly<Packages>): readonly Missing[] {
  return Object.entries(packages).flatMap(([path, parent]) =>
    Object.entries(parent.optionalDependencies ?? {})
      .filter(([name]) => !foldersFrom(path).some((folder) => `${folder}node_modules/${name}` in packages))
      .map(([name, version]) => ({ name, version, parent })),
  );
}

/** `''`, and each folder on the way to the path: where Node looks for a package. */
function foldersFrom(path: string): readonly string[] {
  const names = path.split('node_modules/').slice(1);
  return [
    '',
    ...names.map(
      (_, i) =>
        `${names
          .slice(0, i + 1)
          .map((name) => `node_modules/${name}`)
          .join('')}/`,
    ),
  ];
}

const platform =
  /(android|darwin|linux|win32|freebsd|openharmony)-(arm64|x64|arm|ia32|ppc64|riscv64|s390x)(?:-(\w+))?$/;

function entryOf({ name, version, parent }: Missing): object {
  const [, os, cpu, abi] = platform.exec(name) ?? [];
  if (os === undefined || !/^\d/.test(version)) {
    throw new Error(
      `${name}@${version} is missing from package-lock.json, and its platform cannot be told by its name`,
    );
  }
  return {
    version,
    cpu: [cpu],
    ...(parent.dev === true ? { dev: true } : {}),
    ...(os === 'linux' ? { libc: [abi?.startsWith('musl') === true ? 'musl' : 'glibc'] } : {}),
    ...(parent.license === undefined ? {} : { license: parent.license }),
    optional: true,
    os: [os],
  };
}

if (import.meta.main) {
  const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Packages };
  const missing = missingFrom(lock.packages);
  for (const one of missing) lock.packages[`node_modules/${one.name}`] = entryOf(one);
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
  console.log(`${missing.length} packages added to package-lock.json`);
}
