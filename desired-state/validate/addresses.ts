// Addresses of networks, and of workloads in them, as the engine will judge them: told before it refuses them.

import { BlockList, isIP } from 'node:net';
import { type ResolveContext, reportError } from '../resolve/context.ts';
import type { Declared } from '../resolve/declared.ts';
import type { Network, Resource, Workload } from '../resource.ts';
import { type Node, nodeAt } from '../tree.ts';

type Place = Pick<ResolveContext, 'diagnostics'>;

export function checkAddresses(
  context: Place,
  declared: Declared,
  resources: readonly Resource[],
  workloads: readonly Workload[],
): void {
  const subnets = new Map<string, readonly Subnet[]>();
  for (const network of resources) {
    if (network.kind !== 'Network' || network.external) continue;
    const node = declared.networks.get(network.name)?.node;
    if (node !== undefined) subnets.set(network.name, poolsOf(context, network, node));
  }
  for (const workload of workloads) {
    for (const [name, { ipv4Address, ipv6Address }] of Object.entries(workload.container.networks)) {
      const pools = subnets.get(name) ?? [];
      for (const address of [ipv4Address, ipv6Address]) {
        // Without a subnet of its family the engine finds one, which may hold it.
        const family = pools.filter((pool) => pool.family === isIP(address ?? ''));
        if (address === undefined || family.length === 0 || family.some((p) => p.holds(address))) continue;
        const at = workload.positions[`container.networks.${name}`] ?? workload.position;
        const message = `address ${address} is in no subnet of the network ${name}, expected one in ${family.map((p) => p.text).join(' or ')}`;
        reportError(context, at, 'BadAddress', message);
      }
    }
  }
}

interface Subnet {
  readonly text: string;
  readonly family: number;
  readonly holds: (address: string) => boolean;
}

/** The sound subnets of a network; what is wrong with its pools is told. */
function poolsOf(context: Place, { ipam }: Network, node: Node): Subnet[] {
  return (ipam?.config ?? []).flatMap(({ subnet, gateway, ipRange, auxAddresses = {} }, index) => {
    const tell = (key: readonly string[], text: string, expected: string): void => {
      const { position } = nodeAt(node, ['ipam', 'config', index, ...key]);
      reportError(
        context,
        position,
        'BadAddress',
        `bad ${key[0]} ${JSON.stringify(text)}, expected ${expected}`,
      );
    };
    const whole = subnet === undefined ? undefined : subnetOf(subnet);
    if (subnet !== undefined && whole === undefined) {
      tell(['subnet'], subnet, 'addresses such as 172.28.0.0/16');
    }
    const inside = (key: readonly string[], written: string | undefined): void => {
      if (written === undefined) return;
      const address = written.replace(/\/.*$/, '');
      if (isIP(address) === 0) tell(key, written, 'an IP address');
      else if (whole !== undefined && !whole.holds(address)) tell(key, written, `one in ${whole.text}`);
    };
    inside(['gateway'], gateway);
    for (const [name, address] of Object.entries(auxAddresses)) inside(['aux_addresses', name], address);
    const range = ipRange === undefined ? undefined : subnetOf(ipRange);
    if (ipRange !== undefined && range === undefined) tell(['ip_range'], ipRange, 'part of the subnet');
    else if (ipRange !== undefined) inside(['ip_range'], ipRange);
    return whole ?? [];
  });
}

/** undefined: it is none. */
function subnetOf(text: string): Subnet | undefined {
  const [address = '', prefix = '', ...rest] = text.split('/');
  const family = isIP(address);
  const bits = Number(prefix);
  if (family === 0 || rest.length > 0 || !/^\d{1,3}$/.test(prefix) || bits > (family === 4 ? 32 : 128)) {
    return undefined;
  }
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(address, bits, type);
  return { text, family, holds: (other) => isIP(other) === family && list.check(other, type) };
}
