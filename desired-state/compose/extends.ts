// `extends`: a service takes over another of the same file or of another file, and its own fields go on top.

import { dirname, resolve } from 'node:path';
import { childOf, type MapNode, type Node, type ScalarNode } from '../tree.ts';
import { didYouMean } from '../yaml/suggest.ts';
import { type ModelContext, type ModelSource, mergeAt, readDocuments } from './documents.ts';
import { byKey, withEntry, withoutKey } from './edit.ts';
import { displayOf, tell } from './loading.ts';
import { settleTags } from './merge/merge.ts';
import { rebasePaths } from './paths.ts';
import { sectionOf } from './shape.ts';

/** A service on the way from the one that is resolved to what it extends. */
interface Step {
  readonly path: string;
  readonly display: string;
  readonly service: string;
}

interface Home extends ModelSource {
  readonly services: MapNode;
  /** Folder that `extends.file` starts from. */
  readonly folder: string;
}

interface Extending extends ModelContext {
  /** Other files by path: each is read once, however many services extend one of it. */
  readonly homes: Map<string, Home | undefined>;
}

/** All services of a file with what they extend merged in, and no `extends` left. */
export function applyExtends(context: ModelContext, root: MapNode, source: ModelSource): MapNode {
  const section = root.entries.get('services');
  if (section?.value.kind !== 'map') return root;
  const services = section.value;
  const home: Home = { ...source, services, folder: context.folder };
  const extending: Extending = { ...context, homes: new Map() };
  const entries = [...services.entries.values()].map((entry) => {
    return { ...entry, value: resolveService(extending, home, entry.key, []) ?? entry.value };
  });
  return withEntry(root, { ...section, value: { ...services, entries: byKey(entries) } });
}

function resolveService(
  context: Extending,
  home: Home,
  name: string,
  trail: readonly Step[],
): Node | undefined {
  const service = childOf(home.services, name);
  if (service?.kind !== 'map') return service;
  const target = targetOf(service);
  if (target === undefined) return withoutKey(service, 'extends');
  const step: Step = { path: home.path, display: home.display, service: name };
  const first = trail.findIndex((other) => other.path === step.path && other.service === step.service);
  if (first >= 0) {
    const circle = [...trail.slice(first), step]
      .map(({ service: of, display }) => `${of} (${display})`)
      .join(' → ');
    tell(context.loading, 'error', target.node, {
      code: 'ExtendsCycle',
      message: `extends goes in a circle: ${circle}`,
    });
    return withoutKey(service, 'extends');
  }
  const base = baseOf(context, home, target, [...trail, step]);
  const own = withoutKey(service, 'extends');
  if (base === undefined) return own;
  // What the base resets or overrides is its own affair: it ends before this service goes on top.
  return mergeAt(context.loading, settleTags(base), own, ['services', name]);
}

interface Target {
  readonly service: string;
  readonly file: ScalarNode | undefined;
  /** Where a mistake about the service is told. */
  readonly node: Node;
}

function targetOf(service: MapNode): Target | undefined {
  const written = childOf(service, 'extends');
  if (written === undefined) return undefined;
  const node = written.kind === 'map' ? childOf(written, 'service') : written;
  const file = written.kind === 'map' ? childOf(written, 'file') : undefined;
  if (node?.kind !== 'scalar' || node.value === null) return { service: '', file: undefined, node: written };
  const isFile = file?.kind === 'scalar' && file.value !== null;
  return { service: String(node.value), file: isFile ? file : undefined, node };
}

function baseOf(context: Extending, home: Home, target: Target, trail: readonly Step[]): Node | undefined {
  const { loading } = context;
  if (target.service === '') {
    const message = 'extends: expected the name of a service, or service: with it';
    tell(loading, 'error', target.node, { code: 'WrongType', message });
    return undefined;
  }
  const other = target.file === undefined ? home : homeOf(context, home, target.file);
  if (other === undefined) return undefined;
  if (!other.services.entries.has(target.service)) {
    const message = `extends: no service "${target.service}" in ${other.display}`;
    const near = didYouMean(target.service, other.services.entries.keys());
    tell(loading, 'error', target.node, { code: 'UnknownReference', message, ...near });
    return undefined;
  }
  return resolveService(context, other, target.service, trail);
}

function homeOf(context: Extending, home: Home, file: ScalarNode): Home | undefined {
  const path = resolve(home.folder, String(file.value));
  if (path === home.path) return home;
  if (!context.homes.has(path)) context.homes.set(path, readHome(context, path, file));
  return context.homes.get(path);
}

function readHome(context: ModelContext, path: string, file: ScalarNode): Home | undefined {
  const { loading } = context;
  const display = displayOf(loading, path);
  const documents = readDocuments(context, { path, display, namedAt: file });
  const folder = dirname(path);
  const [first, ...rest] = documents.map((document) => rebasePaths(document, folder, context.folder));
  if (first === undefined) return undefined;
  const services = rest.reduce<Node>(
    (merged, document) => mergeAt(loading, merged, sectionOf(document, 'services'), ['services']),
    sectionOf(first, 'services'),
  );
  // extends.file was rebased with the other paths.
  return services.kind === 'map' ? { path, display, services, folder: context.folder } : undefined;
}
