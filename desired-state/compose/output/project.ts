// A resolved project in Compose's canonical shape: what `config --format json` gives, as data. Only what active services
// use is in it; but all of it is read, as by Compose: what cannot be read is refused though nobody uses it.

import { childOf, type MapNode, type Node } from '../../tree.ts';
import { scalarText } from '../../yaml/go-scalar.ts';
import type { Loading } from '../loading.ts';
import { type Section, sectionOf } from '../sections.ts';
import * as fields from './fields.ts';
import type { Kind } from './kinds.ts';
import { plain, withYaml } from './shapes.ts';

export function canonicalProject(
  loading: Loading,
  name: string,
  model: MapNode,
  services: ReadonlyMap<string, MapNode>,
): Record<string, unknown> {
  const used = usedNames([...services.values()]);
  const things = (section: Section, kind: Kind) => {
    const all = [...sectionOf(model, section).entries.values()];
    const entries = all.map(({ key, value }) => [key, value] as const);
    const wanted = entries.filter(([key]) => used.has(`${section}.${key}`));
    const unused = entries.filter(([key]) => !used.has(`${section}.${key}`));
    written(loading, section, unused, kind);
    return wanted.length === 0 ? {} : { [section]: written(loading, section, wanted, kind) };
  };
  const inactive = [...sectionOf(model, 'services').entries.values()].flatMap(({ key, value }) =>
    services.has(key) || loading.wrong.has(`services.${key}`) ? [] : [[key, value] as const],
  );
  written(loading, 'services', inactive, fields.service);
  const jobs = [...sectionOf(model, 'jobs').entries.values()].map(({ key, value }) => [key, value] as const);
  const extensions = Object.fromEntries(
    [...model.entries.values()].flatMap(({ key, value }) =>
      key.startsWith('x-') ? [[key, plain(value)]] : [],
    ),
  );
  const project = {
    name,
    services: written(loading, 'services', [...services], fields.service),
    ...things('networks', fields.network),
    ...things('volumes', fields.topVolume),
    ...things('secrets', fields.secret),
    ...things('configs', fields.config),
    ...(jobs.length === 0 ? {} : { jobs: written(loading, 'jobs', jobs, fields.job) }),
    ...extensions,
  };
  const models = [...sectionOf(model, 'models').entries.values()].flatMap(({ key, value }) =>
    used.has(`models.${key}`) ? [[key, value] as const] : [],
  );
  const inYaml = models.length === 0 ? {} : { models: written(loading, 'models', models, fields.model) };
  return withYaml(project, { ...extensions, ...inYaml });
}

/** In the order of their names; whose value cannot be read is noted. */
function written(
  loading: Loading,
  section: Section,
  entries: readonly (readonly [string, Node])[],
  kind: Kind,
): Record<string, unknown> {
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(
    sorted.map(([key, node]) => {
      const before = loading.diagnostics.length;
      const value = kind(node, loading);
      if (loading.diagnostics.length > before) loading.wrong.add(`${section}.${key}`);
      return [key, value];
    }),
  );
}

function usedNames(services: readonly MapNode[]): Set<string> {
  const used = new Set<string>();
  const sourcesOf = (section: Section, list: Node | undefined): void => {
    for (const item of list?.kind === 'list' ? list.items : []) {
      const source = childOf(item, 'source');
      if (source?.kind === 'scalar') used.add(`${section}.${scalarText(source)}`);
    }
  };
  for (const service of services) {
    const networks = childOf(service, 'networks');
    for (const key of networks?.kind === 'map' ? networks.entries.keys() : []) used.add(`networks.${key}`);
    const models = childOf(service, 'models');
    for (const key of models?.kind === 'map' ? models.entries.keys() : []) used.add(`models.${key}`);
    const volumes = childOf(service, 'volumes');
    const named =
      volumes?.kind === 'list' ? volumes.items.filter((item) => textOf(item, 'type') === 'volume') : [];
    for (const item of named) used.add(`volumes.${textOf(item, 'source')}`);
    sourcesOf('secrets', childOf(service, 'secrets'));
    const build = childOf(service, 'build');
    sourcesOf('secrets', build && childOf(build, 'secrets'));
    sourcesOf('configs', childOf(service, 'configs'));
  }
  return used;
}

function textOf(node: Node, key: string): string {
  const child = childOf(node, key);
  return child?.kind === 'scalar' ? scalarText(child) : '';
}
