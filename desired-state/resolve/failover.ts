// A workload's `failover:` as one resource has it: who stands in, by which alias, on which network. Whether the two fit
// together shows only when all workloads are known: validate/failovers.ts.

import type { NetworkAttachment } from '../container-spec.ts';
import type { OwnFields } from '../manifest/own-fields.ts';
import type { Failover } from '../resource.ts';
import { childOf, type MapNode } from '../tree.ts';
import { type ResolveContext, reportError, reportMissing } from './context.ts';
import type { Declared } from './declared.ts';
import { refOfWorkload } from './dependencies.ts';

interface Place {
  readonly declared: Declared;
  /** The workload's own name, and what of it is reeve's. */
  readonly name: string;
  readonly own: MapNode;
  readonly networks: Readonly<Record<string, NetworkAttachment>>;
}

/** Undefined: none is declared, or it is wrong, which has been told. */
export function resolveFailover(
  context: ResolveContext,
  written: OwnFields['failover'],
  { declared, name, own, networks }: Place,
): Failover | undefined {
  if (written === undefined) return undefined;
  const node = childOf(own, 'failover') ?? own;
  const to = refOfWorkload(declared, written.to);
  if (to === undefined) {
    const { position } = childOf(node, 'to') ?? node;
    reportMissing(context, position, 'Service or Agent', written.to, declared.workloads.keys());
    return undefined;
  }
  const names = Object.keys(networks);
  const network = written.network ?? (names.length === 1 ? names[0] : undefined);
  if (network === undefined || !names.includes(network)) {
    const { position } = childOf(node, 'network') ?? node;
    const message =
      network === undefined
        ? `${name} is on ${names.length} networks; expected failover.network to say on which the alias is moved`
        : `${name} is not on the network ${network}; expected failover.network to be one that it is on`;
    const hint = names.length === 0 ? 'give it a network' : `it is on ${names.join(', ')}`;
    reportError(context, position, 'BadFailover', message, hint);
    return undefined;
  }
  return { to, alias: written.alias ?? name, network, standby: written.standby ?? 'stopped' };
}
