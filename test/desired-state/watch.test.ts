// Real files, real notifications. What must not happen is shown by something later that must.

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { watchSources } from '../../desired-state/watch.ts';
import { folderWith } from '../support/manifests.ts';
import { until } from '../support/until.ts';

interface Watched {
  readonly folder: string;
  /** How often it was called so far. */
  readonly calls: () => number;
  /** Waits until it was called that often, then until a whole burst would have been over. */
  readonly settled: (atLeast: number) => Promise<void>;
  readonly update: (files: readonly string[], folders?: readonly string[]) => void;
}

async function watching(
  content: Readonly<Record<string, string>>,
  files: readonly string[],
  folders: readonly string[] = [],
): Promise<Watched> {
  const folder = folderWith(content);
  return watchIn(folder, files, folders);
}

async function watchIn(
  folder: string,
  files: readonly string[],
  folders: readonly string[] = [],
): Promise<Watched> {
  const full = (names: readonly string[]) => names.map((name) => join(folder, name));
  let calls = 0;
  const watch = await watchSources(full(files), full(folders), {
    onChange: () => {
      calls += 1;
    },
    onTrouble: (error) => {
      throw error;
    },
  });
  onTestFinished(() => watch.close());
  return {
    folder,
    calls: () => calls,
    settled: async (atLeast) => {
      const deadline = performance.now() + 5_000;
      while (calls < atLeast && performance.now() < deadline) await pause(10);
      expect(calls).toBeGreaterThanOrEqual(atLeast);
      for (let before = -1; before !== calls; ) {
        before = calls;
        await pause(300);
      }
    },
    update: (next, nextFolders = []) => watch.update(full(next), full(nextFolders)),
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

test('a save is one call', async () => {
  const { folder, settled, calls } = await watching({ 'a.yaml': '1' }, ['a.yaml']);
  writeFileSync(join(folder, 'a.yaml'), '2');
  await settled(1);
  expect(calls()).toBe(1);
});

test('of a folder only manifests count: not a log that is written there, not the state folder', async () => {
  const { folder, settled, calls } = await watching({ 'a.yaml': '1', 'run.log': '1' }, ['a.yaml'], ['.']);
  writeFileSync(join(folder, 'run.log'), '2');
  mkdirSync(join(folder, 'state'));
  writeFileSync(join(folder, 'state/store.db'), '1');
  writeFileSync(join(folder, '.a.yaml.swp'), '1');
  await settled(0);
  expect(calls()).toBe(0);
  writeFileSync(join(folder, 'b.yml'), '1');
  await settled(1);
  expect(calls()).toBe(1);
});

test('two hundred files saved at once are one call', async () => {
  const names = Array.from({ length: 200 }, (_, i) => `m${i}.yaml`);
  const { folder, settled, calls } = await watching(
    Object.fromEntries(names.map((name) => [name, '1'])),
    names,
    ['.'],
  );
  for (const name of names) writeFileSync(join(folder, name), '2');
  await settled(1);
  expect(calls()).toBe(1);
});

test('what a machine out of breath hears after its answer is no second change', async () => {
  const names = Array.from({ length: 400 }, (_, i) => `m${i}.yaml`);
  const { folder, settled, calls } = await watching(
    Object.fromEntries(names.map((name) => [name, '1'])),
    names,
    ['.'],
  );
  // The process gets hold of a core for a moment, and then not again for longer than a burst is quiet.
  const starved = setInterval(() => {
    for (const until = performance.now() + 120; performance.now() < until; );
  }, 2);
  for (const name of names) writeFileSync(join(folder, name), '2');
  await settled(1);
  await pause(1_500);
  clearInterval(starved);
  await pause(300);
  expect(calls()).toBe(1);
  writeFileSync(join(folder, 'm7.yaml'), '3');
  await settled(2);
});

test('a storm that does not end is answered every second all the same', async () => {
  const { folder, settled, calls } = await watching({ 'a.yaml': '' }, ['a.yaml']);
  const started = performance.now();
  while (performance.now() - started < 2_300) {
    writeFileSync(join(folder, 'a.yaml'), String(performance.now()));
    await pause(30);
  }
  expect(calls()).toBeGreaterThanOrEqual(1);
  expect(calls()).toBeLessThanOrEqual(3);
  await settled(2);
});

test('an editor that replaces the file by rename is seen, every time', async () => {
  const { folder, settled } = await watching({ 'a.yaml': '0' }, ['a.yaml']);
  for (const round of [1, 2, 3]) {
    writeFileSync(join(folder, 'a.yaml.swp'), String(round));
    renameSync(join(folder, 'a.yaml.swp'), join(folder, 'a.yaml'));
    await settled(round);
  }
});

test('a swap of symlinks as ConfigMaps do it is seen, every time', async () => {
  const folder = folderWith({ '..v0/a.yaml': '0' });
  symlinkSync('..v0', join(folder, '..data'));
  symlinkSync('..data/a.yaml', join(folder, 'a.yaml'));
  const { settled } = await watchIn(folder, ['a.yaml'], ['.']);
  for (const round of [1, 2, 3]) {
    mkdirSync(join(folder, `..v${round}`));
    writeFileSync(join(folder, `..v${round}`, 'a.yaml'), String(round));
    symlinkSync(`..v${round}`, join(folder, '..data_tmp'));
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    rmSync(join(folder, `..v${round - 1}`), { recursive: true });
    await settled(round);
  }
});

test('a change behind a symlink is seen', async () => {
  const folder = folderWith({ 'real/a.yaml': '0', 'conf/x': '' });
  symlinkSync('../real/a.yaml', join(folder, 'conf/a.yaml'));
  const { settled } = await watchIn(folder, ['conf/a.yaml']);
  writeFileSync(join(folder, 'real/a.yaml'), '1');
  await settled(1);
});

test('a git checkout is one call', async () => {
  const names = Array.from({ length: 50 }, (_, i) => `m${i}.yaml`);
  const folder = folderWith(Object.fromEntries(names.map((name) => [name, 'one'])));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
      cwd: folder,
      stdio: 'ignore',
    });
  git('init', '-q', '-b', 'one');
  git('add', '.');
  git('commit', '-qm', 'one');
  git('checkout', '-qb', 'two');
  for (const name of names) writeFileSync(join(folder, name), 'two');
  git('commit', '-qam', 'two');
  const { settled, calls } = await watchIn(folder, names, ['.']);
  git('checkout', '-q', 'one');
  await settled(1);
  expect(calls()).toBe(1);
});

test('a folder that is removed and made again is followed on', async () => {
  const { folder, settled, calls } = await watching(
    { 'sub/a.yaml': '0', 'x.yaml': '' },
    ['sub/a.yaml'],
    ['sub'],
  );
  rmSync(join(folder, 'sub'), { recursive: true });
  await settled(1);
  const afterRemoval = calls();
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'sub/a.yaml'), '1');
  await settled(afterRemoval + 1);
  const afterReturn = calls();
  writeFileSync(join(folder, 'sub/a.yaml'), '2');
  await settled(afterReturn + 1);
});

test('a file in folders that are not there yet is seen to come', async () => {
  const { folder, settled, calls } = await watching({ 'a.yaml': '' }, ['deep/er/b.yaml']);
  mkdirSync(join(folder, 'deep/er'), { recursive: true });
  writeFileSync(join(folder, 'deep/er/b.yaml'), '1');
  await settled(1);
  const before = calls();
  writeFileSync(join(folder, 'deep/er/b.yaml'), '2');
  await settled(before + 1);
});

test('a new manifest in a watched folder, and one that goes', async () => {
  const { folder, settled, calls } = await watching({ 'm/a.yaml': '' }, ['m/a.yaml'], ['m']);
  writeFileSync(join(folder, 'm/b.yaml'), '');
  await settled(1);
  const before = calls();
  unlinkSync(join(folder, 'm/b.yaml'));
  await settled(before + 1);
});

test('neighbours that nobody declared are nobody’s business', async () => {
  const { folder, settled, calls } = await watching({ 'a.yaml': '', 'log.txt': '' }, ['a.yaml']);
  for (let i = 0; i < 20; i += 1) {
    writeFileSync(join(folder, 'log.txt'), String(i));
    writeFileSync(join(folder, `new${i}.txt`), '');
    await pause(20);
  }
  await pause(300);
  expect(calls()).toBe(0);
  writeFileSync(join(folder, 'a.yaml'), '1');
  await settled(1);
  expect(calls()).toBe(1);
});

test('what a watched folder holds counts at any depth', async () => {
  const { folder, settled, calls } = await watching({ 'conf/sub/x': '' }, ['conf']);
  writeFileSync(join(folder, 'conf/sub/x'), '1');
  await settled(1);
  const before = calls();
  mkdirSync(join(folder, 'conf/sub/new'));
  writeFileSync(join(folder, 'conf/sub/new/y'), '1');
  await settled(before + 1);
});

test('follows other files after an update, and the old ones no more', async () => {
  const { folder, settled, calls, update } = await watching({ 'a/1.yaml': '', 'b/2.yaml': '' }, ['a/1.yaml']);
  update(['b/2.yaml']);
  writeFileSync(join(folder, 'b/2.yaml'), 'x');
  await settled(1);
  const before = calls();
  writeFileSync(join(folder, 'a/1.yaml'), 'x');
  await pause(300);
  expect(calls()).toBe(before);
  writeFileSync(join(folder, 'b/2.yaml'), 'y');
  await settled(before + 1);
});

test('nothing to watch is no reason to wait', async () => {
  const { settled, update, folder } = await watching({ 'a.yaml': '' }, []);
  update(['a.yaml']);
  writeFileSync(join(folder, 'a.yaml'), '1');
  await settled(1);
});

test('where the system lets no more be watched, it says so once and looks at the files itself', async () => {
  const folder = folderWith({ 'a.yaml': '1', 'b/b.yaml': '1', 'c/c.yaml': '1' });
  const files = ['a.yaml', 'b/b.yaml', 'c/c.yaml'].map((name) => join(folder, name));
  const program = join(import.meta.dirname, '../support/watch-process.ts');
  // A user namespace of its own has limits of its own: two watches for three folders.
  const limited = 'echo 2 > /proc/sys/user/max_inotify_watches && exec "$@"';
  const child = spawn('unshare', ['-Ur', 'sh', '-c', limited, 'sh', process.execPath, program, ...files]);
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout.on('data', (data: Buffer) => {
    said += String(data);
  });
  const lines = (word: string): number => said.split('\n').filter((l) => l.startsWith(word)).length;
  await until(() => lines('watching') === 1 && lines('trouble') === 1, 10_000, `it says so: ${said}`);
  expect(said).toContain('ENOSPC');
  for (const file of files) {
    const before = lines('changed');
    // Polling goes by the time of the last change, in whole ticks.
    await until(
      () => {
        writeFileSync(file, String(performance.now()));
        return lines('changed') > before;
      },
      10_000,
      `a change of ${file} is seen`,
    );
  }
  expect(lines('trouble')).toBe(1);
});
