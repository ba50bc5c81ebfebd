// `include`: other Compose projects, each loaded from its own folder with its own `.env`; what the including file says
// of the same name goes on top.

import { dirname, resolve } from 'node:path';
import { childOf, type MapNode, type Node, type ScalarNode } from '../tree.ts';
import { type ModelContext, type ModelSource, mergeModels } from './documents.ts';
import { withoutKey } from './edit.ts';
import { type EnvFile, withDotenvOf, withEnvFiles } from './environment.ts';
import { displayOf, isElsewhere, tell } from './loading.ts';
import { isNull } from './merge/merge.ts';
import { removeAt, type Settled } from './merge/tags.ts';
import { rebasePaths } from './paths.ts';
import { sections } from './sections.ts';

interface Include {
  readonly paths: readonly ScalarNode[];
  readonly projectDirectory: string | undefined;
  readonly envFiles: readonly ScalarNode[];
}

/** Loads the files of a (sub)project: an included project may include others. */
type LoadModel = (context: ModelContext, sources: readonly ModelSource[]) => MapNode;

/** The document with all that it includes below it. */
export function applyIncludes(
  context: ModelContext,
  { tree, paths }: Settled,
  loadModel: LoadModel,
): MapNode {
  const { loading } = context;
  const written = childOf(tree, 'include');
  const own = withoutKey(tree, 'include');
  if (written === undefined || isNull(written)) return own;
  if (written.kind !== 'list') {
    const message = 'include: expected a list';
    tell(loading, 'error', written, { code: 'WrongType', message });
    return own;
  }
  // A first include goes before a later one, the document before both; what is the same in both is there once.
  return written.items.reduce<MapNode>((over, item) => {
    const included = loadIncluded(context, item, loadModel);
    return included === undefined ? over : mergeModels(loading, removeAt(included, paths), over);
  }, own);
}

function loadIncluded(context: ModelContext, item: Node, loadModel: LoadModel): MapNode | undefined {
  const { loading } = context;
  const { paths, projectDirectory, envFiles } = includeOf(item);
  const [main] = paths;
  if (main === undefined || paths.some((path) => isElsewhere(loading, path))) return undefined;
  const mainPath = resolve(context.folder, String(main.value));
  if (context.includedBy.includes(mainPath)) {
    const circle = [...context.includedBy.slice(context.includedBy.indexOf(mainPath)), mainPath];
    const message = `include goes in a circle: ${circle.map((path) => displayOf(loading, path)).join(' → ')}`;
    tell(loading, 'error', main, { code: 'IncludeCycle', message });
    return undefined;
  }
  const folder =
    projectDirectory === undefined ? dirname(mainPath) : resolve(context.folder, projectDirectory);
  const lookup =
    envFiles.length === 0
      ? withDotenvOf(loading, context.lookup, folder)
      : withEnvFiles(loading, context.lookup, envFilesOf(context, envFiles));
  const sources = paths.map((node) => {
    const path = resolve(context.folder, String(node.value));
    return { path, display: displayOf(loading, path), namedAt: node };
  });
  const model = loadModel({ ...context, lookup, folder }, sources);
  return rebasePaths(onlySections(model), folder, context.folder);
}

function includeOf(item: Node): Include {
  const isText = (node: Node): node is ScalarNode => node.kind === 'scalar' && node.value !== null;
  const texts = (node: Node | undefined): ScalarNode[] => {
    return (node?.kind === 'list' ? node.items : node ? [node] : []).filter(isText);
  };
  if (item.kind !== 'map') return { paths: texts(item), projectDirectory: undefined, envFiles: [] };
  const directory = childOf(item, 'project_directory');
  return {
    paths: texts(childOf(item, 'path')),
    projectDirectory: directory?.kind === 'scalar' ? String(directory.value) : undefined,
    envFiles: texts(childOf(item, 'env_file')),
  };
}

function envFilesOf({ folder }: ModelContext, nodes: readonly ScalarNode[]): EnvFile[] {
  const files = nodes.map((node) => ({ path: resolve(folder, String(node.value)), namedAt: node }));
  // Compose's way of saying "none, not even .env".
  return files.filter(({ path }) => path !== '/dev/null');
}

function onlySections(model: MapNode): MapNode {
  const kept = [...model.entries].filter(([key]) => sections.some((section) => section === key));
  return { ...model, entries: new Map(kept) };
}
