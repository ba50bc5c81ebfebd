// The types of a Compose file: top level, networks, volumes, secrets and configs; a service is a container and `extends`.
// `x-` keys are allowed wherever Compose allows them, and are not looked into.

import { z } from 'zod';
import { containerShape } from '../container/schema.ts';
import { flag, listOrMap, options, stringOrList, text } from '../container/schema-parts.ts';
import { childOf, type MapNode, type Node } from '../tree.ts';
import { checkShape } from '../yaml/check.ts';
import { byKey, mapOf } from './edit.ts';
import { checkContent, checkExternal } from './exclusive.ts';
import { type Loading, tell } from './loading.ts';

export const sections = ['services', 'networks', 'volumes', 'secrets', 'configs'] as const;
export type Section = (typeof sections)[number];

const anyMap = z.union([z.record(z.string(), z.unknown()), z.null()]);

const topShape = z.strictObject({
  version: z.unknown().optional(),
  name: text.optional(),
  include: z
    .array(
      z.union([
        text,
        z.strictObject({
          path: stringOrList,
          project_directory: text.optional(),
          env_file: stringOrList.optional(),
        }),
      ]),
    )
    .optional(),
  services: anyMap.optional(),
  networks: anyMap.optional(),
  volumes: anyMap.optional(),
  secrets: anyMap.optional(),
  configs: anyMap.optional(),
  models: z.unknown().optional(),
});

const external = z.union([flag, z.strictObject({ name: text.optional() })]).optional();
const named = { name: text.optional(), external, labels: listOrMap.optional() };
const driven = { driver: text.optional(), driver_opts: options.optional() };

const shapes: Readonly<Record<Section, z.ZodType>> = {
  services: z.strictObject(containerShape),
  networks: z.union([
    z.null(),
    z.strictObject({
      ...named,
      ...driven,
      ipam: z
        .strictObject({
          driver: text.optional(),
          config: z
            .array(
              z.strictObject({
                subnet: text.optional(),
                ip_range: text.optional(),
                gateway: text.optional(),
                aux_addresses: z.record(z.string(), text).optional(),
              }),
            )
            .optional(),
          options: options.optional(),
        })
        .optional(),
      internal: flag.optional(),
      attachable: flag.optional(),
      enable_ipv4: flag.optional(),
      enable_ipv6: flag.optional(),
    }),
  ]),
  volumes: z.union([z.null(), z.strictObject({ ...named, ...driven })]),
  secrets: z.strictObject({
    ...named,
    ...driven,
    file: text.optional(),
    environment: text.optional(),
    template_driver: text.optional(),
  }),
  configs: z.strictObject({
    ...named,
    file: text.optional(),
    environment: text.optional(),
    content: text.optional(),
    template_driver: text.optional(),
  }),
};

const words: Readonly<Record<Section, string>> = {
  services: 'service',
  networks: 'network',
  volumes: 'volume',
  secrets: 'secret',
  configs: 'config',
};

/** Where the content of a secret or config may come from. */
const contentKeys = { secrets: ['file', 'environment'], configs: ['file', 'environment', 'content'] };

/** One entry of a section, after all merging. False: its types are wrong, and told. */
export function checkEntry(loading: Loading, section: Section, name: string, node: Node): boolean {
  const { diagnostics } = checkShape(shapes[section], withoutExtensions(node), `${words[section]} ${name}`);
  loading.diagnostics.push(...diagnostics);
  if (diagnostics.length > 0 || node.kind !== 'map') return diagnostics.length === 0;
  const what = `${words[section]} ${name}`;
  if (section === 'networks' || section === 'volumes') return checkExternal(loading, what, node);
  return section === 'services' || checkContent(loading, what, node, contentKeys[section]);
}

/** The top level of one document; sections that are no maps are told and left out, so that the rest can be read. */
export function checkTop(loading: Loading, root: MapNode): MapNode {
  const { diagnostics } = checkShape(topShape, withoutExtensions(root, 1), 'Compose file');
  loading.diagnostics.push(...diagnostics);
  const version = root.entries.get('version');
  if (version) {
    const mistake = { code: 'Obsolete', message: 'version is obsolete and ignored', hint: 'take it away' };
    tell(loading, 'warning', version.keyPosition, mistake);
  }
  const models = root.entries.get('models');
  if (models) {
    const message = 'models is not acted on yet';
    tell(loading, 'warning', models.keyPosition, {
      code: 'Unsupported',
      message,
      hint: 'declare a kind: Model',
    });
  }
  const kept = [...root.entries.values()].flatMap((entry) => {
    const section = sections.find((name) => name === entry.key);
    if (section === undefined) return [entry];
    return entry.value.kind === 'map'
      ? [{ ...entry, value: namedEntries(loading, section, entry.value) }]
      : [];
  });
  return { ...root, entries: byKey(kept) };
}

function namedEntries(loading: Loading, section: Section, map: MapNode): MapNode {
  const kept = [...map.entries.values()].filter(({ key, keyPosition, value }) => {
    if (key.startsWith('x-')) return false;
    if (!/^[a-zA-Z0-9._-]+$/.test(key)) {
      const message = `bad ${words[section]} name ${JSON.stringify(key)}, expected letters, digits, ".", "_" and "-"`;
      tell(loading, 'error', keyPosition, { code: 'BadName', message });
      return false;
    }
    const tagged = value.tag !== undefined;
    const optional = section === 'networks' || section === 'volumes';
    if (value.kind === 'map' || tagged || (optional && value.kind === 'scalar' && value.value === null))
      return true;
    const message = `${words[section]} ${key}: expected a map`;
    tell(loading, 'error', value.position, { code: 'WrongType', message });
    return false;
  });
  return { ...map, entries: byKey(kept) };
}

/** Maps whose keys are the user's own: an `x-` there is a name, not an extension. */
const userKeys = new Set([
  'annotations',
  'args',
  'depends_on',
  'driver_opts',
  'environment',
  'extra_hosts',
  'labels',
  'networks',
  'options',
  'sysctls',
  'ulimits',
]);

function withoutExtensions(node: Node, depth = Number.POSITIVE_INFINITY): Node {
  if (depth === 0) return node;
  if (node.kind === 'list') {
    return { ...node, items: node.items.map((item) => withoutExtensions(item, depth - 1)) };
  }
  if (node.kind !== 'map') return node;
  const kept = [...node.entries.values()].filter(({ key }) => !key.startsWith('x-'));
  return mapOf(
    node.position,
    kept.map((entry) => ({
      ...entry,
      value: userKeys.has(entry.key) ? entry.value : withoutExtensions(entry.value, depth - 1),
    })),
  );
}

/** The map of a section, empty where the file has none. */
export function sectionOf(root: MapNode, section: Section): MapNode {
  const node = childOf(root, section);
  return node?.kind === 'map' ? node : mapOf(root.position, []);
}
