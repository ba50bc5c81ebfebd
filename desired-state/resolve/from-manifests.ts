// Manifests → declarations: an agent's class is laid under it, the defaults under all.

import type { DocumentOf, ManifestDocument } from '../manifest/document.ts';
import { childOf, type MapNode, type Node } from '../tree.ts';
import { type ResolveContext, reportMissing } from './context.ts';
import { type Declaration, type Declared, type Defaults, declare, type ValueSource } from './declared.ts';
import { mergeContainers } from './merge.ts';
import { rebaseContainer } from './rebase.ts';

export function declareManifests(
  context: ResolveContext,
  documents: readonly ManifestDocument[],
  defaults: Defaults | undefined,
  into: Declared,
): void {
  const kindOf = (document: ManifestDocument) => document.kind;
  // Classes first: documents may stand in any order.
  for (const document of documents) {
    if (document.kind === 'AgentClass') declare(context, into.classes, kindOf, document);
  }
  for (const document of documents) {
    switch (document.kind) {
      case 'Service':
      case 'Agent':
        declareWorkload(context, document, defaults, into);
        break;
      case 'Model':
        declare(context, into.models, kindOf, document);
        break;
      case 'ResourceLimits':
        declare(context, into.limits, kindOf, document);
        break;
      case 'Network':
        declare(context, into.networks, () => 'Network', partOf(document));
        break;
      case 'Volume':
        declare(context, into.volumes, () => 'Volume', partOf(document));
        break;
      case 'Secret':
        declare(context, into.secrets, () => 'Secret', secretOf(context, document));
        break;
      case 'Platform':
        declareDefaults(context, document, into);
        break;
      default:
        break;
    }
  }
}

function declaration({ name, position, file }: ManifestDocument): Declaration {
  return { name, position, origin: file.origin, compose: false };
}

function partOf(document: DocumentOf<'Network'> | DocumentOf<'Volume'>) {
  const node = document.spec?.node;
  return { ...declaration(document), labels: document.labels, ...(node === undefined ? {} : { node }) };
}

function declareWorkload(
  context: ResolveContext,
  document: DocumentOf<'Service'> | DocumentOf<'Agent'>,
  defaults: Defaults | undefined,
  into: Declared,
): void {
  const { baseDir, display } = document.file;
  const agentClass = document.kind === 'Agent' ? document.spec?.value.class : undefined;
  const own = document.spec?.node;
  const below = own && agentClass !== undefined ? classOf(context, agentClass, own, into) : undefined;
  const merged = own && below?.spec ? overClass(below.spec.node, below.file.baseDir, own, baseDir) : own;
  const node = merged && overDefaults(merged, defaults, baseDir);
  const lacksClass = agentClass !== undefined && below?.spec?.partial !== false;
  const source = {
    ...declaration(document),
    kind: document.kind,
    labels: document.labels,
    baseDir,
    display,
    lookup: context.variables.lookupIn(baseDir),
    partial: document.spec?.partial === true || lacksClass,
    ...(node === undefined ? {} : { node }),
    ...(own === undefined ? {} : { own }),
    ...(agentClass === undefined ? {} : { agentClass }),
  };
  declare(context, into.workloads, (item) => item.kind, source);
}

/** Checked also where no workload takes them. */
function declareDefaults(
  context: ResolveContext,
  { name, position, labels, spec, file }: DocumentOf<'Platform'>,
  { alone }: Declared,
): void {
  const node = spec && childOf(spec.node, 'defaults');
  if (node?.kind !== 'map') return;
  const { baseDir, display, origin } = file;
  const lookup = context.variables.lookupIn(baseDir);
  const where = { name, position, labels, origin, baseDir, display, lookup };
  alone.push({ kind: 'Service', compose: false, partial: true, node, ...where });
}

function classOf(
  context: ResolveContext,
  name: string,
  own: MapNode,
  { classes }: Declared,
): DocumentOf<'AgentClass'> | undefined {
  const found = classes.get(name);
  if (found === undefined) {
    const position = (childOf(own, 'class') ?? own).position;
    reportMissing(context, position, 'AgentClass', name, classes.keys(), 'declare it with kind: AgentClass');
  }
  return found;
}

function overClass(below: MapNode, from: string, own: MapNode, to: string): MapNode {
  return mergeContainers(rebaseContainer(below, from, to), own);
}

export function overDefaults(node: MapNode, defaults: Defaults | undefined, baseDir: string): MapNode {
  if (defaults === undefined) return node;
  return mergeContainers(rebaseContainer(defaults.node, defaults.baseDir, baseDir), node);
}

function secretOf(context: ResolveContext, document: DocumentOf<'Secret'>): ValueSource {
  const { baseDir } = document.file;
  const base = { ...declaration(document), baseDir, lookup: context.variables.lookupIn(baseDir) };
  const node = document.spec?.node;
  const from = node?.entries.has('env') ? 'env' : 'file';
  const text: Node | undefined = node && childOf(node, from);
  if (text?.kind !== 'scalar') return base;
  return { ...base, value: { from, text: String(text.value), position: text.position } };
}
