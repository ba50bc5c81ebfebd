// Names on the engine: what it refuses, and two resources that would have one.

import type { Position } from '../diagnostic.ts';
import { type ResolveContext, reportError } from '../resolve/context.ts';
import { type Resource, refOf, type Workload } from '../resource.ts';

/** The engine's own rule, with its two characters at least (measured: docker 20.10). */
const containerName = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

export function checkContainerNames(context: ResolveContext, workloads: readonly Workload[]): void {
  const first = new Map<string, Workload>();
  for (const workload of inFileOrder(workloads)) {
    const { containerName: name } = workload;
    const at = workload.positions['container.containerName'] ?? workload.position;
    if (!containerName.test(name)) {
      const message = `the engine refuses the container name "${name}"; expected two or more letters, digits, "_", "." and "-", beginning with a letter or digit`;
      reportError(context, at, 'BadName', message);
    }
    const other = first.get(name);
    if (other === undefined) {
      first.set(name, workload);
      continue;
    }
    reportError(
      context,
      at,
      'DuplicateContainerName',
      `container name "${name}" is taken by ${refOf(other)} in ${place(other.position)}`,
    );
  }
}

/** Two networks, or two volumes, of one name on the engine would be one. */
export function checkEngineNames(context: ResolveContext, resources: readonly Resource[]): void {
  const first = new Map<string, Resource>();
  for (const resource of inFileOrder(resources)) {
    if (resource.kind !== 'Network' && resource.kind !== 'Volume') continue;
    const key = `${resource.kind} ${resource.engineName}`;
    const other = first.get(key);
    if (other === undefined) first.set(key, resource);
    else if (!resource.external) {
      const message = `${resource.kind} "${resource.name}" has the name "${resource.engineName}" on the engine, as ${refOf(other)} in ${place(other.position)} has`;
      reportError(context, resource.position, 'DuplicateEngineName', message);
    }
  }
}

/** The later one of a clash is the one that stands later. */
export function inFileOrder<T extends { readonly position: Position }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => {
    const byFile = a.position.file < b.position.file ? -1 : a.position.file > b.position.file ? 1 : 0;
    return byFile || a.position.line - b.position.line || a.position.column - b.position.column;
  });
}

export function place({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`;
}
