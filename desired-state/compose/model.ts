// One Compose file, or several merged: read, included, extended and merged. Owns the order of these steps.

import type { MapNode } from '../tree.ts';
import { checkExclusive, withDefaults } from './canonical/defaults.ts';
import {
  asMap,
  type ModelContext,
  type ModelSource,
  mergeModels,
  readDocuments,
  settleDocument,
} from './documents.ts';
import { emptyMap } from './edit.ts';
import { fillShellValues } from './environment.ts';
import { applyExtends } from './extends.ts';
import { applyIncludes } from './include.ts';
import { displayOf, type Loading, tell } from './loading.ts';
import { removeAt, type Settled } from './merge/tags.ts';
import { uniqueItems } from './merge/unique.ts';
import { tellReplacedNames } from './replaced-names.ts';

/** The files of one (sub)project merged in order, without `include` and `extends`, everything in its long form. */
export function loadModel(context: ModelContext, sources: readonly ModelSource[]): MapNode {
  const { loading } = context;
  let model: MapNode | undefined;
  for (const source of sources) {
    for (const document of readDocuments(context, source))
      model = addDocument(context, model, document, source);
  }
  if (model === undefined) {
    const file = sources[0]?.display ?? displayOf(loading, context.folder);
    return emptyMap({ file, line: 1, column: 1 });
  }
  const complete = asMap(withDefaults(model), model);
  checkExclusive(loading, complete);
  return fillShellValues(complete, context.lookup);
}

function addDocument(
  context: ModelContext,
  model: MapNode | undefined,
  document: Settled,
  source: ModelSource,
): MapNode {
  const { loading } = context;
  tellDuplicates(loading, document.tree);
  const inner = { ...context, includedBy: [...context.includedBy, source.path] };
  const included = applyIncludes(inner, document, loadModel);
  const extended = applyExtends(context, { tree: included, paths: document.paths }, source);
  const base = model && removeAt(model, document.paths);
  if (base !== undefined) tellReplacedNames(loading, base, extended);
  return settleDocument(loading, base === undefined ? extended : mergeModels(loading, base, extended));
}

/** Within one document nobody overrides: an item that comes twice was hardly meant. */
function tellDuplicates(loading: Loading, document: MapNode): void {
  uniqueItems(document, (earlier, later, key) => {
    const { line } = earlier.position;
    const message = `${key} comes twice in this list: this one stands, that of line ${line} is left out`;
    tell(loading, 'warning', later, { code: 'DuplicateItem', message });
  });
}
