// How Compose writes things: lists, maps by name, and maps of known fields with what each of them is. Owns also what its YAML
// has and its JSON has not.

import type { MapNode, Node } from '../../tree.ts';
import type { Loading } from '../loading.ts';
import { isNull, type Kind } from './kinds.ts';

/** Fields that Compose's YAML has beside or, where the name is the same, instead of those of its JSON; JSON passes over it. */
export const inYaml = Symbol('in YAML');

export function withYaml<T extends object>(json: T, own: Readonly<Record<string, unknown>>): T {
  return Object.assign(json, { [inYaml]: own });
}

/** What a user writes for himself, as it is. */
export function plain(node: Node): unknown {
  if (node.kind === 'scalar') return node.filled ? node.source : node.value;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries([...node.entries.values()].map(({ key, value }) => [key, plain(value)]));
}

export function listOf(kind: Kind): Kind {
  return (node, loading) => {
    if (node.kind !== 'list' || node.items.length === 0) return undefined;
    return node.items.map((item) => kind(item, loading) ?? null);
  };
}

/** A map of things by name; one without a value is null. */
export function mapOf(kind: Kind): Kind {
  return (node, loading) => {
    if (node.kind !== 'map' || node.entries.size === 0) return undefined;
    return Object.fromEntries(
      [...node.entries.values()].map(({ key, value }) => [
        key,
        isNull(value) ? null : (kind(value, loading) ?? null),
      ]),
    );
  };
}

export interface Field {
  readonly kind: Kind;
  /** Written out also where nothing is set. */
  readonly always?: (loading: Loading) => unknown;
  /** The name in the output, where it is another. */
  readonly as?: string;
}

/** A map of known fields, in the order of the table; others (`x-`) are for YAML alone. */
export function struct(fields: Readonly<Record<string, Kind | Field>>): Kind {
  const entries = Object.entries(fields).map(
    ([key, field]) => [key, typeof field === 'function' ? { kind: field } : field] as const,
  );
  return (node, loading) => (node.kind === 'map' ? fieldsOf(entries, node, loading) : undefined);
}

function fieldsOf(
  entries: readonly (readonly [string, Field])[],
  node: MapNode,
  loading: Loading,
): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const own: Record<string, unknown> = {};
  for (const [key, { kind, always, as = key }] of entries) {
    const entry = node.entries.get(key);
    const value = entry === undefined || isNull(entry.value) ? undefined : kind(entry.value, loading);
    const shown = value === undefined ? always?.(loading) : value;
    if (shown === undefined) continue;
    found[as] = shown;
    if (as !== key) Object.assign(own, { [as]: undefined, [key]: shown });
  }
  for (const { key, value } of node.entries.values()) if (key.startsWith('x-')) own[key] = plain(value);
  return Object.keys(own).length === 0 ? found : withYaml(found, own);
}
