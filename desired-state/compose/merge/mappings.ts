// Maps with a short form: a list of names (depends_on, networks), one text (build), one number (ulimits); and logging,
// whose options belong to its driver.

import type { MapNode, Node } from '../../tree.ts';
import { childOf } from '../../tree.ts';
import { mapOf, nullAt, scalarAt } from '../edit.ts';
import { isNull, type Merging, mergeMaps, type Rule } from './merge.ts';

/** Lists of names become maps; `condition`: what a plain name of depends_on stands for. */
export function mergeNamed(condition?: string): Rule {
  return (base, over, merging) => {
    if (isNull(over)) return base;
    if (isNull(base)) return over;
    const first = namesAsMap(base, condition);
    const second = namesAsMap(over, condition);
    if (first !== undefined && second !== undefined) return mergeMaps(first, second, merging);
    merging.mismatch(base, over, merging.path);
    return over;
  };
}

function namesAsMap(node: Node, condition: string | undefined): MapNode | undefined {
  if (node.kind === 'map') return node;
  if (node.kind !== 'list') return undefined;
  const entries = node.items.flatMap((item) => {
    if (item.kind !== 'scalar') return [];
    const { position } = item;
    const value =
      condition === undefined
        ? nullAt(position)
        : mapOf(position, [{ key: 'condition', keyPosition: position, value: scalarAt(item, condition) }]);
    return [{ key: String(item.value), keyPosition: position, value }];
  });
  return mapOf(node.position, entries);
}

export function mergeBuild(base: Node, over: Node, merging: Merging): Node {
  if (isNull(over)) return base;
  const [first, second] = [buildAsMap(base), buildAsMap(over)];
  if (first !== undefined && second !== undefined) return mergeMaps(first, second, merging);
  return over;
}

function buildAsMap(node: Node): MapNode | undefined {
  if (node.kind === 'map') return node;
  if (node.kind === 'list' || isNull(node)) return undefined;
  return mapOf(node.position, [{ key: 'context', keyPosition: node.position, value: node }]);
}

/** Options merge only for one and the same driver, or where a file names none. */
export function mergeLogging(base: Node, over: Node, merging: Merging): Node {
  if (isNull(over)) return base;
  if (base.kind !== 'map' || over.kind !== 'map') return over;
  const [before, after] = [childOf(base, 'driver'), childOf(over, 'driver')];
  const same = before?.kind === 'scalar' && after?.kind === 'scalar' && before.value === after.value;
  return same || before === undefined || after === undefined ? mergeMaps(base, over, merging) : over;
}

export function mergeUlimit(base: Node, over: Node, merging: Merging): Node {
  return base.kind === 'map' && over.kind === 'map' ? mergeMaps(base, over, merging) : over;
}
