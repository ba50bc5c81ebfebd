// The folder that containers mount from: brought from commit to commit without touching what is no commit's.

import { createHash } from 'node:crypto';
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
      const object = createHash('sha1').update(`blob ${text.length}\0${text}`).digest('hex');
      return { mode, object, bytes: text.length, path };
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

/** Cut off while `second` took the place of `first`. */
async function cutShort(first: Readonly<Record<string, string>>, second: Readonly<Record<string, string>>) {
  const all = place();
  const note = join(all.folder, 'tree.json');
  await all.bring(first);
  const { files: was } = JSON.parse(readFileSync(note, 'utf8')) as { files: object };
  await all.bring(second);
  const done = JSON.parse(readFileSync(note, 'utf8')) as { files: object };
  writeFileSync(note, JSON.stringify({ ...done, files: { ...was, ...done.files }, was, unfinished: true }));
  return all;
}

test('goes on where it was cut short: a file that was left half written is written again', async () => {
  const { bring, live, at } = await cutShort({ a: 'before', b: '1' }, { a: 'after it', b: '1' });
  writeFileSync(at('a'), 'after');
  expect(live.commit).toBeUndefined();
  expect(await bring({ a: 'after it', b: '1' })).toEqual(['a']);
  expect(readFileSync(at('a'), 'utf8')).toBe('after it');
});

test('cut short, it touches nothing that neither commit changes, whatever a program has written into it', async () => {
  const { bring, at } = await cutShort({ 'acme.json': '', b: '1' }, { 'acme.json': '', b: '2' });
  writeFileSync(at('acme.json'), 'certificates');
  expect(await bring({ 'acme.json': '', b: '3' })).toEqual(['b']);
  expect(readFileSync(at('acme.json'), 'utf8')).toBe('certificates');
});

test('what no commit has written is neither overwritten nor removed: the commit is refused before anything is', async () => {
  const { bring, at } = place();
  await bring({ 'app.db': 'seed', conf: '1' });
  writeFileSync(at('app.db'), 'rows');
  const own = (does: string) =>
    `the commit ${does} a file that has content of its own, which no commit has: ${at('app.db')}`;
  await expect(bring({ 'app.db': 'seed 2', conf: '2' })).rejects.toThrow(own('has another one of'));
  await expect(bring({ conf: '2' })).rejects.toThrow(own('removes'));
  expect([readFileSync(at('app.db'), 'utf8'), readFileSync(at('conf'), 'utf8')]).toEqual(['rows', '1']);
  expect(await bring({ 'app.db': 'seed', conf: '2' })).toEqual(['conf']);
  expect(await bring({ 'app.db': 'rows', conf: '2' })).toEqual([]);
  writeFileSync(at('own'), 'somebody’s');
  await expect(bring({ 'app.db': 'rows', conf: '2', own: 'the commit’s' })).rejects.toThrow(at('own'));
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
