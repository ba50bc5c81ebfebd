// One Compose file, or several merged: read, included, extended and merged. Owns the order of these steps.

import type { MapNode } from '../tree.ts';
import { asMap, type ModelContext, type ModelSource, mergeModels, readDocuments } from './documents.ts';
import { emptyMap } from './edit.ts';
import { applyExtends } from './extends.ts';
import { applyIncludes } from './include.ts';
import { displayOf } from './loading.ts';
import { settleTags } from './merge/merge.ts';
import { uniqueItems } from './merge/unique.ts';

/** The files of one (sub)project merged in order, without `include` and `extends`. */
export function loadModel(context: ModelContext, sources: readonly ModelSource[]): MapNode {
  let model: MapNode | undefined;
  for (const source of sources) {
    for (const document of readDocuments(context, source))
      model = addDocument(context, model, document, source);
  }
  return (
    model ??
    emptyMap({ file: sources[0]?.display ?? displayOf(context.loading, context.folder), line: 1, column: 1 })
  );
}

function addDocument(
  context: ModelContext,
  model: MapNode | undefined,
  document: MapNode,
  source: ModelSource,
): MapNode {
  const included = applyIncludes(
    { ...context, includedBy: [...context.includedBy, source.path] },
    document,
    loadModel,
  );
  const extended = applyExtends(context, included, source);
  const merged = model === undefined ? extended : mergeModels(context.loading, model, extended);
  return asMap(uniqueItems(settleTags(merged)), merged);
}
