// Replicas → one workload each. Who waits for a workload waits for all of its instances, as in Compose; one with 0
// replicas is waited for by nobody.

import { instanceName } from '../instances.ts';
import { type Dependency, type Ref, refOf, type Workload } from '../resource.ts';
import { type ResolveContext, reportError } from './context.ts';

export interface Scaled {
  readonly workload: Workload;
  readonly replicas: number;
}

/** All instances, each with the container name of its number, and dependencies on all instances. */
export function withReplicas(context: ResolveContext, scaled: readonly Scaled[]): Workload[] {
  const instances = new Map<Ref, readonly Ref[]>();
  const absent = new Set<string>();
  const all = scaled.flatMap(({ workload, replicas }) => {
    if (replicas === 0) absent.add(workload.name);
    if (replicas > 1) checkOwnName(context, workload, replicas);
    const made = Array.from({ length: replicas }, (_, i) => instanceOf(context.platform, workload, i + 1));
    instances.set(refOf(workload), made.map(refOf));
    return made;
  });
  const onEach = (dependency: Dependency): Dependency[] =>
    (instances.get(dependency.on) ?? [dependency.on]).map((on) => ({ ...dependency, on }));
  for (const workload of all) checkShared(context, workload, absent);
  return all.map((workload) => ({ ...workload, dependsOn: workload.dependsOn.flatMap(onEach) }));
}

function instanceOf(platform: string, workload: Workload, index: number): Workload {
  if (index === 1) return workload;
  const { name } = workload;
  return {
    ...workload,
    name: instanceName(name, index),
    containerName: defaultContainerName(platform, name, index),
  };
}

/** Compose's own pattern. */
export function defaultContainerName(platform: string, service: string, index: number): string {
  return `${platform}-${service}-${index}`;
}

function checkOwnName(context: ResolveContext, { positions, name }: Workload, replicas: number): void {
  const at = positions['container.containerName'];
  if (at === undefined) return;
  const message = `container_name is one name, and ${name} has ${replicas} replicas; expected none of the two, or 1 replica`;
  reportError(context, at, 'NameWithReplicas', message);
}

/** Only with a container that is there can anything be shared. */
function checkShared(context: ResolveContext, workload: Workload, absent: ReadonlySet<string>): void {
  const { networkMode, pidMode, ipcMode, volumesFrom } = workload.container;
  const fields = { networkMode, pidMode, ipcMode, volumesFrom };
  for (const [field, value] of Object.entries(fields)) {
    for (const text of [value ?? []].flat()) {
      const name = /^service:([^:]+)/.exec(text)?.[1];
      if (name === undefined || !absent.has(name)) continue;
      const at = workload.positions[`container.${field}`] ?? workload.position;
      const what = field === 'volumesFrom' ? 'takes the volumes' : 'shares a namespace';
      const message = `${workload.name} ${what} of ${name}, which has 0 replicas`;
      reportError(context, at, 'InactiveService', message, 'give it 1');
    }
  }
}
