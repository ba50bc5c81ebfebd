// Maps with a short form: a list of names (depends_on, networks), one text (build), one number (ulimits); and logging,
// whose options belong to its driver.

import { childOf, type MapNode, type Node } from '../../tree.ts';
import { emptyMap, fieldsAt, mapOf, nullAt } from '../edit.ts';
import { isNull, type Merging, mergeMaps, type Rule } from './merge.ts';

/** Lists of names become maps; `lone`: what a plain name stands for. */
export function mergeNamed(lone?: Readonly<Record<string, string | boolean>>): Rule {
  return (base, over, merging) => {
    const first = namesAsMap(base, lone);
    const second = namesAsMap(over, lone);
    if (first !== undefined && second !== undefined) return mergeMaps(first, second, merging);
    merging.mismatch(base, over, merging.path);
    return base;
  };
}

function namesAsMap(
  node: Node,
  lone: Readonly<Record<string, string | boolean>> | undefined,
): MapNode | undefined {
  if (node.kind === 'map') return node;
  if (isNull(node)) return emptyMap(node.position);
  const names = node.kind === 'list' ? node.items : [node];
  if (names.some((item) => item.kind !== 'scalar' || typeof item.value !== 'string')) return undefined;
  const entries = names.flatMap((item) => {
    if (item.kind !== 'scalar') return [];
    const { position } = item;
    const value = lone === undefined ? nullAt(position) : fieldsAt(position, lone);
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
  return fieldsAt(node.position, { context: node });
}

/** Options merge only for one and the same driver, or where a file names none. */
export function mergeLogging(base: Node, over: Node, merging: Merging): Node {
  if (base.kind !== 'map' || over.kind !== 'map') {
    merging.mismatch(base, over, merging.path);
    return base;
  }
  const [before, after] = [childOf(base, 'driver'), childOf(over, 'driver')];
  const same = before?.kind === 'scalar' && after?.kind === 'scalar' && before.value === after.value;
  return same || before === undefined || after === undefined ? mergeMaps(base, over, merging) : over;
}

export function mergeUlimit(base: Node, over: Node, merging: Merging): Node {
  return base.kind === 'map' && over.kind === 'map' ? mergeMaps(base, over, merging) : over;
}
