// Services, networks, volumes, secrets and configs of Compose files → declarations.

import type { ComposeProject } from '../compose/project.ts';
import type { Position } from '../diagnostic.ts';
import { labelsOf } from '../manifest/labels.ts';
import { childOf, type MapNode, type Node } from '../tree.ts';
import { type ResolveContext, reportError } from './context.ts';
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
  const { baseDir } = project;
  const lookup = context.variables.lookupIn(baseDir);
  const declaration = (name: string, position: Position): Declaration => ({
    name,
    position,
    origin: originOf(position.file),
    compose: true,
  });
  for (const [name, node] of project.services) {
    const source = {
      ...declaration(name, node.position),
      kind: 'Service' as const,
      labels: labelsOf(childOf(node, 'labels')),
      node: overDefaults(node, defaults, baseDir),
      baseDir,
      display: node.position.file,
      lookup,
    };
    declare(context, into.workloads, (item) => item.kind, source);
  }
  const part = (name: string, node: Node): PartSource => {
    const body: MapNode =
      node.kind === 'map' ? node : { kind: 'map', entries: new Map(), position: node.position };
    return { ...declaration(name, node.position), labels: labelsOf(childOf(node, 'labels')), node: body };
  };
  for (const [name, node] of project.networks)
    declare(context, into.networks, () => 'Network', part(name, node));
  for (const [name, node] of project.volumes)
    declare(context, into.volumes, () => 'Volume', part(name, node));
  const value = (name: string, node: Node, what: string): ValueSource => {
    const found = writtenValue(context, name, node, what);
    return {
      ...declaration(name, node.position),
      baseDir,
      lookup,
      ...(found === undefined ? {} : { value: found }),
    };
  };
  for (const [name, node] of project.secrets) {
    declare(context, into.secrets, () => 'Secret', value(name, node, 'secret'));
  }
  for (const [name, node] of project.configs) {
    declare(context, into.configs, () => 'config', value(name, node, 'config'));
  }
}

const forms = { file: 'file', environment: 'env', content: 'content' } as const;

function writtenValue(context: ResolveContext, name: string, node: Node, what: string): ValueSource['value'] {
  for (const [key, from] of Object.entries(forms)) {
    const text = childOf(node, key);
    if (text?.kind === 'scalar' && text.value !== null) {
      return { from, text: String(text.value), position: text.position };
    }
  }
  const hint = 'name a file or an environment variable';
  const message = `${what} "${name}" has no value here: the engine keeps ${what}s only with Swarm`;
  reportError(context, node.position, 'Unsupported', message, hint);
  return undefined;
}
