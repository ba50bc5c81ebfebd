// What excludes each other at the top level: an external thing is not described, and content has one source.

import { childOf, type MapNode } from '../tree.ts';
import { type Loading, tell } from './loading.ts';

function isExternal(node: MapNode): boolean {
  const external = childOf(node, 'external');
  return external?.kind === 'map' || (external?.kind === 'scalar' && String(external.value) === 'true');
}

/** False: it is told. */
export function checkExternal(loading: Loading, what: string, node: MapNode): boolean {
  if (!isExternal(node)) return true;
  const own = [...node.entries.values()].filter(
    ({ key }) => key !== 'external' && key !== 'name' && !key.startsWith('x-'),
  );
  for (const { key, keyPosition } of own) {
    const message = `${what}: external and ${key} exclude each other, expected one of the two`;
    const hint = 'what is external is made by others';
    tell(loading, 'error', keyPosition, { code: 'ConflictingKeys', message, hint });
  }
  return own.length === 0;
}

/** False: it is told. */
export function checkContent(
  loading: Loading,
  what: string,
  node: MapNode,
  keys: readonly string[],
): boolean {
  const written = keys.filter((key) => childOf(node, key) !== undefined);
  const [first, second] = written;
  if (written.length === 1 || (first === undefined && (isExternal(node) || childOf(node, 'driver'))))
    return true;
  const at = second === undefined ? node.position : (node.entries.get(second)?.keyPosition ?? node.position);
  const message =
    first === undefined
      ? `${what}: no content, expected one of ${keys.join(', ')}`
      : `${what}: ${first} and ${second} exclude each other, expected one of the two`;
  tell(loading, 'error', at, { code: 'ConflictingKeys', message });
  return false;
}
