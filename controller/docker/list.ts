// Lists of the engine as our plain values. One call each and no inspect: this runs at every pass.

import { identified } from '../../reconcilers/compose-identity.ts';
import type {
  ContainerState,
  ObservedContainer,
  ObservedNetwork,
  ObservedVolume,
} from '../../reconcilers/observed.ts';
import {
  epochMs,
  isAnonymousVolume,
  type RawImage,
  type RawListed,
  type RawNetwork,
  type RawVolume,
} from './api.ts';
import type { EngineClient } from './client.ts';
import { garbledError, isMissing } from './errors.ts';

/** Containers of the engine, running or not: all, or those of `ids` that are there. */
export async function listContainers(
  client: EngineClient,
  ids?: readonly string[],
): Promise<readonly ObservedContainer[]> {
  const what = 'list containers';
  const listed = await client.json<RawListed[]>({
    method: 'GET',
    path: '/containers/json',
    what,
    query: { all: true, ...(ids === undefined ? {} : { filters: JSON.stringify({ id: ids }) }) },
  });
  return listOf(listed, what).map(toObservedContainer);
}

export async function listNetworks(client: EngineClient): Promise<readonly ObservedNetwork[]> {
  const what = 'list networks';
  const listed = await client.json<RawNetwork[]>({ method: 'GET', path: '/networks', what });
  return listOf(listed, what).map((n) => ({
    id: n.Id,
    name: n.Name,
    driver: n.Driver ?? '',
    labels: identified(n.Labels ?? {}, 'network', n.Name),
    internal: n.Internal ?? false,
    attachable: n.Attachable ?? false,
    ...(typeof n.EnableIPv4 === 'boolean' ? { enableIpv4: n.EnableIPv4 } : {}),
    enableIpv6: n.EnableIPv6 ?? false,
    ...(n.IPAM?.Driver ? { ipamDriver: n.IPAM.Driver } : {}),
    ipamOptions: n.IPAM?.Options ?? {},
    pools: (n.IPAM?.Config ?? []).map((pool) => ({
      ...(pool.Subnet ? { subnet: pool.Subnet } : {}),
      ...(pool.Gateway ? { gateway: pool.Gateway } : {}),
      ...(pool.IPRange ? { ipRange: pool.IPRange } : {}),
      ...(pool.AuxiliaryAddresses ? { auxAddresses: pool.AuxiliaryAddresses } : {}),
    })),
    options: n.Options ?? {},
  }));
}

export async function listVolumes(client: EngineClient): Promise<readonly ObservedVolume[]> {
  const what = 'list volumes';
  const { Volumes } = await client.json<{ Volumes?: RawVolume[] | null }>({
    method: 'GET',
    path: '/volumes',
    what,
  });
  return listOf(Volumes ?? [], what).map((v) => ({
    name: v.Name,
    driver: v.Driver ?? '',
    labels: identified(v.Labels ?? {}, 'volume', v.Name),
    options: v.Options ?? {},
    createdAt: epochMs(v.CreatedAt),
  }));
}

/** Image ids of the references that are there, as the engine itself resolves them. */
export async function resolveImages(
  client: EngineClient,
  references: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const unique = [...new Set(references)].sort();
  const ids = await Promise.all(unique.map((reference) => imageId(client, reference)));
  const found: Record<string, string> = {};
  unique.forEach((reference, i) => {
    const id = ids[i];
    if (id !== undefined) found[reference] = id;
  });
  return found;
}

async function imageId(client: EngineClient, reference: string): Promise<string | undefined> {
  try {
    const image = await client.json<RawImage>({
      method: 'GET',
      path: `/images/${encodeURI(reference)}/json`,
      what: `inspect image ${reference}`,
    });
    return image.Id;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function listOf<T>(value: T[], what: string): T[] {
  if (!Array.isArray(value)) throw garbledError(what);
  return value;
}

const states: readonly string[] = [
  'created',
  'running',
  'paused',
  'restarting',
  'removing',
  'exited',
  'dead',
] satisfies ContainerState[];

function isState(state: string): state is ContainerState {
  return states.includes(state);
}

/** Pure: one entry of the list call. */
function toObservedContainer(raw: RawListed): ObservedContainer {
  const status = raw.Status ?? '';
  const state = raw.State ?? '';
  const health = healthOf(status);
  const exitCode = exitCodeOf(status);
  const name = nameOf(raw.Names ?? []);
  return {
    id: raw.Id,
    name,
    image: raw.Image ?? '',
    imageId: raw.ImageID ?? '',
    labels: identified(raw.Labels ?? {}, 'container', name),
    // A state of a newer engine that we do not know is not running.
    state: isState(state) ? state : 'exited',
    createdAt: (raw.Created ?? 0) * 1000,
    ...(health === undefined ? {} : { health }),
    ...(exitCode === undefined ? {} : { exitCode }),
    ports: portsOf(raw),
    networks: networksOf(raw),
    volumes: (raw.Mounts ?? [])
      .map((m) => (m.Type === 'volume' ? (m.Name ?? '') : ''))
      .filter((name) => name !== '' && !isAnonymousVolume(name)),
  };
}

/** Legacy links add names with a second slash (`/other/alias`). */
function nameOf(names: readonly string[]): string {
  const own = names.find((name) => !name.slice(1).includes('/')) ?? names[0] ?? '';
  return own.replace(/^\//, '');
}

/** `Up 3 minutes (healthy)`, `Up 1 second (health: starting)`. */
function healthOf(status: string): ObservedContainer['health'] {
  switch (/\((healthy|unhealthy|health: starting)\)/.exec(status)?.[1]) {
    case 'healthy':
      return 'healthy';
    case 'unhealthy':
      return 'unhealthy';
    case 'health: starting':
      return 'starting';
    default:
      return undefined;
  }
}

/** `Exited (137) 2 hours ago`, `Restarting (1) 3 seconds ago`. */
function exitCodeOf(status: string): number | undefined {
  const code = /^(?:Exited|Restarting) \((-?\d+)\)/.exec(status)?.[1];
  return code === undefined ? undefined : Number(code);
}

function portsOf(raw: RawListed): ObservedContainer['ports'] {
  const ports: { hostIp: string; published: number; target: number; protocol: string }[] = [];
  for (const port of raw.Ports ?? []) {
    if (port.PublicPort === undefined || port.PublicPort === 0) continue;
    ports.push({
      hostIp: port.IP ?? '',
      published: port.PublicPort,
      target: port.PrivatePort ?? 0,
      protocol: port.Type ?? 'tcp',
    });
  }
  return ports;
}

function networksOf(raw: RawListed): ObservedContainer['networks'] {
  const networks: Record<string, { networkId: string; ipAddress: string }> = {};
  for (const [name, endpoint] of Object.entries(raw.NetworkSettings?.Networks ?? {})) {
    networks[name] = { networkId: endpoint.NetworkID ?? '', ipAddress: endpoint.IPAddress ?? '' };
  }
  return networks;
}
