// bin/reeve runs what is built as long as no source is newer: an edit is never missed, and a package has no sources.

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const run = promisify(execFile);
let root: string;

async function file(path: string, text: string, seconds: number): Promise<void> {
  await mkdir(join(root, dirname(path)), { recursive: true });
  await writeFile(join(root, path), text);
  await utimes(join(root, path), seconds, seconds);
  await utimes(join(root, dirname(path)), seconds, seconds);
}

const says = (what: string): string => `console.log('${what}', process.argv.slice(2).join(' '));`;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reeve-launcher-'));
  await cp(join(import.meta.dirname, '../../../bin'), join(root, 'bin'), { recursive: true });
  await file('package.json', '{"type": "module"}', 100);
});
afterEach(() => rm(root, { recursive: true }));

async function clone(sources: { readonly seconds: number }): Promise<void> {
  await file('package-lock.json', '{}', 100);
  await file('desired-state/load.ts', '', sources.seconds);
  await file('reconcilers/plan.ts', '', 100);
  await file('controller/main.ts', says('sources'), 100);
}

async function reeve(...args: readonly string[]): Promise<string> {
  return (await run(join(root, 'bin/reeve'), [...args])).stdout.trim();
}

test('a clone that was never built runs its sources', async () => {
  await clone({ seconds: 100 });
  expect(await reeve('plan', '-f', 'a b.yaml')).toBe('sources plan -f a b.yaml');
});

test('what was built from these sources is run', async () => {
  await clone({ seconds: 100 });
  await file('dist/controller/main.js', says('built'), 200);
  expect(await reeve('plan')).toBe('built plan');
});

test('a source that is newer than the build is run', async () => {
  await clone({ seconds: 300 });
  await file('dist/controller/main.js', says('built'), 200);
  expect(await reeve('plan')).toBe('sources plan');
});

test('a package has no sources, and may be called by a link', async () => {
  await file('controller/main.js', says('package'), 100);
  await symlink('bin/reeve', join(root, 'link'));
  expect((await run(join(root, 'link'), ['plan'])).stdout.trim()).toBe('package plan');
});
