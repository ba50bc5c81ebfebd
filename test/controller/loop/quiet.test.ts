// A moment in which reeve itself starts and ends nothing, for a rename of what runs.

import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Quiet } from '../../../controller/loop/quiet.ts';

const later = (): { readonly done: Promise<void>; readonly end: () => void } => {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { done: promise, end: resolve };
};

test('what is quiet waits for what stirs, and what would stir waits for it', async () => {
  const quiet = new Quiet(60_000);
  const log: string[] = [];
  const [start, rename] = [later(), later()];
  const first = quiet.stir(async () => {
    await start.done;
    log.push('started');
  });
  const renamed = quiet.quietly(async () => {
    log.push('rename begins');
    await rename.done;
    log.push('renamed');
  });
  const second = quiet.stir(async () => void log.push('another started'));
  await pause(5);
  expect(log).toEqual([]);
  start.end();
  await first;
  await pause(5);
  expect(log).toEqual(['started', 'rename begins']);
  rename.end();
  await Promise.all([renamed, second]);
  expect(log).toEqual(['started', 'rename begins', 'renamed', 'another started']);
});

test('several renames go one after the other, also where one fails', async () => {
  const quiet = new Quiet(60_000);
  const log: string[] = [];
  const rename = (name: string) =>
    quiet.quietly(async () => {
      log.push(`${name} begins`);
      await pause(5);
      if (name === 'a') throw new Error('refused');
      log.push(`${name} ends`);
    });
  const [a] = await Promise.allSettled([rename('a'), rename('b')]);
  expect(a?.status).toBe('rejected');
  expect(log).toEqual(['a begins', 'b begins', 'b ends']);
});

test('a stop that takes long is not waited for for ever', async () => {
  const quiet = new Quiet(10);
  const stop = later();
  const stopping = quiet.stir(() => stop.done);
  await expect(quiet.quietly(async () => 'renamed')).resolves.toBe('renamed');
  stop.end();
  await stopping;
});
