// Other workloads that a container names: whose namespaces it shares, whose volumes it takes, whom it links to. The
// engine knows them by container name, and those are known only when every workload is.

import type { ContainerSpec } from '../container-spec.ts';
import { indexOf, withoutIndex } from '../instances.ts';
import type { Workload } from '../resource.ts';

/** `service:NAME` in every field becomes the name of a container: of the first instance, or of each for links. */
export function withContainerNames(platform: string, workloads: readonly Workload[]): Workload[] {
  const instances = Map.groupBy(workloads, (workload) => withoutIndex(workload.name));
  const first = (name: string): string => instances.get(name)?.[0]?.containerName ?? name;
  const shared = (mode: string): string =>
    mode.replace(/^service:(.+)$/, (_, name: string) => `container:${first(name)}`);
  const taken = (from: string): string => from.replace(/^service:([^:]+)/, (_, name: string) => first(name));
  const linked = (link: string): string[] => {
    const [, name, alias] = /^service:([^:]+):(.+)$/.exec(link) ?? [];
    if (name === undefined || alias === undefined) return [link];
    return (instances.get(name) ?? []).flatMap((instance) => linksTo(platform, name, alias, instance));
  };
  return workloads.map((workload) => {
    const { networkMode, pidMode, ipcMode, volumesFrom, links } = workload.container;
    const named: Partial<ContainerSpec> = {
      ...(networkMode === undefined ? {} : { networkMode: shared(networkMode) }),
      ...(pidMode === undefined ? {} : { pidMode: shared(pidMode) }),
      ...(ipcMode === undefined ? {} : { ipcMode: shared(ipcMode) }),
      ...(volumesFrom === undefined ? {} : { volumesFrom: volumesFrom.map(taken) }),
      ...(links === undefined ? {} : { links: [...new Set(links.flatMap(linked))] }),
    };
    if (Object.keys(named).length === 0) return workload;
    return { ...workload, container: { ...workload.container, ...named } };
  });
}

/** As Compose links: under the alias, and under the service's name with the number, with the project's before it and without. */
function linksTo(
  platform: string,
  service: string,
  alias: string,
  { name, containerName }: Workload,
): string[] {
  const numbered = `${service}-${indexOf(name)}`;
  return [alias, numbered, `${platform}-${numbered}`].map((as) => `${containerName}:${as}`);
}
