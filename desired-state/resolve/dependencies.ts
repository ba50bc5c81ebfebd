// What a workload waits for, by ref: depends_on, namespaces it shares, its model and that model's server.

import type { NormalizedContainer } from '../container/normalize.ts';
import type { Dependency, Ref } from '../resource.ts';
import { childOf, type MapNode } from '../tree.ts';
import { type ResolveContext, reportMissing } from './context.ts';
import type { Declared, WorkloadSource } from './declared.ts';

export function dependenciesOf(
  context: ResolveContext,
  declared: Declared,
  source: WorkloadSource,
  node: MapNode,
  { dependsOn }: NormalizedContainer,
): Dependency[] {
  const dependencies: Dependency[] = [];
  for (const { name, ...rest } of dependsOn) {
    const on = refOfWorkload(declared, name);
    if (on !== undefined) dependencies.push({ on, ...rest });
    else if (rest.required) {
      reportMissing(context, rest.position, 'Service or Agent', name, declared.workloads.keys());
    }
  }
  const all = [...dependencies, ...modelDependencies(context, declared, source, node)];
  // What is written goes before what follows from the model.
  return all.filter((dependency, index) => all.findIndex((other) => other.on === dependency.on) === index);
}

function modelDependencies(
  context: ResolveContext,
  declared: Declared,
  source: WorkloadSource,
  node: MapNode,
): Dependency[] {
  const written = source.kind === 'Agent' ? childOf(node, 'model') : undefined;
  if (written?.kind !== 'scalar' || written.value === null) return [];
  const name = String(written.value);
  const { position } = written;
  const model = declared.models.get(name);
  if (model === undefined) {
    reportMissing(context, position, 'Model', name, declared.models.keys(), 'declare it with kind: Model');
    return [];
  }
  const on: Ref = `Model/${name}`;
  const wait = { condition: 'ready', required: true, position } as const;
  const server = model.spec === undefined ? undefined : refOfWorkload(declared, model.spec.value.server);
  return [{ on, ...wait }, ...(server === undefined ? [] : [{ on: server, ...wait }])];
}

/** By name; Services and Agents share one set of names. */
export function refOfWorkload(declared: Declared, name: string): Ref | undefined {
  const plain = name.replace(/^(?:Service|Agent)\//, '');
  const found = declared.workloads.get(plain);
  return found === undefined ? undefined : `${found.kind}/${found.name}`;
}
