// One YAML document → one checked manifest: apiVersion, kind, metadata and the shape of its spec. What a spec means
// together with others is the resolver's.

import type { Diagnostic, Position } from '../diagnostic.ts';
import type { SourceFile } from '../load-sources.ts';
import { type ManifestKind, manifestKinds } from '../resource.ts';
import { childOf, type MapEntry, type MapNode, type Node } from '../tree.ts';
import { checkShape } from '../yaml/check.ts';
import { didYouMean } from '../yaml/suggest.ts';
import { checkUsable } from '../yaml/usable.ts';
import { typedAsInCompose } from './compose-scalars.ts';
import { labelsOf } from './labels.ts';
import {
  apiVersion,
  limitKeys,
  metadataSchema,
  platformMetadataSchema,
  type Spec,
  specSchemas,
} from './schemas.ts';

/** A manifest whose kind and name are known. */
export type ManifestDocument = { [K in ManifestKind]: DocumentOf<K> }[ManifestKind];

export interface DocumentOf<K extends ManifestKind> {
  readonly kind: K;
  readonly name: string;
  /** Of metadata.name. */
  readonly position: Position;
  readonly labels: Readonly<Record<string, string>>;
  /** Absent: its shape is wrong and has been reported; the name still counts, so that references to it hold. */
  readonly spec?: {
    readonly node: MapNode;
    readonly value: NonNullable<Spec<K>>;
    /** Wrong fields were told and taken away, so that mistakes elsewhere in it are found in the same load. */
    readonly partial: boolean;
  };
  readonly file: SourceFile;
}

/** What a document declares that could not be read: as much of it as is known. */
export interface Hidden {
  readonly kind?: ManifestKind;
  readonly name?: string;
}

export interface ReadDocument {
  readonly document?: ManifestDocument;
  /** Without `document`: what it may have declared. */
  readonly hidden?: Hidden;
  readonly diagnostics: Diagnostic[];
}

export function readDocument(root: Node, file: SourceFile): ReadDocument {
  const diagnostics: Diagnostic[] = [];
  const report = (position: Position, code: string, message: string, hint: { hint?: string } = {}) =>
    void diagnostics.push({ severity: 'error', code, ...position, message, ...hint });

  if (root.kind !== 'map') {
    const message = 'expected a map with apiVersion, kind, metadata and spec';
    report(root.position, 'WrongType', message);
    return { hidden: {}, diagnostics };
  }
  reportTags(root, report);
  const kind = kindOf(root, report);
  reportUnknownKeys(root, report);
  if (kind === undefined) {
    const name = writtenName(root);
    return { hidden: name === undefined ? {} : { name: name.value }, diagnostics };
  }

  const name = nameOf(root, kind, diagnostics);
  const spec = specOf(root, kind, name?.value, diagnostics);
  if (name === undefined) return { hidden: { kind }, diagnostics };
  const metadata = childOf(root, 'metadata');
  const document = {
    kind,
    name: name.value,
    position: name.position,
    labels: labelsOf(metadata === undefined ? undefined : childOf(metadata, 'labels')),
    ...(spec === undefined ? {} : { spec }),
    file,
  } as ManifestDocument;
  return { document, diagnostics };
}

type Report = (position: Position, code: string, message: string, hint?: { hint?: string }) => void;

function kindOf(root: MapNode, report: Report): ManifestKind | undefined {
  const version = childOf(root, 'apiVersion');
  if (version === undefined) {
    report(root.position, 'MissingKey', `missing "apiVersion"; expected apiVersion: ${apiVersion}`);
  } else if (version.kind !== 'scalar' || version.value !== apiVersion) {
    const shown = version.kind === 'scalar' ? ` "${version.source}"` : '';
    report(version.position, 'UnknownApiVersion', `unknown apiVersion${shown}; expected "${apiVersion}"`);
  }
  const kind = childOf(root, 'kind');
  const expected = `expected ${manifestKinds.slice(0, -1).join(', ')} or ${manifestKinds.at(-1)}`;
  if (kind === undefined) {
    report(root.position, 'MissingKey', `missing "kind"; ${expected}`);
    return undefined;
  }
  const known = kind.kind === 'scalar' ? manifestKinds.find((name) => name === kind.value) : undefined;
  if (known === undefined && kind.kind === 'scalar') {
    const near = didYouMean(kind.source, manifestKinds);
    report(kind.position, 'UnknownKind', `unknown kind "${kind.source}"; ${expected}`, near);
  } else if (known === undefined) {
    report(kind.position, 'WrongType', `kind: ${expected}, got a ${kind.kind}`);
  }
  return known;
}

const documentKeys = ['apiVersion', 'kind', 'metadata', 'spec'];

function reportUnknownKeys(root: MapNode, report: Report): void {
  for (const { key, keyPosition } of root.entries.values()) {
    if (documentKeys.includes(key) || key.startsWith('x-')) continue;
    report(keyPosition, 'UnknownKey', `unknown key "${key}" in a manifest`, didYouMean(key, documentKeys));
  }
}

function nameOf(
  root: MapNode,
  kind: ManifestKind,
  diagnostics: Diagnostic[],
): { value: string; position: Position } | undefined {
  const metadata = childOf(root, 'metadata');
  if (metadata === undefined) {
    const message = `missing "metadata" in ${kind}; expected metadata: {name: …}`;
    diagnostics.push({ severity: 'error', code: 'MissingKey', ...root.position, message });
    return undefined;
  }
  const schema = kind === 'Platform' ? platformMetadataSchema : metadataSchema;
  diagnostics.push(...checkShape(schema, metadata, `${kind} metadata`).diagnostics);
  return writtenName(root);
}

function writtenName(root: MapNode): { value: string; position: Position } | undefined {
  const metadata = childOf(root, 'metadata');
  const name = metadata === undefined ? undefined : childOf(metadata, 'name');
  if (name?.kind !== 'scalar' || typeof name.value !== 'string' || name.value === '') return undefined;
  return { value: name.value, position: name.position };
}

function specOf(root: MapNode, kind: ManifestKind, name: string | undefined, diagnostics: Diagnostic[]) {
  const written = childOf(root, 'spec');
  const none: Node = { kind: 'map', entries: new Map(), position: root.position };
  const node =
    written === undefined || isNothing(written) ? none : typedAsInCompose(kind, withoutExtensions(written));
  const what = name === undefined ? `${kind} spec` : `${kind} ${name}`;
  const checked = checkUsable<unknown>(specSchemas[kind], node, what);
  diagnostics.push(...checked.diagnostics.map((d) => withPlace(d, kind)));
  const { usable } = checked;
  return usable?.node.kind === 'map' ? { ...usable, node: usable.node } : undefined;
}

/** Keys that are known, but not here. */
function withPlace(diagnostic: Diagnostic, kind: ManifestKind): Diagnostic {
  const key = /^unknown key "([^"]+)" in \S+ \S+?(\.defaults)?$/.exec(diagnostic.message);
  if (key?.[1] === 'x-reeve') return { ...diagnostic, hint: 'in a manifest its fields stand in spec itself' };
  if (key?.[1] === 'profiles' || key?.[1] === 'extends') {
    return { ...diagnostic, hint: 'it belongs to Compose files' };
  }
  if (kind !== 'Platform' || key?.[2] === undefined) return diagnostic;
  if (limitKeys.has(key[1] ?? '')) return { ...diagnostic, hint: 'write limits as kind: ResourceLimits' };
  if (Object.hasOwn(specSchemas.Service.shape, key[1] ?? '')) {
    return { ...diagnostic, hint: 'it is never the same for all: write it in each workload' };
  }
  return diagnostic;
}

function isNothing(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}

/** Compose's extension fields hold anchors; `x-reeve` is refused, because its fields stand in the spec itself here. */
function withoutExtensions(node: Node): Node {
  if (node.kind !== 'map') return node;
  const kept = [...node.entries].filter(([key]) => !key.startsWith('x-') || key === 'x-reeve');
  if (kept.length === node.entries.size) return node;
  return { ...node, entries: new Map<string, MapEntry>(kept) };
}

function reportTags(node: Node, report: Report, seen: Set<Node> = new Set()): void {
  if (node.tag !== undefined) {
    report(
      node.position,
      'UnknownTag',
      `!${node.tag} belongs to Compose files; a manifest has no use for it`,
    );
  }
  if (node.kind === 'scalar' || seen.has(node)) return;
  seen.add(node);
  if (node.kind === 'list') for (const item of node.items) reportTags(item, report, seen);
  else for (const entry of node.entries.values()) reportTags(entry.value, report, seen);
}
