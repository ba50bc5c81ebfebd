// A Compose project from its files: named, merged, checked, with profiles applied. The one way in.

import { resolve } from 'node:path';
import type { Diagnostic, Position } from '../diagnostic.ts';
import type { MapNode, ScalarNode } from '../tree.ts';
import type { ModelContext } from './documents.ts';
import { recorded, withDotenvOf } from './environment.ts';
import { displayOf, type Loading, type Lookup } from './loading.ts';
import { loadModel } from './model.ts';
import { projectName } from './name.ts';
import { activeServices } from './profiles.ts';
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
  /** Those that take part, everything merged in; `x-reeve` is still there. */
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
  const { cwd } = request;
  const paths = request.files.map((file) => resolve(cwd, file));
  const [first = cwd] = paths;
  const baseDir = resolve(cwd, request.projectDirectory ?? resolve(first, '..'));
  const loading: Loading = { cwd, baseDir, diagnostics: [], files: new Set(), reads: new Set() };
  const variables = withDotenvOf(loading, recorded(loading, request.env), baseDir);
  const start = { file: displayOf(loading, first), line: 1, column: 1 };
  const name = projectName(loading, { given: request.name, lookup: variables, paths, start });
  const lookup: Lookup = (key) => (key === 'COMPOSE_PROJECT_NAME' ? name : variables(key));
  const context: ModelContext = { loading, lookup, folder: baseDir, includedBy: [] };
  const sources = paths.map((path) => ({ path, display: displayOf(loading, path) }));
  const model = loadModel(context, sources);
  const services = new Map<string, MapNode>();
  for (const [key, node] of entriesOf(loading, model, 'services')) {
    if (node.kind === 'map') services.set(key, node);
  }
  return {
    name,
    baseDir,
    services: activeServices(loading, services, variables),
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
      ({ key, keyPosition }) => [`${section}.${key}`, keyPosition] as const,
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
