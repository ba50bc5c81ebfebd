// A container's networks in the engine's form. Pure. Before API 1.44 a create takes one endpoint; the others are
// connected after it and before the start.

import type { ContainerSpec, NetworkAttachment } from '../../desired-state/resource.ts';
import { compareVersions } from './version.ts';

export interface CreateEndpoint {
  Aliases?: string[];
  IPAMConfig?: { IPv4Address?: string; IPv6Address?: string };
  MacAddress?: string;
}

export interface CreateNetworks {
  readonly networkMode?: string;
  readonly endpoints: Readonly<Record<string, CreateEndpoint>>;
  /** To be connected after the create, in this order. */
  readonly later: readonly { readonly network: string; readonly endpoint: CreateEndpoint }[];
  /** The container's own MAC address, where the engine takes it so. */
  readonly macAddress?: string;
}

/** Which endpoints go into the create and which come after it. */
export function createNetworks(
  spec: ContainerSpec,
  networkNames: Readonly<Record<string, string>>,
  apiVersion: string,
): CreateNetworks {
  const manyAtOnce = compareVersions(apiVersion, '1.44') >= 0;
  const mac = spec.macAddress;
  const oldMac = mac === undefined || manyAtOnce ? {} : { macAddress: mac };
  if (spec.networkMode !== undefined) {
    const endpoints = mac !== undefined && manyAtOnce ? { [spec.networkMode]: { MacAddress: mac } } : {};
    return { networkMode: spec.networkMode, endpoints, later: [], ...oldMac };
  }
  const ordered = Object.entries(spec.networks)
    .sort(([a, x], [b, y]) => (y.priority ?? 0) - (x.priority ?? 0) || (a < b ? -1 : 1))
    .map(([name, attachment], i) => ({
      network: networkNames[name] ?? name,
      endpoint: endpointOf(attachment, i === 0 && manyAtOnce ? mac : undefined),
    }));
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

/** Aliases and addresses of one attachment. */
export function endpointOf(attachment: NetworkAttachment, macAddress?: string): CreateEndpoint {
  const { aliases = [], ipv4Address, ipv6Address } = attachment;
  const addresses = {
    ...(ipv4Address === undefined ? {} : { IPv4Address: ipv4Address }),
    ...(ipv6Address === undefined ? {} : { IPv6Address: ipv6Address }),
  };
  return {
    ...(aliases.length === 0 ? {} : { Aliases: [...aliases] }),
    ...(Object.keys(addresses).length === 0 ? {} : { IPAMConfig: addresses }),
    ...(macAddress === undefined ? {} : { MacAddress: macAddress }),
  };
}
