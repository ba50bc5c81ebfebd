// Published and exposed ports: short forms with ranges, addresses and protocols, and the long form, one binding a port.

import { isIP } from 'node:net';
import type { PortBinding } from '../container-spec.ts';
import type { MapNode, Node } from '../tree.ts';
import { fieldOf, present, reject, type Scope } from './scope.ts';
import { itemsOf, quote, textOf, wordOf } from './values.ts';

type Protocol = PortBinding['protocol'];
const protocols: readonly string[] = ['tcp', 'udp', 'sctp'] satisfies Protocol[];

interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** Bindings in the order written. */
export function portsOf(scope: Scope, node: Node | undefined): PortBinding[] {
  return itemsOf(node).flatMap((item) =>
    item.kind === 'map' ? longPort(scope, item) : shortPort(scope, item),
  );
}

/** `80/tcp`, one entry a port. */
export function exposeOf(scope: Scope, node: Node | undefined): string[] {
  const found = itemsOf(node).flatMap((item) => {
    const text = textOf(item);
    if (text === undefined) return [];
    const [ports = '', protocol = 'tcp'] = text.split('/', 2);
    const range = rangeIn(scope, item, ports);
    const checked = protocolOf(scope, item, protocol);
    return range && checked ? numbersIn(range).map((port) => `${port}/${checked}`) : [];
  });
  return [...new Set(found)];
}

// [[ADDRESS:][PUBLISHED]:]TARGET[/PROTOCOL], where ports may be ranges of equal length
function shortPort(scope: Scope, node: Node): PortBinding[] {
  const text = textOf(node);
  if (text === undefined) return [];
  const [address, protocolText = 'tcp'] = text.split('/', 2);
  const parts = (address ?? '').split(':');
  const targetText = parts.pop() ?? '';
  const publishedText = parts.pop();
  const hostIp = parts.length > 0 ? parts.join(':').replace(/^\[(.*)\]$/, '$1') : '';
  const target = rangeIn(scope, node, targetText);
  const protocol = protocolOf(scope, node, protocolText);
  const published = publishedText ? rangeIn(scope, node, publishedText) : undefined;
  const ipIsGood = checkIp(scope, node, hostIp);
  if (!target || !protocol || !ipIsGood || (publishedText && !published)) return [];
  return bind(scope, node, { target, published, protocol, hostIp });
}

function longPort(scope: Scope, node: MapNode): PortBinding[] {
  const targetNode = fieldOf(node, 'target');
  const publishedNode =
    wordOf(fieldOf(node, 'published')) === undefined ? undefined : fieldOf(node, 'published');
  const ipNode = fieldOf(node, 'host_ip');
  const protocolNode = fieldOf(node, 'protocol');
  const target = targetNode && rangeIn(scope, targetNode, textOf(targetNode) ?? '');
  const published = publishedNode && rangeIn(scope, publishedNode, textOf(publishedNode) ?? '');
  const protocol = protocolNode ? protocolOf(scope, protocolNode, textOf(protocolNode) ?? '') : 'tcp';
  const hostIp = textOf(ipNode) ?? '';
  const ipIsGood = ipNode === undefined || checkIp(scope, ipNode, hostIp);
  if (!target || !protocol || !ipIsGood || (publishedNode && !published)) return [];
  return bind(scope, publishedNode ?? node, { target, published, protocol, hostIp });
}

interface Ports {
  readonly target: PortRange;
  readonly published: PortRange | undefined;
  readonly protocol: Protocol;
  readonly hostIp: string;
}

function bind(scope: Scope, node: Node, { target, published, protocol, hostIp }: Ports): PortBinding[] {
  const targets = numbersIn(target);
  const hosts = published && numbersIn(published);
  if (published && targets.length === 1 && published.to > published.from) {
    const binding = { target: target.from, protocol, published: published.from, publishedEnd: published.to };
    return [{ ...binding, ...present({ hostIp: hostIp === '' ? undefined : hostIp }) }];
  }
  if (hosts && hosts.length !== targets.length) {
    const message = `bad ports ${quote(node)}: ${hosts.length} host ports for ${targets.length} container ports, expected as many of both, or one container port`;
    return reject(scope, node, 'BadPort', message) ?? [];
  }
  for (const host of hosts ?? []) scope.positions[`ports.${host}/${protocol}`] = node.position;
  return targets.map((port, index) => ({
    target: port,
    protocol,
    ...present({ published: hosts?.[index], hostIp: hostIp === '' ? undefined : hostIp }),
  }));
}

function rangeIn(scope: Scope, node: Node, text: string): PortRange | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  const from = Number(match?.[1]);
  const to = Number(match?.[2] ?? match?.[1]);
  if (match && from >= 1 && to <= 65_535 && from <= to) return { from, to };
  const expected = 'expected 1 to 65535 or a range, for example "8080:80" or "3000-3005"';
  return reject(scope, node, 'BadPort', `bad port ${JSON.stringify(text)}, ${expected}`);
}

function protocolOf(scope: Scope, node: Node, text: string): Protocol | undefined {
  const lower = text.toLowerCase();
  const known = (value: string): value is Protocol => protocols.includes(value);
  if (known(lower)) return lower;
  return reject(scope, node, 'BadPort', `bad protocol ${JSON.stringify(text)}, expected tcp, udp or sctp`);
}

function checkIp(scope: Scope, node: Node, address: string): boolean {
  if (address === '' || isIP(address) !== 0) return true;
  reject(scope, node, 'BadAddress', `bad host address ${JSON.stringify(address)}, expected an IP address`);
  return false;
}

function numbersIn({ from, to }: PortRange): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
