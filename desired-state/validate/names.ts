// Names on the engine: what it refuses, and two resources that would have one.

import { type Position, place } from '../diagnostic.ts';
import { type ResolveContext, reportError } from '../resolve/context.ts';
import type { Declared } from '../resolve/declared.ts';
import { type Network, type Resource, refOf, type Volume, type Workload } from '../resource.ts';
import { childOf } from '../tree.ts';
import { clashPlace } from './clash.ts';

/** The engine's own rule, with its two characters at least (measured: docker 20.10). */
const containerName = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

export function checkContainerNames(
  context: ResolveContext,
  declared: Declared,
  workloads: readonly Workload[],
): void {
  const first = new Map<string, Workload>();
  for (const workload of workloads) {
    const { containerName: name } = workload;
    const written = workload.positions['container.containerName'];
    const at = written ?? workload.position;
    if (!containerName.test(name) && !isTold(context, at)) {
      const message = `the engine refuses the container name "${name}"; expected two or more letters, digits, "_", "." and "-", beginning with a letter or digit`;
      reportError(context, at, 'BadName', message);
    }
    const other = first.get(name);
    if (other === undefined) {
      first.set(name, workload);
      continue;
    }
    const message = `container name "${name}" is taken by ${refOf(other)} in ${place(other.position)}`;
    reportError(
      context,
      clashPlace(declared, workload, written),
      'DuplicateContainerName',
      message,
      'give one of them another container_name',
    );
  }
}

/** Volumes are refused like containers; networks take nearly any name. */
export function checkEngineNames(
  context: ResolveContext,
  declared: Declared,
  resources: readonly Resource[],
): void {
  const byRef = new Map(resources.map((resource) => [refOf(resource), resource]));
  for (const [kind, sources] of [
    ['Network', declared.networks],
    ['Volume', declared.volumes],
  ] as const) {
    const first = new Map<string, Resource>();
    const inOrder = [...sources.values()].sort(
      (a, b) => context.rankOf(a.position.file) - context.rankOf(b.position.file),
    );
    for (const { name, node } of inOrder) {
      const resource = byRef.get(`${kind}/${name}`);
      if (resource?.kind !== 'Network' && resource?.kind !== 'Volume') continue;
      const at = (node && childOf(node, 'name'))?.position ?? resource.position;
      checkEngineName(context, first, resource, at);
    }
  }
}

/** A name that is none gives the engine's no better one. */
function isTold({ diagnostics }: ResolveContext, at: Position): boolean {
  return diagnostics.some((d) => d.severity === 'error' && place(d) === place(at));
}

function checkEngineName(
  context: ResolveContext,
  first: Map<string, Resource>,
  resource: Network | Volume,
  at: Position,
): void {
  const { kind, name, engineName } = resource;
  if (kind === 'Volume' && !containerName.test(engineName) && !isTold(context, at)) {
    const message = `the engine refuses the volume name "${engineName}"; expected two or more letters, digits, "_", "." and "-", beginning with a letter or digit`;
    reportError(context, at, 'BadName', message);
  }
  const other = first.get(engineName);
  if (other === undefined) first.set(engineName, resource);
  else if (!resource.external) {
    const message = `${kind} "${name}" has the name "${engineName}" on the engine, as ${refOf(other)} in ${place(other.position)} has`;
    reportError(context, at, 'DuplicateEngineName', message, 'give one of them another name');
  }
}
