// The documents of Compose files, read and filled in, and how two of them are merged. Knows neither include nor extends.

import { interpolateTree } from '../interpolate.ts';
import type { MapNode, Node } from '../tree.ts';
import { typeScalars } from '../yaml/go-types.ts';
import { promoteAliases } from './aliases.ts';
import { canonical } from './canonical/canonical.ts';
import { withoutEmptyDns } from './canonical/defaults.ts';
import { withoutKey } from './edit.ts';
import { type Loading, type Lookup, readOnce, tell, tellFile } from './loading.ts';
import { mergeTrees } from './merge/rules.ts';
import { type Settled, settleTags } from './merge/tags.ts';
import { uniqueItems } from './merge/unique.ts';
import { castScalars } from './scalars.ts';
import { validateSchema } from './schema/validate.ts';

export interface ModelSource {
  readonly path: string;
  readonly display: string;
  /** The value that names the file, where another file does: that it cannot be read is told there. */
  readonly namedAt?: Node;
}

/** What the files of one (sub)project share. */
export interface ModelContext {
  readonly loading: Loading;
  readonly lookup: Lookup;
  /** Folder that the files' relative paths start from, absolute. */
  readonly folder: string;
  /** Files that led here by `include`, absolute. */
  readonly includedBy: readonly string[];
}

/** The bytes of a `!!binary` are text too, and their `$` is not seen in the file's. */
const mayHoldVariables = /\$|binary/;

/** The documents of a file with variables filled in and tags settled; syntax mistakes are told. */
export function readDocuments(context: ModelContext, { path, display, namedAt }: ModelSource): Settled[] {
  const { loading, lookup } = context;
  loading.files.add(path);
  const { documents, diagnostics, inCompose, text } = readOnce(loading, path, display);
  const isTagged = /!(?:reset|override)\b/.test(text);
  tellFile(loading, diagnostics, display, namedAt);
  loading.diagnostics.push(...inCompose);
  return documents.flatMap((document) => {
    if (document.kind !== 'map') {
      const message = 'expected a Compose file: a map with services';
      tell(loading, 'error', document, { code: 'WrongType', message });
      return [];
    }
    // First of all: what is reset is not looked at, whatever it says.
    const { tree, paths } = isTagged ? settleTags(document) : { tree: document, paths: [] };
    // Names were recorded by the lookup itself.
    const filled = mayHoldVariables.test(text) ? interpolateTree(tree, lookup, () => {}) : undefined;
    loading.diagnostics.push(...(filled?.diagnostics ?? []));
    const typed = castScalars(loading, typeScalars(filled?.node ?? tree));
    return typed.kind === 'map' ? [{ tree: promoteAliases(typed), paths }] : [];
  });
}

/** A merged document in the one way to write it: each thing once, checked by the schema, in its long form. */
export function settleDocument(loading: Loading, merged: MapNode): MapNode {
  const once = uniqueItems(merged);
  validateSchema(loading, once);
  return longForms(loading, withoutVersion(loading, once));
}

/** Each thing once and in its long form; a file that another extends is not judged by the schema. */
export function longForms(loading: Loading, document: MapNode): MapNode {
  const long = asMap(withoutEmptyDns(canonical(loading, uniqueItems(document))), document);
  // Only now two ports, one of them out of a range, show that they are one.
  return uniqueItems(long);
}

function withoutVersion(loading: Loading, document: MapNode): MapNode {
  const version = document.entries.get('version');
  if (version?.value.kind !== 'scalar' || typeof version.value.value !== 'string') return document;
  const mistake = { code: 'Obsolete', message: 'version is obsolete and ignored', hint: 'take it away' };
  tell(loading, 'warning', version.keyPosition, mistake);
  return withoutKey(document, 'version');
}

/** One whole file onto another. */
export function mergeModels(loading: Loading, base: MapNode, over: MapNode): MapNode {
  return asMap(mergeAt(loading, base, over, []), base);
}

/** Two nodes at a path; what cannot be merged is told at the later one. */
export function mergeAt(loading: Loading, base: Node, over: Node, path: readonly string[]): Node {
  return mergeTrees(base, over, path, (before, after, at) => {
    const { file, line } = before.position;
    const message = `${at.join('.')}: a ${after.kind} cannot be merged with the ${before.kind} of ${file}:${line}`;
    tell(loading, 'error', after, {
      code: 'CannotMerge',
      message,
      hint: 'write it alike, or with !override',
    });
  });
}

export function asMap(node: Node, otherwise: MapNode): MapNode {
  return node.kind === 'map' ? node : otherwise;
}
