// Paths that cannot even be looked at: each is a mistake at its place, and hides no other.

import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatDiagnostic } from '../../desired-state/diagnostic.ts';
import { folderWith, linesOf, loadFolder } from '../support/manifests.ts';

const long = 'n'.repeat(300);
const service = (spec: string): string =>
  `apiVersion: reeve/v1\nkind: Service\nmetadata: {name: web}\nspec: {image: a, ${spec}}\n`;

test.each(['loop.yaml', '.'])('a link to itself, by -f %s', async (path) => {
  const folder = folderWith({ 'b.yaml': service('tier: x') });
  symlinkSync('loop.yaml', join(folder, 'loop.yaml'));
  const result = await loadFolder(folder, { paths: [path, 'b.yaml'] });
  expect(result.ok ? [] : result.diagnostics.map(formatDiagnostic)).toEqual([
    'b.yaml:4:24: tier: expected "core", "critical" or "standard"',
    'loop.yaml:1:1: file cannot be read: a symbolic link points at itself',
  ]);
});

test('a name that is too long, by -f', async () => {
  expect(await linesOf({}, { paths: [long] })).toEqual([
    `${long}:1:1: file cannot be read: its name is too long`,
  ]);
});

test.each([
  [`watch: [${long}]`, `4:26: ${long} cannot be watched: file cannot be read: its name is too long`],
  [
    `volumes: ["./${long}:/x:ro"]`,
    `4:28: ${long} cannot be watched: file cannot be read: its name is too long`,
  ],
  [
    `build: ${long}`,
    `4:25: warning: build context ${long} cannot be read: its name is too long; it is not built: the image must be there or pullable`,
  ],
])('a name that is too long in %.12s', async (spec, line) => {
  expect(await linesOf({ 'reeve.yaml': service(`${spec}, tier: x`) })).toEqual([
    `reeve.yaml:${line}`,
    expect.stringMatching(/tier: expected/),
  ]);
});

test('a folder that may not be entered', async () => {
  const folder = folderWith({ 'reeve.yaml': service('watch: [no/x], tier: x'), 'no/x': '' });
  chmodSync(folder, 0o755);
  chmodSync(join(folder, 'no'), 0);
  const result = await asNobody(() => loadFolder(folder));
  chmodSync(join(folder, 'no'), 0o755);
  expect(result.ok ? [] : result.diagnostics.map(formatDiagnostic)).toEqual([
    'reeve.yaml:4:26: no/x cannot be watched: file cannot be read: permission denied',
    'reeve.yaml:4:39: tier: expected "core", "critical" or "standard"',
  ]);
});

/** Root may enter everything: for the while, this process is nobody. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

test('a Compose file that cannot be read is told where the Platform names it', async () => {
  const platform = 'apiVersion: reeve/v1\nkind: Platform\nmetadata: {name: p}\nspec: {compose: ["sub"]}\n';
  expect(await linesOf({ 'reeve.yaml': platform, 'sub/x': '' })).toEqual([
    'reeve.yaml:4:18: sub: this is a folder; a file was expected here',
  ]);
});
