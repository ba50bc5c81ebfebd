// Networks: made, removed, joined and left.

import type { Network } from '../../../desired-state/resource.ts';
import { EngineError } from '../../errors.ts';
import type { RawNetwork } from '../api.ts';
import type { EngineClient } from '../client.ts';
import { type CreateEndpoint, endpointOf } from '../create-networks.ts';
import { hasReason, isMissing, refusedError } from '../errors.ts';
import { inspectRaw, shortId } from '../inspect.ts';
import { type Act, type Bounds, boundsOf, surely } from './act.ts';

/** Two networks may have one name, so a network of that name is looked for before. */
export const createNetwork: Act<'createNetwork'> = async (client, { network }, context) => {
  const bounds = boundsOf(context);
  const look = async () => ((await networkExists(client, network.engineName, bounds)) ? true : undefined);
  if (await look()) return { changed: false };
  const act = async () => {
    await client.done({
      method: 'POST',
      path: '/networks/create',
      what: `create network ${network.engineName}`,
      body: networkBody(network),
      ...bounds,
    });
    return true;
  };
  await surely(act, look, context.signal);
  return { changed: true };
};

export const removeNetwork: Act<'removeNetwork'> = async (client, { networkId, name }, context) => {
  const bounds = boundsOf(context);
  const act = async () => {
    try {
      await client.done({
        method: 'DELETE',
        path: `/networks/${encodeURIComponent(networkId)}`,
        what: `remove network ${name}`,
        ...bounds,
      });
      return { changed: true };
    } catch (error) {
      if (isMissing(error)) return { changed: false };
      if (hasReason(error, 'NetworkInUse') && (await isEmpty(client, networkId, bounds)))
        throw lostCount(name);
      throw error;
    }
  };
  // Removing again what is gone is harmless.
  return surely(act, async () => undefined, context.signal);
};

async function isEmpty(client: EngineClient, networkId: string, bounds: Bounds): Promise<boolean> {
  const { Containers } = await client.json<{ Containers?: Readonly<Record<string, unknown>> | null }>({
    method: 'GET',
    path: `/networks/${encodeURIComponent(networkId)}`,
    what: `inspect network ${networkId}`,
    ...bounds,
  });
  return Object.keys(Containers ?? {}).length === 0;
}

/**
 * A rename of a running container writes the count of its network's endpoints anew, and an old one where others start
 * or stop at that moment (libnetwork's `endpoint.rename`; 20.10, measured). When it starts the engine counts them.
 */
function lostCount(name: string): EngineError {
  return new EngineError(
    `remove network ${name}: the engine counts containers on it and has none there: it lost count (a weakness of Docker 20.10 under many changes at once; a rename by hand of what runs is one way to it). It counts anew when it starts: restart it (systemctl restart docker), then take down again`,
    { code: 403, reason: 'NetworkCountLost' },
  );
}

export const connectNetwork: Act<'connectNetwork'> = async (client, args, context) => {
  const { containerId, network, attachment, links } = args;
  const endpoint = { ...endpointOf(attachment), ...(links === undefined ? {} : { Links: [...links] }) };
  return { changed: await connect(client, containerId, network, endpoint, boundsOf(context)), containerId };
};

/** Connects; false: it was connected already with all that is asked for. */
export async function connect(
  client: EngineClient,
  container: string,
  network: string,
  endpoint: CreateEndpoint,
  bounds: Bounds,
): Promise<boolean> {
  const look = async () =>
    (await isConnected(client, container, network, endpoint, bounds)) ? true : undefined;
  const act = async () => {
    await client.done({
      method: 'POST',
      path: `/networks/${encodeURIComponent(network)}/connect`,
      what: `connect container ${shortId(container)} to network ${network}`,
      body: { Container: container, EndpointConfig: endpoint },
      ...bounds,
    });
    return true;
  };
  try {
    return await surely(act, look, bounds.signal);
  } catch (error) {
    if (hasReason(error, 'NetworkConnected') && (await look())) return false;
    throw error;
  }
}

export const disconnectNetwork: Act<'disconnectNetwork'> = async (
  client,
  { containerId, network },
  context,
) => {
  const bounds = boundsOf(context);
  const act = async () => {
    try {
      await client.done({
        method: 'POST',
        path: `/networks/${encodeURIComponent(network)}/disconnect`,
        what: `disconnect container ${shortId(containerId)} from network ${network}`,
        body: { Container: containerId, Force: false },
        ...bounds,
      });
      return { changed: true };
    } catch (error) {
      if (isMissing(error) || hasReason(error, 'NetworkNotConnected')) return { changed: false };
      throw error;
    }
  };
  const look = async () => {
    const raw = await inspectRaw(client, containerId, bounds);
    return raw?.NetworkSettings?.Networks?.[network] === undefined ? { changed: true } : undefined;
  };
  const outcome = await surely(act, look, context.signal);
  return { ...outcome, containerId };
};

async function isConnected(
  client: EngineClient,
  container: string,
  network: string,
  wanted: CreateEndpoint,
  bounds: Bounds,
): Promise<boolean> {
  const raw = await inspectRaw(client, container, bounds);
  if (raw === undefined) {
    throw refusedError(
      `connect container ${shortId(container)} to network ${network}`,
      404,
      'No such container',
    );
  }
  const found = raw.NetworkSettings?.Networks?.[network];
  if (found === undefined) return false;
  const { IPv4Address, IPv6Address } = wanted.IPAMConfig ?? {};
  return (
    (wanted.Aliases ?? []).every((alias) => found.Aliases?.includes(alias)) &&
    (wanted.Links ?? []).every((link) => found.Links?.includes(link)) &&
    (IPv4Address === undefined || found.IPAMConfig?.IPv4Address === IPv4Address) &&
    (IPv6Address === undefined || found.IPAMConfig?.IPv6Address === IPv6Address)
  );
}

/** By exact name: the engine's own filter also finds longer names. */
async function networkExists(client: EngineClient, name: string, bounds: Bounds): Promise<boolean> {
  const found = await client.json<RawNetwork[]>({
    method: 'GET',
    path: '/networks',
    what: `look for network ${name}`,
    query: { filters: JSON.stringify({ name: [name] }) },
    ...bounds,
  });
  return found.some((network) => network.Name === name);
}

/** The body of the engine's create call. */
export function networkBody(network: Network): object {
  const { ipam } = network;
  return {
    Name: network.engineName,
    CheckDuplicate: true,
    Driver: network.driver ?? 'bridge',
    Options: network.driverOpts,
    Labels: network.labels,
    Internal: network.internal ?? false,
    Attachable: network.attachable ?? false,
    EnableIPv6: network.enableIpv6 ?? false,
    ...(network.enableIpv4 === undefined ? {} : { EnableIPv4: network.enableIpv4 }),
    ...(ipam === undefined
      ? {}
      : {
          IPAM: {
            Driver: ipam.driver ?? 'default',
            Config: ipam.config.map((c) => ({
              ...(c.subnet === undefined ? {} : { Subnet: c.subnet }),
              ...(c.gateway === undefined ? {} : { Gateway: c.gateway }),
              ...(c.ipRange === undefined ? {} : { IPRange: c.ipRange }),
              ...(c.auxAddresses === undefined ? {} : { AuxiliaryAddresses: c.auxAddresses }),
            })),
            ...(ipam.options === undefined ? {} : { Options: ipam.options }),
          },
        }),
  };
}
