// Services, networks, volumes, secrets and configs of Compose files → declarations.

import type { ComposeProject } from '../compose/project.ts';
import { labelsOf } from '../manifest/labels.ts';
import { childOf, type MapNode, type Node } from '../tree.ts';
import type { ResolveContext } from './context.ts';
import {
  type Declaration,
  type Declared,
  type Defaults,
  declare,
  type PartSource,
  type ValueSource,
} from './declared.ts';
import { overDefaults } from './from-manifests.ts';

export interface ComposeSource {
  readonly project: ComposeProject;
  /** The `-f` argument that a file, named as diagnostics do, came by. */
  readonly originOf: (display: string) => string;
}

export function declareCompose(
  context: ResolveContext,
  { project, originOf }: ComposeSource,
  defaults: Defaults | undefined,
  into: Declared,
): void {
  const { baseDir, keys } = project;
  const lookup = context.variables.lookupIn(baseDir);
  const declaration = (section: string, name: string, node: Node): Declaration => {
    const position = keys.get(`${section}.${name}`) ?? node.position;
    return { name, position, origin: originOf(position.file), compose: true };
  };
  const workload = (name: string, node: MapNode, partial: boolean) => ({
    ...declaration('services', name, node),
    kind: 'Service' as const,
    partial,
    labels: labelsOf(childOf(node, 'labels')),
    node: overDefaults(node, defaults, baseDir),
    own: node,
    baseDir,
    display: node.position.file,
    lookup,
  });
  for (const [name, node] of project.services) {
    declare(context, into.workloads, (item) => item.kind, workload(name, node, false));
  }
  for (const [name, node] of project.refused) into.alone.push(workload(name, node, true));
  const part = (section: string, name: string, node: Node): PartSource => ({
    ...declaration(section, name, node),
    labels: labelsOf(childOf(node, 'labels')),
    ...(node.kind === 'map' ? { node } : {}),
  });
  for (const [name, node] of project.networks) {
    declare(context, into.networks, () => 'Network', part('networks', name, node));
  }
  for (const [name, node] of project.volumes) {
    declare(context, into.volumes, () => 'Volume', part('volumes', name, node));
  }
  const value = (section: string, name: string, node: Node): ValueSource => {
    const written = writtenValue(node);
    const none = { external: true, ...declaration(section, name, node), baseDir, lookup };
    return written === undefined ? none : { ...none, external: false, value: written };
  };
  for (const [name, node] of project.secrets) {
    declare(context, into.secrets, () => 'Secret', value('secrets', name, node));
  }
  for (const [name, node] of project.configs) {
    declare(context, into.configs, () => 'config', value('configs', name, node));
  }
}

const forms = { file: 'file', environment: 'env', content: 'content' } as const;

/** Absent: external, kept by an engine in Swarm mode. A driver beside a value is for Swarm too: Compose passes it over. */
function writtenValue(node: Node): ValueSource['value'] {
  for (const [key, from] of Object.entries(forms)) {
    const text = childOf(node, key);
    if (text?.kind === 'scalar' && text.value !== null) {
      return { from, text: text.quoted ? String(text.value) : text.source, position: text.position };
    }
  }
  return undefined;
}
