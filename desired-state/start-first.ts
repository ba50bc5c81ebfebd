// Whether a container can run beside the one that it replaces: what only one of the two can have, or what both would write.
// Said when manifests are read, and again by a plan that has to stop the old one first. Pure.

import { type Position, place } from './diagnostic.ts';
import type { Workload } from './resource.ts';

/** What stands in the way of `start-first`, and the field that it comes from. */
export interface Hindrance {
  readonly message: string;
  /** Key of the workload's `positions`. */
  readonly field: string;
}

/** All that stands in the way; empty: the new one may run beside the old one. `all`: those it is declared with. */
export function hindrancesOf(workload: Workload, all: readonly Workload[]): readonly Hindrance[] {
  return [
    ...ofLifecycle(workload),
    ...ofPorts(workload),
    ...ofNetworks(workload),
    ...ofMounts(workload),
    ...ofMembers(workload, all),
  ];
}

/** `it publishes host port 8080/tcp, which only one container can have (web.yaml:12:9)` */
export function hindranceWords({ message, field }: Hindrance, { positions }: Workload): string {
  const at: Position | undefined = positions[field] ?? positions[field.replace(/\.[^.]*$/, '')];
  return at === undefined ? message : `${message} (${place(at)})`;
}

function ofLifecycle({ lifecycle }: Workload): Hindrance[] {
  return lifecycle === 'job'
    ? [{ message: 'it is a job, which runs once and serves nobody', field: 'container.restart' }]
    : [];
}

/** Of a range the engine picks one that is free. */
function ofPorts({ container }: Workload): Hindrance[] {
  return container.ports.flatMap(({ published, publishedEnd, protocol }) =>
    !published || publishedEnd !== undefined
      ? []
      : [
          {
            message: `it publishes host port ${published}/${protocol}, which only one container can have`,
            field: `container.ports.${published}/${protocol}`,
          },
        ],
  );
}

function ofNetworks({ container }: Workload): Hindrance[] {
  const { networkMode, networks, macAddress } = container;
  const found: Hindrance[] = [];
  if (networkMode === 'host' || networkMode?.startsWith('container:') === true)
    found.push({
      message: `network_mode ${networkMode} gives both the same ports`,
      field: 'container.networkMode',
    });
  if (macAddress !== undefined)
    found.push({
      message: 'it has a mac_address, which only one container can have',
      field: 'container.macAddress',
    });
  for (const [name, attachment] of Object.entries(networks)) {
    const { ipv4Address, ipv6Address, linkLocalIps = [] } = attachment;
    const fixed = ipv4Address ?? ipv6Address ?? linkLocalIps[0] ?? attachment.macAddress;
    if (fixed === undefined) continue;
    found.push({
      message: `it has the address ${fixed} on network ${name}, which only one container can have`,
      field: `container.networks.${name}`,
    });
  }
  return found;
}

/** Read by both is no harm. */
function ofMounts({ container }: Workload): Hindrance[] {
  const found: Hindrance[] = container.mounts.flatMap(({ type, source, target, readOnly }) =>
    type === 'tmpfs' || type === 'image' || readOnly === true
      ? []
      : [
          {
            message: `both would write ${source === undefined ? `the volume at ${target}` : `${type === 'bind' ? source : `volume ${source}`}, mounted at ${target}`} (read_only: true, if it only reads)`,
            field: `container.mounts.${target}`,
          },
        ],
  );
  const { volumesFrom = [] } = container;
  for (const from of volumesFrom)
    if (!from.endsWith(':ro'))
      found.push({ message: `both would write the volumes of ${from}`, field: 'container.volumesFrom' });
  return found;
}

/** Others are in this very container's namespaces, or have its volumes. */
function ofMembers({ containerName }: Workload, all: readonly Workload[]): Hindrance[] {
  return all.flatMap(({ kind, name, container }) => {
    const { networkMode, pidMode, ipcMode, volumesFrom = [] } = container;
    const isMember =
      [networkMode, pidMode, ipcMode].includes(`container:${containerName}`) ||
      volumesFrom.some((from) => from.replace(/^container:/, '').split(':')[0] === containerName);
    return isMember
      ? [{ message: `${kind}/${name} shares its namespaces or volumes`, field: 'container.updateOrder' }]
      : [];
  });
}
