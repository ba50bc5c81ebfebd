// Networks of a container, and how it resolves names. Names are those of the manifest; the engine's are not known here.

import { isIP } from 'node:net';
import type { NetworkAttachment } from '../container-spec.ts';
import type { Position } from '../diagnostic.ts';
import type { MapNode, Node } from '../tree.ts';
import { fieldOf, present, reject, type Scope, take } from './scope.ts';
import { integerOf, itemsOf, quote, textMapOf, textOf, textsOf, wordOf } from './values.ts';

export interface Networks {
  readonly networkMode?: string;
  readonly networks: Record<string, NetworkAttachment>;
  readonly references: readonly { readonly name: string; readonly position: Position }[];
}

export function networksOf(scope: Scope, node: MapNode): Networks {
  const mode = take(scope, node, 'network_mode', 'networkMode');
  const written = take(scope, node, 'networks', 'networks');
  if (mode && wordOf(mode) !== undefined && written) {
    reject(
      scope,
      mode,
      'ConflictingNetworks',
      'network_mode and networks exclude each other, expected one of the two',
    );
  }
  const networks: Record<string, NetworkAttachment> = {};
  const references: { name: string; position: Position }[] = [];
  const add = (name: string, position: Position, attachment: NetworkAttachment): void => {
    networks[name] = attachment;
    references.push({ name, position });
    scope.positions[`networks.${name}`] = position;
  };
  if (written?.kind === 'map') {
    for (const { key, keyPosition, value } of written.entries.values()) {
      add(key, keyPosition, attachmentOf(scope, value));
    }
  } else {
    for (const item of itemsOf(written)) {
      const name = textOf(item);
      if (name !== undefined) add(name, item.position, {});
    }
  }
  return { ...present({ networkMode: networkModeOf(scope, mode) }), networks, references };
}

/** A word of the engine's, or the name that a network has on the engine. */
function networkModeOf(scope: Scope, node: Node | undefined): string | undefined {
  const text = wordOf(node);
  if (node === undefined || text === undefined) return undefined;
  if (/^(?:container|service):.+$/.test(text) || /^[^:]+$/.test(text)) return text;
  const message = `bad network mode ${quote(node)}, expected none, host, bridge, service:NAME, container:NAME or a network`;
  return reject(scope, node, 'BadNetworkMode', message);
}

function attachmentOf(scope: Scope, node: Node): NetworkAttachment {
  if (node.kind !== 'map') return {};
  const aliases = textsOf(fieldOf(node, 'aliases'));
  return present({
    aliases: aliases && [...new Set(aliases)],
    ipv4Address: addressOf(scope, fieldOf(node, 'ipv4_address'), 4),
    ipv6Address: addressOf(scope, fieldOf(node, 'ipv6_address'), 6),
    linkLocalIps: textsOf(fieldOf(node, 'link_local_ips')),
    macAddress: macAddressOf(scope, fieldOf(node, 'mac_address')),
    priority: integerOf(scope, fieldOf(node, 'priority')),
    gatewayPriority: integerOf(scope, fieldOf(node, 'gw_priority')) || undefined,
    driverOpts: driverOptsOf(scope, node),
  });
}

/** The interface's name is a driver option; one written there goes before it, as in Compose. */
const interfaceOption = 'com.docker.network.endpoint.ifname';

function driverOptsOf(scope: Scope, node: Node): Record<string, string> | undefined {
  const options = textMapOf(scope, fieldOf(node, 'driver_opts'));
  const name = wordOf(fieldOf(node, 'interface_name'));
  return name === undefined ? options : { [interfaceOption]: name, ...options };
}

function addressOf(scope: Scope, node: Node | undefined, version: 4 | 6): string | undefined {
  const text = textOf(node);
  if (node === undefined || text === undefined || isIP(text) === version) return text;
  return reject(scope, node, 'BadAddress', `bad address ${quote(node)}, expected an IPv${version} address`);
}

/** As Go's net.ParseMAC reads one of six bytes. */
const macAddress = /^(?:[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4})$/i;

export function macAddressOf(scope: Scope, node: Node | undefined): string | undefined {
  const text = wordOf(node);
  if (node === undefined || text === undefined || macAddress.test(text)) return text;
  const message = `bad MAC address ${quote(node)}, expected six bytes, for example "02:42:ac:11:00:02"`;
  return reject(scope, node, 'BadAddress', message);
}

/** Compose passes on whatever is written. */
export function dnsOf(scope: Scope, node: Node | undefined): string[] | undefined {
  for (const item of scope.strict ? itemsOf(node) : []) {
    if (isIP(textOf(item) ?? '') !== 0) continue;
    reject(scope, item, 'BadAddress', `bad name server ${quote(item)}, expected an IP address`);
  }
  return textsOf(node);
}

/** `name:address`, one entry an address; sorted, because a map has no order. */
export function extraHostsOf(scope: Scope, node: Node | undefined): string[] | undefined {
  if (node === undefined) return undefined;
  const found: string[] = [];
  const add = (host: string, address: string, at: Node): void => {
    const plain = address.replace(/^\[(.+)\]$/, '$1');
    const good = host !== '' && !/[:=]/.test(host) && (isIP(plain) !== 0 || plain === 'host-gateway');
    if (good) found.push(`${host}:${plain}`);
    else {
      const message = `bad extra host ${quote(at)}, expected a name and an IP address, for example "db:10.0.0.5"`;
      reject(scope, at, 'BadAddress', message);
    }
  };
  if (node.kind === 'map') {
    for (const { key, value } of node.entries.values()) {
      for (const item of itemsOf(value)) add(key, textOf(item) ?? '', item);
    }
  }
  for (const item of itemsOf(node)) {
    const text = textOf(item) ?? '';
    const at = text.includes('=') ? text.indexOf('=') : text.indexOf(':');
    const [host, addresses] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
    for (const address of addresses.split(',')) add(host, address, item);
  }
  return [...new Set(found)].sort();
}
