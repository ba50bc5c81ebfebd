// `extends`: a service takes over another of the same file or of another file, and its own fields go on top.

import { dirname, resolve } from 'node:path';
import { childOf, type MapNode, type Node, type ScalarNode } from '../tree.ts';
import { didYouMean } from '../yaml/suggest.ts';
import {
  longForms,
  type ModelContext,
  type ModelSource,
  mergeAt,
  mergeModels,
  readDocuments,
} from './documents.ts';
import { mapValues, withEntry, withoutKey } from './edit.ts';
import { displayOf, isElsewhere, type Loading, tell } from './loading.ts';
import type { Pattern } from './merge/merge.ts';
import { removeAt, type Settled } from './merge/tags.ts';
import { rebasePaths } from './paths.ts';
import { sectionOf } from './sections.ts';

/** A service on the way from the one that is resolved to what it extends. */
interface Step {
  readonly path: string;
  readonly display: string;
  readonly service: string;
}

interface Home extends ModelSource {
  readonly services: MapNode;
  /** What the file resets or overrides. */
  readonly paths: readonly Pattern[];
  /** Folder that `extends.file` starts from. */
  readonly folder: string;
}

interface Extending extends ModelContext {
  /** Other files by path: each is read once, however many services extend one of it. */
  readonly homes: Map<string, Home | undefined>;
  /** Services that extend what is not there, be it over others: told once, at the first of them. */
  readonly broken: Set<string>;
}

/** All services and jobs of a file with what they extend merged in; `extends` is left only of what gives nothing. */
export function applyExtends(context: ModelContext, { tree, paths }: Settled, source: ModelSource): MapNode {
  const extending: Extending = { ...context, homes: new Map(), broken: new Set() };
  return ['services', 'jobs'].reduce((root, name) => {
    const section = root.entries.get(name);
    if (section?.value.kind !== 'map') return root;
    const services = section.value;
    const home: Home = { ...source, services, paths, folder: context.folder };
    const value = mapValues(services, (service, key) => {
      if (service.kind !== 'map') tellNoMap(context.loading, name, key, service);
      const before = context.loading.diagnostics.length;
      const resolved = resolveService(extending, home, key, []) ?? service;
      // What it would have taken over is not there: nothing more can be said of it.
      const failed = context.loading.diagnostics.slice(before).some((d) => d.severity === 'error');
      if (failed || extending.broken.has(key)) {
        context.loading.wrong.add(`${name}.${key}`);
      }
      return resolved;
    });
    return value === services ? root : withEntry(root, { ...section, value });
  }, tree);
}

/** The schema takes a service that is a number: Compose refuses it here. */
function tellNoMap(loading: Loading, section: string, name: string, node: Node): void {
  const message = `${section.slice(0, -1)} ${name}: expected a map`;
  tell(loading, 'error', node, { code: 'WrongType', message });
  loading.wrong.add(`${section}.${name}`);
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
  if (base === undefined) {
    context.broken.add(trail[0]?.service ?? name);
    return withoutKey(service, 'extends');
  }
  // Compose takes nothing over from a service without fields, and leaves the extends where it is.
  if (base.kind === 'scalar' && base.value === null) return service;
  const under = removeAt(base, home.paths, ['services', name]);
  const merged = mergeAt(context.loading, under, service, ['services', name]);
  return merged.kind === 'map' ? withoutKey(merged, 'extends') : merged;
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
  if (isElsewhere(context.loading, file)) return undefined;
  const path = resolve(home.folder, String(file.value));
  if (path === home.path) return home;
  if (!context.homes.has(path)) context.homes.set(path, readHome(context, path, file));
  return context.homes.get(path);
}

function readHome(context: ModelContext, path: string, file: ScalarNode): Home | undefined {
  const { loading } = context;
  const display = displayOf(loading, path);
  const documents = readDocuments(context, { path, display, namedAt: file });
  const [first, ...rest] = documents;
  if (first === undefined) return undefined;
  const merged = rest.reduce<MapNode>(
    (base, { tree, paths }) => longForms(loading, mergeModels(loading, removeAt(base, paths), tree)),
    longForms(loading, first.tree),
  );
  // extends.file is moved with the other paths.
  const moved = rebasePaths(merged, dirname(path), context.folder);
  const services = sectionOf(moved, 'services');
  return {
    path,
    display,
    services,
    paths: documents.flatMap((document) => document.paths),
    folder: context.folder,
  };
}
