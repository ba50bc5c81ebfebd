// What of a folder is sent to build from.

import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readBuildContext } from '../../../desired-state/build/context.ts';
import { folderWith } from '../../support/manifests.ts';

const namesOf = (found: ReturnType<typeof readBuildContext>): string[] => found.entries.map((e) => e.name);

describe('of a folder is sent', () => {
  test('all without an ignore file; else what it leaves, and always the two files that steer the build', () => {
    const files = { Dockerfile: 'FROM x', 'src/a.js': '1', 'src/a.log': '2', 'deep/er/b': '3' };
    const context = folderWith(files);
    expect(namesOf(readBuildContext({ context, dockerfile: 'Dockerfile' }))).toEqual([
      'Dockerfile',
      'deep',
      'deep/er',
      'deep/er/b',
      'src',
      'src/a.js',
      'src/a.log',
    ]);
    writeFileSync(join(context, '.dockerignore'), '*\n!src\n**/*.log\n');
    expect(namesOf(readBuildContext({ context, dockerfile: 'Dockerfile' }))).toEqual([
      '.dockerignore',
      'Dockerfile',
      'src',
      'src/a.js',
    ]);
  });

  test('what the Dockerfile’s own ignore file leaves, which goes before the general one', () => {
    const context = folderWith({
      'docker/web.Dockerfile': 'FROM x',
      'docker/web.Dockerfile.dockerignore': 'b\n',
      '.dockerignore': 'a\n',
      a: '1',
      b: '2',
    });
    const found = readBuildContext({ context, dockerfile: 'docker/web.Dockerfile' });
    expect(namesOf(found)).toContain('a');
    expect(namesOf(found)).not.toContain('b');
    expect(found.ignoreFile).toBe(join(context, 'docker/web.Dockerfile.dockerignore'));
  });

  test('a Dockerfile in line, or from elsewhere, beside the files, and hidden from COPY', () => {
    const context = folderWith({ 'app/a': '1', 'app/.dockerignore': 'b', 'Other.Dockerfile': 'FROM y' });
    for (const [source, text] of [
      [{ dockerfile: 'Dockerfile', dockerfileInline: 'FROM z' }, 'FROM z'],
      [{ dockerfile: '../Other.Dockerfile' }, 'FROM y'],
    ] as const) {
      const found = readBuildContext({ context: join(context, 'app'), ...source });
      expect(namesOf(found)).toEqual(['.dockerfile.reeve', '.dockerignore', 'a']);
      expect(found.dockerfile).toBe('.dockerfile.reeve');
      expect(found.entries[0]).toMatchObject({ kind: 'text', text });
      expect(found.entries[1]).toMatchObject({ kind: 'text', text: 'b\n.dockerfile.reeve\n' });
    }
  });

  test('links as links and rights as they are; a lower-case dockerfile is found', () => {
    const context = folderWith({ dockerfile: 'FROM x', run: '#!/bin/sh' });
    chmodSync(join(context, 'run'), 0o755);
    symlinkSync('/etc/passwd', join(context, 'outside'));
    const found = readBuildContext({ context, dockerfile: 'Dockerfile' });
    expect(found.dockerfile).toBe('dockerfile');
    expect(found.entries.find((e) => e.name === 'outside')).toMatchObject({
      kind: 'link',
      target: '/etc/passwd',
    });
    expect(found.entries.find((e) => e.name === 'run')?.mode).toBe(0o755);
  });

  test('nothing where the Dockerfile is not there', () => {
    const context = folderWith({ a: '1' });
    expect(() => readBuildContext({ context, dockerfile: 'Dockerfile' })).toThrow(/ENOENT/);
  });
});
