// The pure core stays pure: rules, plans and the resolved vocabulary take time, ids and chance as values.

import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs');
const readers = new RegExp(
  forbidden.find((rule: { name: string }) => rule.name === 'desired-state-reads-files-in-its-readers-only')
    .from.pathNot,
);

const impureGlobals = new Set([
  'process',
  'console',
  'fetch',
  'performance',
  'globalThis',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'require',
]);
const impureMembers = new Set(['Date.now', 'Math.random', 'crypto.randomUUID', 'crypto.getRandomValues']);
/** What may be taken of a module of Node that could also do something. */
const allowedNames: Readonly<Record<string, readonly string[]>> = {
  'node:crypto': ['createHash', 'hash'],
  'node:net': ['BlockList', 'isIP', 'isIPv4', 'isIPv6'],
  'node:os': ['constants', 'homedir'],
};

/** Where a source reads a clock, draws by lot or acts on the world, as `line: what`. */
function impurities(source: string): string[] {
  const file = ts.createSourceFile('x.ts', source, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const report = (node: ts.Node, what: string) =>
    found.push(`${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${what}`);
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) checkImport(node, report);
    else if (ts.isPropertyAccessExpression(node) && impureMembers.has(node.getText()))
      report(node, node.getText());
    else if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length)
      report(node, 'new Date()');
    else if (ts.isCallExpression(node) && node.expression.getText() === 'Date') report(node, 'Date()');
    else if (ts.isIdentifier(node) && impureGlobals.has(node.text) && isReference(node))
      report(node, node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function checkImport(node: ts.ImportDeclaration, report: (node: ts.Node, what: string) => void): void {
  const from = ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : '';
  const allowed = allowedNames[from];
  const clause = node.importClause;
  if (allowed === undefined || clause === undefined || clause.isTypeOnly) return;
  if (clause.name !== undefined || !clause.namedBindings || !ts.isNamedImports(clause.namedBindings)) {
    report(node, `all of ${from}`);
    return;
  }
  for (const { name, propertyName } of clause.namedBindings.elements) {
    const taken = (propertyName ?? name).text;
    if (!allowed.includes(taken)) report(node, `${taken} of ${from}`);
  }
}

/** Not a member's name (`x.process`) and not a key (`{ process: 1 }`). */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isQualifiedName(parent)) return false;
  if (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isPropertyDeclaration(parent))
    return parent.name !== node;
  return true;
}

const pureFiles = [
  ...globSync('reconcilers/**/*.ts'),
  ...globSync('desired-state/**/*.ts').filter((file) => !readers.test(file)),
];

describe('the pure core', () => {
  test('is seen at all', () => {
    expect(pureFiles).toContain('reconcilers/plan.ts');
    expect(pureFiles).toContain('desired-state/resource.ts');
  });

  test('reads no clock, draws nothing by lot, waits for nothing and touches no process', () => {
    const found = pureFiles.flatMap((file) =>
      impurities(readFileSync(file, 'utf8')).map((impurity) => `${file}:${impurity}`),
    );
    expect(found).toEqual([]);
  });
});

describe('the check itself', () => {
  test.each([
    ['const t = Date.now();', 'Date.now'],
    ['const t = new Date();', 'new Date()'],
    ['const r = Math.random();', 'Math.random'],
    ["if (process.env['X']) go();", 'process'],
    ['setTimeout(() => go(), 5);', 'setTimeout'],
    ["import { randomUUID } from 'node:crypto';", 'randomUUID of node:crypto'],
    ["import * as net from 'node:net';", 'all of node:net'],
  ])('finds %s', (source, what) => {
    expect(impurities(source)).toEqual([`1: ${what}`]);
  });

  test.each([
    'const t = new Date(at).toISOString();',
    "import { createHash } from 'node:crypto';",
    'const p = { process: 1 }; p.process;',
    '// Date.now() would be wrong here',
  ])('lets %s be', (source) => {
    expect(impurities(source)).toEqual([]);
  });
});
