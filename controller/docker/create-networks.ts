// A container's networks in the engine's form. Pure. Before API 1.44 a create takes one endpoint; the others are
// connected after it and before the start.

import type { ContainerSpec, NetworkAttachment } from '../../desired-state/container-spec.ts';
import { networksByPriority } from '../../desired-state/network-order.ts';
import { compareVersions, requireVersion } from './version.ts';

export interface CreateEndpoint {
  Aliases?: string[];
  IPAMConfig?: { IPv4Address?: string; IPv6Address?: string; LinkLocalIPs?: string[] };
  MacAddress?: string;
  DriverOpts?: Record<string, string>;
  GwPriority?: number;
  Links?: string[];
}

export interface CreateNetworks {
  readonly networkMode?: string;
  readonly endpoints: Readonly<Record<string, CreateEndpoint>>;
  /** To be connected after the create, in this order. */
  readonly later: readonly { readonly network: string; readonly endpoint: CreateEndpoint }[];
  /** The container's own MAC address, where the engine takes it so. */
  readonly macAddress?: string;
  /** Of a container on the engine's own bridge; on other networks they are the endpoints'. */
  readonly links?: readonly string[];
}

/** Which endpoints go into the create and which come after it. */
export function createNetworks(
  spec: ContainerSpec,
  networkNames: Readonly<Record<string, string>>,
  apiVersion: string,
): CreateNetworks {
  const manyAtOnce = compareVersions(apiVersion, '1.44') >= 0;
  const byPriority = networksByPriority(spec.networks);
  // The container's address is that of its first network.
  const mac =
    spec.networkMode === undefined ? (byPriority[0]?.[1].macAddress ?? spec.macAddress) : spec.macAddress;
  const oldMac = mac === undefined || manyAtOnce ? {} : { macAddress: mac };
  if (spec.networkMode !== undefined) {
    const endpoints = mac !== undefined && manyAtOnce ? { [spec.networkMode]: { MacAddress: mac } } : {};
    const links = spec.links === undefined ? {} : { links: spec.links };
    return { networkMode: spec.networkMode, endpoints, later: [], ...oldMac, ...links };
  }
  const links = spec.links === undefined ? {} : { Links: [...spec.links] };
  const ordered = byPriority.map(([name, { macAddress, ...attachment }], i) => {
    checkVersion(attachment, i === 0 ? undefined : macAddress, apiVersion);
    const own = i === 0 ? mac : macAddress;
    const withMac = manyAtOnce && own !== undefined ? { macAddress: own } : {};
    return {
      network: networkNames[name] ?? name,
      endpoint: { ...endpointOf({ ...attachment, ...withMac }), ...links },
    };
  });
  const [first, ...rest] = ordered;
  if (first === undefined) return { endpoints: {}, later: [], ...oldMac };
  const atOnce = manyAtOnce ? ordered : [first];
  return {
    networkMode: first.network,
    endpoints: Object.fromEntries(atOnce.map((e) => [e.network, e.endpoint])),
    later: manyAtOnce ? [] : rest,
    ...oldMac,
  };
}

/** What an older engine would drop without a word, and the container cannot do without. */
function checkVersion(attachment: NetworkAttachment, laterMac: string | undefined, apiVersion: string): void {
  if (laterMac !== undefined) requireVersion(apiVersion, '1.44', '25', 'mac_address of a further network');
  if (attachment.driverOpts?.[interfaceOption] !== undefined) {
    requireVersion(apiVersion, '1.49', '28.1', 'interface_name');
  }
}

const interfaceOption = 'com.docker.network.endpoint.ifname';

/** Aliases, addresses and options of one attachment. */
export function endpointOf(attachment: Omit<NetworkAttachment, 'priority'>): CreateEndpoint {
  const { aliases = [], ipv4Address, ipv6Address, linkLocalIps = [] } = attachment;
  const { macAddress, driverOpts, gatewayPriority } = attachment;
  const addresses = {
    ...(ipv4Address === undefined ? {} : { IPv4Address: ipv4Address }),
    ...(ipv6Address === undefined ? {} : { IPv6Address: ipv6Address }),
    ...(linkLocalIps.length === 0 ? {} : { LinkLocalIPs: [...linkLocalIps] }),
  };
  return {
    ...(aliases.length === 0 ? {} : { Aliases: [...aliases] }),
    ...(Object.keys(addresses).length === 0 ? {} : { IPAMConfig: addresses }),
    ...(macAddress === undefined ? {} : { MacAddress: macAddress }),
    ...(driverOpts === undefined ? {} : { DriverOpts: { ...driverOpts } }),
    ...(gatewayPriority === undefined ? {} : { GwPriority: gatewayPriority }),
  };
}
