// Where a clash is told: at the later resource, at the value that clashes if the resource writes it itself. What a class
// or the defaults write for many is no place of any of them.

import type { Position } from '../diagnostic.ts';
import { withoutIndex } from '../instances.ts';
import type { Declared } from '../resolve/declared.ts';
import type { Workload } from '../resource.ts';
import type { Node } from '../tree.ts';

export function clashPlace(declared: Declared, workload: Workload, at: Position | undefined): Position {
  const own = declared.workloads.get(withoutIndex(workload.name))?.own;
  return at !== undefined && own !== undefined && holds(own, at) ? at : workload.position;
}

function holds(node: Node, at: Position): boolean {
  if (isSame(node.position, at)) return true;
  if (node.kind === 'scalar') return false;
  const children = node.kind === 'list' ? node.items : [...node.entries.values()].map(({ value }) => value);
  return children.some((child) => holds(child, at));
}

function isSame(a: Position, b: Position): boolean {
  return a.file === b.file && a.line === b.line && a.column === b.column;
}
