// The folder that containers mount from: brought from commit to commit without touching what is no commit's.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LiveTree } from '../../../controller/git/live-tree.ts';
import type { TreeEntry } from '../../../controller/git/repository.ts';

function place() {
  const folder = mkdtempSync(join(tmpdir(), 'reeve-live-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const live = new LiveTree(join(folder, 'tree'));
  let copies = 0;
  /** A commit with these files. */
  const bring = (files: Readonly<Record<string, string>>, mode = '100644') => {
    const copy = join(folder, `copy-${++copies}`);
    const tree = Object.entries(files).map(([path, text]): TreeEntry => {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), text);
      return { mode, object: text, bytes: text.length, path };
    });
    return live.bring(`commit-${copies}`, copy, tree);
  };
  return { folder, live, bring, at: (path: string) => join(folder, 'tree', path) };
}

test('says what it wrote and removed, and nothing the second time', async () => {
  const { bring, live } = place();
  expect(await bring({ 'a/x': '1', 'a/y': '1' })).toEqual(['a/x', 'a/y']);
  expect(await bring({ 'a/x': '2', b: '1' })).toEqual(['a/y', 'a/x', 'b']);
  expect(await bring({ 'a/x': '2', b: '1' })).toEqual([]);
  expect(live.commit).toBe('commit-3');
});

test('goes on where it was cut short: a file that was left half written is written again', async () => {
  const { bring, live, at, folder } = place();
  await bring({ a: '1', b: '1' });
  const note = join(folder, 'tree.json');
  writeFileSync(note, JSON.stringify({ ...JSON.parse(readFileSync(note, 'utf8')), unfinished: true }));
  writeFileSync(at('a'), 'half');
  expect(live.commit).toBeUndefined();
  expect(await bring({ a: '1', b: '1' })).toEqual(['a']);
  expect(readFileSync(at('a'), 'utf8')).toBe('1');
});

test('gives files the rights that the commit has, whatever the process is told', async () => {
  const { bring, at } = place();
  const before = process.umask(0o077);
  try {
    await bring({ run: '#!/bin/sh' }, '100755');
  } finally {
    process.umask(before);
  }
  expect(statSync(at('run')).mode & 0o777).toBe(0o755);
});

test('takes the place of an empty folder that the engine made, never of one with data', async () => {
  const { bring, at } = place();
  await bring({ a: '1' });
  mkdirSync(at('b'));
  await bring({ a: '1', b: '1' });
  mkdirSync(at('c'));
  writeFileSync(at('c/rows'), 'precious');
  await expect(bring({ a: '1', b: '1', c: '1' })).rejects.toThrow(
    /a file where there is a folder with data: .*\/c/,
  );
  expect(readFileSync(at('c/rows'), 'utf8')).toBe('precious');
});

test('writes through no link that somebody put there', async () => {
  const { bring, at, folder } = place();
  await bring({ a: '1' });
  mkdirSync(join(folder, 'outside'));
  symlinkSync(join(folder, 'outside'), at('data'));
  symlinkSync(join(folder, 'outside/y'), at('z'));
  await bring({ a: '1', 'data/x': '1', z: '1' });
  expect(() => readFileSync(join(folder, 'outside/x'))).toThrow();
  expect(() => readFileSync(join(folder, 'outside/y'))).toThrow();
  expect(readFileSync(at('data/x'), 'utf8')).toBe('1');
});

test('writes nothing at all where one file has no room; a folder of the commit before makes room', async () => {
  const { bring, at, live } = place();
  await bring({ a: '1', 'b/x': '1' });
  mkdirSync(at('data'));
  writeFileSync(at('data/rows'), 'precious');
  await expect(bring({ a: '2', data: 'a file' })).rejects.toThrow(/folder with data: .*tree\/data$/);
  expect([readFileSync(at('a'), 'utf8'), live.commit]).toEqual(['1', 'commit-1']);
  expect(await bring({ a: '2', b: 'a file' })).toEqual(['b/x', 'a', 'b']);
});
