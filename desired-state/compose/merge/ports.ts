// Ports one by one, so that a range of one file and a port of another can meet: a short form becomes its long forms.

import { portsOf } from '../../container/ports.ts';
import type { Scope } from '../../container/scope.ts';
import { childOf, type MapEntry, type Node } from '../../tree.ts';
import { listOf, mapOf, scalarAt } from '../edit.ts';

/** The long forms of a short port; what is wrong, or long already, stays as written for the normalisation to judge. */
export function portItems(item: Node): Node[] {
  if (item.kind !== 'scalar') return [item];
  const scope: Scope = {
    baseDir: '/',
    display: item.position.file,
    what: 'ports',
    digest: () => '',
    lookup: () => undefined,
    diagnostics: [],
    positions: {},
    files: new Set(),
  };
  const bindings = portsOf(scope, listOf(item.position, [item]));
  if (scope.diagnostics.length > 0) return [item];
  return bindings.map(({ target, published, publishedEnd, protocol, hostIp }) => {
    const range = publishedEnd === undefined ? published : `${published}-${publishedEnd}`;
    const fields = { target, published: range, protocol, host_ip: hostIp };
    const entries = Object.entries(fields).flatMap(([key, value]): MapEntry[] => {
      if (value === undefined) return [];
      return [{ key, keyPosition: item.position, value: scalarAt(item, String(value)) }];
    });
    return mapOf(item.position, entries);
  });
}

/** `address:published:target/protocol`, defaults filled in. */
export function portKey(item: Node): string | undefined {
  if (item.kind !== 'map') return undefined;
  const text = (key: string, otherwise: string): string => {
    const child = childOf(item, key);
    return child?.kind === 'scalar' && child.value !== null ? String(child.value) : otherwise;
  };
  const address = text('host_ip', '0.0.0.0');
  return `${address}:${text('published', '')}:${text('target', '')}/${text('protocol', 'tcp')}`;
}
