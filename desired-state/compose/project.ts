// A Compose project from its files: named, merged, checked, with profiles applied. The one way in.

import { resolve } from 'node:path';
import type { Diagnostic, Position } from '../diagnostic.ts';
import type { MapNode, Node, ScalarNode } from '../tree.ts';
import { normalize } from './canonical/normalize.ts';
import { checkConsistency } from './consistency/check.ts';
import type { ModelContext } from './documents.ts';
import { mapOf } from './edit.ts';
import { recorded, withProjectEnv } from './environment.ts';
import { displayOf, type Loading, type Lookup, tell } from './loading.ts';
import { strictValues } from './loose-values.ts';
import { loadModel } from './model.ts';
import { projectName } from './name.ts';
import { canonicalProject } from './output/project.ts';
import { absolutePaths } from './paths.ts';
import { isActive, wantedProfiles } from './profiles.ts';
import { withoutProviders } from './providers.ts';
import { type Section, sectionOf, sections } from './sections.ts';
import { withServiceFiles } from './service-files.ts';

export interface ProjectRequest {
  /** `-f` arguments in order. */
  readonly files: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly projectDirectory?: string;
  /** No `-f`: the files were looked for, and the `.env` of the current folder goes before that of the project's. */
  readonly discovered?: boolean;
  readonly name?: string;
  /** By absolute path: the value that names a file, where a manifest does. */
  readonly namedAt?: ReadonlyMap<string, Node>;
}

export interface ComposeProject {
  readonly name: string;
  readonly baseDir: string;
  /** Those that take part, everything merged in and in its long form; `x-reeve` is still there. */
  readonly services: Map<string, MapNode>;
  /** Services that Compose refuses, which has been told: what else can be judged of each. */
  readonly refused: Map<string, MapNode>;
  readonly networks: Map<string, MapNode | ScalarNode>;
  readonly volumes: Map<string, MapNode | ScalarNode>;
  readonly secrets: Map<string, MapNode | ScalarNode>;
  readonly configs: Map<string, MapNode | ScalarNode>;
  /** The project in Compose's canonical shape, as `config --format json` gives it; absent where it has mistakes. */
  readonly canonical?: Readonly<Record<string, unknown>>;
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
  const loading: Loading = {
    cwd,
    baseDir,
    diagnostics: [],
    files: new Set(),
    reads: new Set(),
    parsed: new Map(),
    good: new WeakSet(),
    wrong: new Set(),
  };
  const looked = request.discovered === true && baseDir !== cwd ? [cwd, baseDir] : [baseDir];
  const variables = withProjectEnv(loading, recorded(loading, request.env), looked);
  const start = { file: displayOf(loading, first), line: 1, column: 1 };
  const name = projectName(loading, { given: request.name, lookup: variables, paths, start });
  const lookup: Lookup = (key) => (key === 'COMPOSE_PROJECT_NAME' ? name : variables(key));
  const context: ModelContext = { loading, lookup, folder: baseDir, includedBy: [] };
  const sources = paths.map((path) => {
    const namedAt = request.namedAt?.get(path);
    return { path, display: displayOf(loading, path), ...(namedAt === undefined ? {} : { namedAt }) };
  });
  const model = loadModel(context, sources);
  if (model.entries.size === 0 && loading.diagnostics.every((d) => d.severity !== 'error')) {
    tell(loading, 'error', start, {
      code: 'EmptyFile',
      message: 'nothing is declared here, expected services',
    });
  }
  warnOfUnsupported(loading, model);
  const profiles = wantedProfiles(lookup);
  const misshapen = new Set(loading.wrong);
  const canonical = resolveProject(loading, model, { name, lookup, profiles });
  const services = [...servicesOf(loading, model)]
    .filter(([, service]) => isActive(service, profiles))
    .map(([key, service]) => [key, strictValues(loading, service)] as const);
  return {
    name,
    baseDir,
    services: withoutProviders(loading, new Map(services)),
    refused: refusedServices(loading, model, misshapen, profiles),
    networks: entriesOf(loading, model, 'networks'),
    volumes: entriesOf(loading, model, 'volumes'),
    secrets: entriesOf(loading, model, 'secrets'),
    configs: entriesOf(loading, model, 'configs'),
    ...(canonical === undefined ? {} : { canonical }),
    keys: keyPositions(model),
    files: [...loading.files],
    reads: [...loading.reads],
    diagnostics: loading.diagnostics,
  };
}

interface Resolving {
  readonly name: string;
  readonly lookup: Lookup;
  readonly profiles: ReadonlySet<string>;
}

/** The canonical shape; each mistake on the way there is told, and undefined given. */
function resolveProject(
  loading: Loading,
  model: MapNode,
  { name, lookup, profiles }: Resolving,
): Readonly<Record<string, unknown>> | undefined {
  const normal = normalize(absolutePaths(loading, model, lookup), name, lookup);
  const active = new Map<string, MapNode>();
  for (const [key, service] of servicesOf(loading, normal))
    if (isActive(service, profiles)) active.set(key, service);
  checkConsistency(loading, normal, active);
  const services = new Map<string, MapNode>();
  for (const [key, service] of active) {
    if (!loading.wrong.has(`services.${key}`)) services.set(key, withServiceFiles(loading, service, lookup));
  }
  const canonical = canonicalProject(loading, name, normal, services);
  return loading.diagnostics.some((d) => d.severity === 'error') ? undefined : canonical;
}

/** Those of the right shape; the others were told. */
function servicesOf(loading: Loading, model: MapNode): Map<string, MapNode> {
  const services = new Map<string, MapNode>();
  for (const [key, node] of entriesOf(loading, model, 'services'))
    if (node.kind === 'map') services.set(key, node);
  return services;
}

/** Of one with a wrong shape nothing can be judged but what is reeve's own. */
function refusedServices(
  loading: Loading,
  model: MapNode,
  misshapen: ReadonlySet<string>,
  profiles: ReadonlySet<string>,
): Map<string, MapNode> {
  const refused = new Map<string, MapNode>();
  for (const { key, value } of sectionOf(model, 'services').entries.values()) {
    const ref = `services.${key}`;
    if (!loading.wrong.has(ref) || value.kind !== 'map' || !isActive(value, profiles)) continue;
    const own = value.entries.get('x-reeve');
    refused.set(
      key,
      misshapen.has(ref)
        ? mapOf(value.position, own === undefined ? [] : [own])
        : strictValues(loading, value),
    );
  }
  return refused;
}

function warnOfUnsupported(loading: Loading, model: MapNode): void {
  const told = { models: 'declare a kind: Model', jobs: 'a service with restart: "no" runs once' };
  for (const [key, hint] of Object.entries(told)) {
    const entry = model.entries.get(key);
    if (entry === undefined) continue;
    tell(loading, 'warning', entry.keyPosition, {
      code: 'Unsupported',
      message: `${key} is not acted on yet`,
      hint,
    });
  }
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
    if (!loading.wrong.has(`${section}.${key}`) && value.kind !== 'list') found.set(key, value);
  }
  return found;
}
