// Two workloads that want one port of the host: told before the engine does, at the later one.

import type { PortBinding } from '../container-spec.ts';
import { type Position, place } from '../diagnostic.ts';
import { withoutIndex } from '../instances.ts';
import { type ResolveContext, reportError } from '../resolve/context.ts';
import type { Declared } from '../resolve/declared.ts';
import { refOf, type Workload } from '../resource.ts';
import { clashPlace } from './clash.ts';

export function checkPorts(
  context: ResolveContext,
  declared: Declared,
  workloads: readonly Workload[],
): void {
  const taken = new Map<string, { workload: Workload; port: PortBinding }[]>();
  for (const workload of workloads) {
    for (const port of workload.container.ports) {
      // Of a range the engine finds a free one.
      if (!port.published || port.publishedEnd !== undefined) continue;
      const key = `${port.published}/${port.protocol}`;
      const holders = taken.get(key) ?? [];
      const other = holders.find((h) => overlap(h.port.hostIp, port.hostIp));
      if (other === undefined) taken.set(key, [...holders, { workload, port }]);
      else {
        const at = clashPlace(declared, workload, placeOf(workload, port));
        report(context, at, workload, port, other.workload);
      }
    }
  }
}

/** An address of its own family's "all" takes every address of it; no address takes both families. */
function overlap(a: string | undefined, b: string | undefined): boolean {
  if (!a || !b || a === b) return true;
  if (a.includes(':') !== b.includes(':')) return false;
  return isAll(a) || isAll(b);
}

function isAll(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

function placeOf({ positions }: Workload, { published, protocol }: PortBinding): Position | undefined {
  return positions[`container.ports.${published}/${protocol}`] ?? positions['container.ports'];
}

function report(
  context: ResolveContext,
  at: Position,
  workload: Workload,
  port: PortBinding,
  other: Workload,
): void {
  const isReplica = other !== workload && withoutIndex(other.name) === withoutIndex(workload.name);
  if (isReplica) {
    const message = `host port ${port.published}/${port.protocol} is one port, and ${refOf(other)} has several replicas`;
    const hint = 'publish a range of as many, for example "8080-8082:80", or no host port';
    reportError(context, at, 'DuplicatePort', message, hint);
    return;
  }
  const whose = other === workload ? 'twice here' : `by ${refOf(other)} in ${place(other.position)} already`;
  reportError(
    context,
    at,
    'DuplicatePort',
    `host port ${port.published}/${port.protocol} is published ${whose}`,
    'publish another port, or another host address',
  );
}
