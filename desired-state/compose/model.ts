// One Compose file, or several merged: read, included, extended and merged. Owns the order of these steps.

import type { MapNode } from '../tree.ts';
import { asMap, type ModelContext, type ModelSource, mergeModels, readDocuments } from './documents.ts';
import { emptyMap } from './edit.ts';
import { fillShellValues } from './environment.ts';
import { applyExtends } from './extends.ts';
import { applyIncludes } from './include.ts';
import { displayOf, type Loading, tell } from './loading.ts';
import { settleTags } from './merge/merge.ts';
import { uniqueItems } from './merge/unique.ts';

/** The files of one (sub)project merged in order, without `include` and `extends`. */
export function loadModel(context: ModelContext, sources: readonly ModelSource[]): MapNode {
  let model: MapNode | undefined;
  for (const source of sources) {
    for (const document of readDocuments(context, source))
      model = addDocument(context, model, document, source);
  }
  if (model !== undefined) return fillShellValues(model, context.lookup);
  const file = sources[0]?.display ?? displayOf(context.loading, context.folder);
  return emptyMap({ file, line: 1, column: 1 });
}

function addDocument(
  context: ModelContext,
  model: MapNode | undefined,
  document: MapNode,
  source: ModelSource,
): MapNode {
  const { loading } = context;
  const inner = { ...context, includedBy: [...context.includedBy, source.path] };
  const included = applyIncludes(inner, uniqueWithin(loading, document), loadModel);
  const extended = applyExtends(context, included, source);
  const merged = model === undefined ? extended : mergeModels(loading, model, extended);
  return asMap(uniqueItems(settleTags(merged)), merged);
}

/** Within one document nobody overrides: an item that comes twice was hardly meant. */
function uniqueWithin(loading: Loading, document: MapNode): MapNode {
  const unique = uniqueItems(document, [], (earlier, later, key) => {
    const { line } = earlier.position;
    const message = `${key} comes twice in this list: this one stands, that of line ${line} is left out`;
    tell(loading, 'warning', later, { code: 'DuplicateItem', message });
  });
  return asMap(unique, document);
}
