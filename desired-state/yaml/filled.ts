// What a variable filled in is text until it is known what is wanted in its place: `${PORT}` is a number where a number
// belongs and text where text does, quoted or not. A quoted value without a variable stays what it is.

import type { z } from 'zod';
import { childOf, type Node, type Path, type ScalarNode, withNodeAt } from '../tree.ts';
import { plainScalar } from './scalar.ts';

type Issue = z.core.$ZodIssue;

/** The tree with filled-in values of the types that the issues ask for; the same tree where that helps none of them. */
export function filledAsWanted(root: Node, issues: readonly Issue[]): Node {
  const done = new Set<string>();
  let tree = root;
  for (const { path, expected } of wantedTypes(issues, [])) {
    const node = path.reduce<Node | undefined>((at, part) => at && childOf(at, part), root);
    if (node?.kind !== 'scalar' || node.filled !== true || done.has(path.join('\n'))) continue;
    const value = valueAs(expected, node);
    if (value === undefined) continue;
    done.add(path.join('\n'));
    tree = withNodeAt(tree, path, { ...node, value });
  }
  return tree;
}

/** Also of the branches of unions: any of them may be the one that is meant. */
function wantedTypes(issues: readonly Issue[], base: Path): { path: Path; expected: string }[] {
  return issues.flatMap((issue) => {
    const path = [...base, ...(issue.path as Path)];
    if (issue.code === 'invalid_union') return issue.errors.flatMap((branch) => wantedTypes(branch, path));
    return issue.code === 'invalid_type' ? [{ path, expected: issue.expected }] : [];
  });
}

function valueAs(expected: string, { value, source }: ScalarNode): string | number | boolean | undefined {
  if (expected === 'string') return typeof value === 'string' ? undefined : source;
  const plain = plainScalar(source);
  if (typeof plain === 'boolean' && expected === 'boolean') return plain;
  if (typeof plain !== 'number' || plain === value) return undefined;
  return expected === 'number' || (expected === 'int' && Number.isInteger(plain)) ? plain : undefined;
}
