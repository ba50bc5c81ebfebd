// What a command needs only now and then it loads then: each library that is evaluated at the start makes every command wait.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const controller = join(import.meta.dirname, '../../controller');

/** Packages that importing `file` evaluates, itself or through what it imports; what `import()` brings later is none. */
function packagesAtOnce(file: string, seen = new Set<string>()): Set<string> {
  const packages = new Set<string>();
  if (seen.has(file)) return packages;
  seen.add(file);
  for (const from of importsOf(file)) {
    if (!from.startsWith('.')) packages.add(from);
    else for (const name of packagesAtOnce(join(dirname(file), from), seen)) packages.add(name);
  }
  return packages;
}

/** What is imported for more than its types. */
function importsOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  return source.statements.flatMap((s) => {
    const from = ts.isImportDeclaration(s) || ts.isExportDeclaration(s) ? s.moduleSpecifier : undefined;
    const isType = ts.isImportDeclaration(s)
      ? s.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : ts.isExportDeclaration(s) && s.isTypeOnly;
    return from !== undefined && ts.isStringLiteral(from) && !isType ? [from.text] : [];
  });
}

describe('a command that looks or acts', () => {
  const later = ['undici', 'chokidar', 'pg', 'ioredis', 'pino', 'simple-git'];

  test.each([
    'cli/reach.ts',
    'session.ts',
    'session-runtime.ts',
    'docker/connect.ts',
    'cli/commands/apply.ts',
  ])('starts without what it seldom needs: %s', (file) => {
    const found = packagesAtOnce(join(controller, file));
    expect(later.filter((p) => found.has(p))).toEqual([]);
    expect(found.size).toBeGreaterThan(0);
  });
});
