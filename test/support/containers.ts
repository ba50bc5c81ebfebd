// One container, or one Compose project, from YAML text: for tests of what short forms and merges come to.

import { expect } from 'vitest';
import { z } from 'zod';
import { loadComposeProject } from '../../desired-state/compose/project.ts';
import { type NormalizedContainer, normalizeContainer } from '../../desired-state/container/normalize.ts';
import { containerShape } from '../../desired-state/container/schema.ts';
import { type Diagnostic, formatDiagnostic } from '../../desired-state/diagnostic.ts';
import { interpolateTree } from '../../desired-state/interpolate.ts';
import { type MapNode, toPlain } from '../../desired-state/tree.ts';
import { checkShape } from '../../desired-state/yaml/check.ts';
import { parseYaml } from '../../desired-state/yaml/parse.ts';
import { folderWith } from './manifests.ts';

type Env = Readonly<Record<string, string>>;

interface Surroundings {
  readonly env?: Env;
  readonly baseDir?: string;
  readonly shortDependency?: 'ready' | 'started';
}

export interface Normalized extends NormalizedContainer {
  /** Mistakes as a person reads them; the file is called `f`. */
  readonly lines: string[];
}

/** Fields of one container as YAML; types are checked first, as every load does. */
export function normalized(yaml: string, surroundings: Surroundings = {}): Normalized {
  const { env = {}, baseDir = '/base', shortDependency } = surroundings;
  const lookup = (name: string): string | undefined => env[name];
  const parsed = parseYaml(yaml, 'f');
  const [root] = parsed.documents;
  if (root === undefined) throw new Error('no document');
  const filled = interpolateTree(root, lookup, () => {});
  const { node } = filled;
  if (node.kind !== 'map') throw new Error('no map');
  const shape = checkShape(z.strictObject(containerShape), node, 'container');
  const diagnostics: Diagnostic[] = [...parsed.diagnostics, ...filled.diagnostics, ...shape.diagnostics];
  const result = normalizeContainer(node, {
    baseDir,
    display: 'f',
    what: 'Service web',
    digest: () => 'digest',
    lookup,
    diagnostics,
    ...(shortDependency === undefined ? {} : { shortDependency }),
  });
  return { ...result, lines: diagnostics.map(formatDiagnostic) };
}

interface ProjectOptions {
  readonly env?: Env;
  /** Names of the main files, in order; the first file otherwise. */
  readonly files?: readonly string[];
  readonly name?: string;
}

/** A project in a folder of its own; `services` and the other sections are plain values. */
export function project(files: Readonly<Record<string, string>>, options: ProjectOptions = {}) {
  const folder = folderWith(files);
  const [first = ''] = Object.keys(files);
  const { env = {}, name } = options;
  const loaded = loadComposeProject({
    files: options.files ?? [first],
    cwd: folder,
    env,
    ...(name === undefined ? {} : { name }),
  });
  const container = (service: string): NormalizedContainer => {
    return normalizeContainer(serviceOf(service), {
      baseDir: folder,
      display: first,
      what: service,
      digest: () => 'digest',
      lookup: (key) => env[key],
      diagnostics: [],
    });
  };
  function serviceOf(service: string): MapNode {
    const node = loaded.services.get(service);
    if (node === undefined) throw new Error(`no service ${service}`);
    return node;
  }
  return {
    folder,
    name: loaded.name,
    loaded,
    container,
    serviceOf,
    services: Object.fromEntries([...loaded.services].map(([key, node]) => [key, toPlain(node)])),
    lines: loaded.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic).replaceAll(folder, '/FOLDER')),
  };
}

/** The container of these fields over an image; the mistakes must be none. */
export function containerOf(fields: string, env: Record<string, string> = {}) {
  const { container, lines } = normalized(`image: a\n${fields}`, { env: { HOME: '/home/me', ...env } });
  expect(lines).toEqual([]);
  return container;
}
