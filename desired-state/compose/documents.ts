// The documents of Compose files, read and filled in, and how two of them are merged. Knows neither include nor extends.

import { interpolateTree } from '../interpolate.ts';
import type { MapNode, Node } from '../tree.ts';
import { readYamlFile } from '../yaml/read.ts';
import { type Loading, type Lookup, tell, tellFile } from './loading.ts';
import { mergeTrees } from './merge/rules.ts';
import { checkTop } from './shape.ts';

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

/** The documents of a file with variables filled in, each a map; syntax mistakes are told. */
export function readDocuments(context: ModelContext, { path, display, namedAt }: ModelSource): MapNode[] {
  const { loading, lookup } = context;
  loading.files.add(path);
  const { documents, diagnostics } = readYamlFile(path, display);
  tellFile(loading, diagnostics, display, namedAt);
  return documents.flatMap((document) => {
    if (document.kind !== 'map') {
      const message = 'expected a Compose file: a map with services';
      tell(loading, 'error', document, { code: 'WrongType', message });
      return [];
    }
    // Names were recorded by the lookup itself.
    const filled = interpolateTree(document, lookup, () => {});
    loading.diagnostics.push(...filled.diagnostics);
    return filled.node.kind === 'map' ? [checkTop(loading, filled.node)] : [];
  });
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
