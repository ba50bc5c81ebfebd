// The short forms of a published port as their long forms, one for each port (nat.ParsePortSpec of go-connections).

import { isIP } from 'node:net';
import type { Node, ScalarNode } from '../../tree.ts';
import { isFloat, scalarText } from '../../yaml/go-scalar.ts';
import { fieldsAt, listOf } from '../edit.ts';
import { type Loading, tell } from '../loading.ts';

export function longPorts(node: Node, loading: Loading): Node {
  if (node.kind !== 'list') return node;
  if (node.items.every((item) => item.kind === 'map')) return node;
  return listOf(
    node.position,
    node.items.flatMap((item) => (item.kind === 'scalar' ? expand(loading, item) : [item])),
  );
}

interface Range {
  readonly from: number;
  readonly to: number;
}

// [[ADDRESS:][PUBLISHED]:]TARGET[/PROTOCOL]; a range of host ports for one container port leaves the choice to the engine
function expand(loading: Loading, item: ScalarNode): Node[] {
  const refuse = (message: string): Node[] => {
    tell(loading, 'error', item, { code: 'BadPort', message });
    return [];
  };
  // A number to YAML, but none that Go takes for a port.
  if (isFloat(item))
    return refuse(`bad port ${item.source}, expected a whole number or text, for example "8080:80"`);
  const parts = scalarText(item).split(':');
  const [targetText = '', protocolText = ''] = splitOnce(parts.pop() ?? '', '/');
  const publishedText = parts.pop() ?? '';
  const address = parts.join(':').replace(/^\[(.*)\]$/, '$1');
  const protocol = (protocolText || 'tcp').toLowerCase();
  if (!['tcp', 'udp', 'sctp'].includes(protocol)) {
    return refuse(`bad protocol ${JSON.stringify(protocolText)}, expected tcp, udp or sctp`);
  }
  if (address !== '' && isIP(address) === 0) {
    const message = `bad host address ${JSON.stringify(address)}, expected an IP address`;
    tell(loading, 'error', item, { code: 'BadAddress', message });
    return [];
  }
  const target = rangeOf(targetText);
  const published = publishedText === '' ? undefined : rangeOf(publishedText);
  if (target === undefined || (publishedText !== '' && published === undefined)) {
    const wrong = target === undefined ? targetText : publishedText;
    const expected = 'expected 1 to 65535 or a range, for example "8080:80" or "3000-3005"';
    return refuse(`bad port ${JSON.stringify(wrong)}, ${expected}`);
  }
  const count = target.to - target.from + 1;
  const hosts = published && published.to - published.from + 1;
  if (hosts !== undefined && hosts !== count && count !== 1) {
    return refuse(
      `bad ports ${JSON.stringify(item.source)}: ${hosts} host ports for ${count} container ports, expected as many of both`,
    );
  }
  const all = Array.from({ length: count }, (_, index) => {
    const first = published && published.from + index;
    const rest = published !== undefined && count === 1 && hosts !== 1 ? `-${published.to}` : '';
    return { target: target.from + index, published: first === undefined ? undefined : `${first}${rest}` };
  });
  // Compose has them in the order of their texts.
  const ordered = all.sort((a, b) => compareText(`${a.target}/${protocol}`, `${b.target}/${protocol}`));
  return ordered.map((port) =>
    fieldsAt(item.position, {
      mode: 'ingress',
      host_ip: address === '' ? undefined : address,
      target: port.target,
      published: port.published,
      protocol,
    }),
  );
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function rangeOf(text: string): Range | undefined {
  const match = /^\+?(\d+)(?:-(\d+))?$/.exec(text);
  const from = Number(match?.[1]);
  const to = Number(match?.[2] ?? match?.[1]);
  return match && to <= 65_535 && from <= to ? { from, to } : undefined;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * What makes two ports one: `address:published:target/protocol`; undefined: no target to compare. To Compose a published
 * port that is a number is another than one that is text, and a target that is text another than one that is a number.
 */
export function portKey(item: Node): string | undefined {
  if (item.kind === 'scalar') return scalarText(item);
  if (item.kind !== 'map') return undefined;
  const part = (key: string, otherwise: string, usual: 'string' | 'number' = 'string'): string => {
    const child = item.entries.get(key)?.value;
    if (child?.kind !== 'scalar' || child.value === null) return otherwise;
    return typeof child.value === usual ? scalarText(child) : `(${typeof child.value})${scalarText(child)}`;
  };
  return `${part('host_ip', '0.0.0.0')}:${part('published', '')}:${part('target', '', 'number')}/${part('protocol', 'tcp')}`;
}
