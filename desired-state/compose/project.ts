// A Compose project from its files: found, merged, with profiles applied and references checked. The one way in.

import { resolve } from 'node:path';
import type { Diagnostic, Position } from '../diagnostic.ts';
import { childOf, type MapNode, type Node, type ScalarNode } from '../tree.ts';
import type { ModelContext } from './documents.ts';
import { recorded, withDotenvOf } from './environment.ts';
import { displayOf, type Loading, type Lookup, tell } from './loading.ts';
import { loadModel } from './model.ts';
import { projectName } from './name.ts';
import { checkEntry, type Section, sectionOf, sections } from './shape.ts';

export interface ProjectRequest {
  /** `-f` arguments in order. */
  readonly files: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly projectDirectory?: string;
  readonly name?: string;
}

export interface ComposeProject {
  readonly name: string;
  readonly baseDir: string;
  readonly services: Map<string, MapNode>;
  readonly networks: Map<string, MapNode | ScalarNode>;
  readonly volumes: Map<string, MapNode | ScalarNode>;
  readonly secrets: Map<string, MapNode | ScalarNode>;
  readonly configs: Map<string, MapNode | ScalarNode>;
  /** Where the key of each stands: `services.web`. */
  readonly keys: ReadonlyMap<string, Position>;
  /** Absolute. */
  readonly files: string[];
  /** Names of variables that were asked for. */
  readonly reads: string[];
  readonly diagnostics: Diagnostic[];
}

/** Loads one project; mistakes are in `diagnostics`. */
export function loadComposeProject(request: ProjectRequest): ComposeProject {
  const paths = request.files.map((file) => resolve(request.cwd, file));
  const [first = request.cwd] = paths;
  const baseDir = resolve(request.cwd, request.projectDirectory ?? resolve(first, '..'));
  const loading: Loading = { cwd: request.cwd, baseDir, diagnostics: [], files: new Set(), reads: new Set() };
  const lookup = withDotenvOf(loading, recorded(loading, request.env), baseDir);
  const context: ModelContext = { loading, lookup, folder: baseDir, includedBy: [] };
  const model = loadModel(
    context,
    paths.map((path) => ({ path, display: displayOf(loading, path) })),
  );
  return {
    name: projectName(loading, { given: request.name, lookup, roots: [model] }),
    baseDir,
    services: activeServices(loading, model, lookup),
    networks: entriesOf(loading, model, 'networks'),
    volumes: entriesOf(loading, model, 'volumes'),
    secrets: entriesOf(loading, model, 'secrets'),
    configs: entriesOf(loading, model, 'configs'),
    keys: keyPositions(model),
    files: [...loading.files],
    reads: [...loading.reads],
    diagnostics: loading.diagnostics,
  };
}

function keyPositions(model: MapNode): Map<string, Position> {
  const entries = sections.flatMap((section) =>
    [...sectionOf(model, section).entries.values()].map(
      (e) => [`${section}.${e.key}`, e.keyPosition] as const,
    ),
  );
  return new Map(entries);
}

/** Entries of the right shape; the others were told. */
function entriesOf(loading: Loading, model: MapNode, section: Section): Map<string, MapNode | ScalarNode> {
  const found = new Map<string, MapNode | ScalarNode>();
  for (const { key, value } of sectionOf(model, section).entries.values()) {
    if (checkEntry(loading, section, key, value) && value.kind !== 'list') found.set(key, value);
  }
  return found;
}

/** Services without a profile, and those of COMPOSE_PROFILES. */
function activeServices(loading: Loading, model: MapNode, lookup: Lookup): Map<string, MapNode> {
  const active = new Set((lookup('COMPOSE_PROFILES') ?? '').split(',').map((p) => p.trim()));
  const services = new Map<string, MapNode>();
  const inactive = new Map<string, readonly string[]>();
  for (const { key, value } of sectionOf(model, 'services').entries.values()) {
    if (value.kind !== 'map' || !checkEntry(loading, 'services', key, withoutOwn(value))) continue;
    const profiles = textsOf(childOf(value, 'profiles'));
    if (profiles.length === 0 || active.has('*') || profiles.some((p) => active.has(p)))
      services.set(key, value);
    else inactive.set(key, profiles);
  }
  for (const [name, node] of services) tellInactive(loading, name, node, inactive);
  return services;
}

function tellInactive(
  loading: Loading,
  name: string,
  node: MapNode,
  inactive: ReadonlyMap<string, readonly string[]>,
): void {
  const written = childOf(node, 'depends_on');
  const places: [string, Node][] =
    written?.kind === 'map'
      ? [...written.entries.values()].map((e) => [e.key, e.value])
      : written?.kind === 'list'
        ? written.items.flatMap((i): [string, Node][] => (i.kind === 'scalar' ? [[String(i.value), i]] : []))
        : [];
  for (const [on, at] of places) {
    const profiles = inactive.get(on);
    if (profiles === undefined) continue;
    const message = `service ${name} depends on ${on}, which takes part only with profile ${profiles.join(' or ')}`;
    tell(loading, 'error', at, {
      code: 'InactiveProfile',
      message,
      hint: `set COMPOSE_PROFILES=${profiles[0] ?? ''}`,
    });
  }
}

function withoutOwn(node: MapNode): MapNode {
  return { ...node, entries: new Map([...node.entries].filter(([key]) => key !== 'x-reeve')) };
}

function textsOf(node: Node | undefined): string[] {
  if (node?.kind !== 'list') return [];
  return node.items.flatMap((item) =>
    item.kind === 'scalar' && item.value !== null ? [String(item.value)] : [],
  );
}
