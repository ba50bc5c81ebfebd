// What an engine too old for it drops without a word: said by the plan, since the manifest asks for it in vain.

import { networksByPriority } from '../desired-state/network-order.ts';
import type { Workload } from '../desired-state/resource.ts';
import { refOf } from '../desired-state/resource.ts';
import { isBefore } from './drift-field.ts';
import type { Notice } from './plan.ts';

interface Feature {
  readonly name: string;
  readonly since: string;
  readonly docker: string;
  readonly field: string;
  readonly isUsed: (workload: Workload) => boolean;
}

const features: readonly Feature[] = [
  {
    name: 'annotations',
    since: '1.43',
    docker: '24',
    field: 'annotations',
    isUsed: ({ container }) => container.annotations !== undefined,
  },
  {
    name: 'mac_address of a further network',
    since: '1.44',
    docker: '25',
    field: 'networks',
    isUsed: ({ container }) =>
      networksByPriority(container.networks)
        .slice(1)
        .some(([, { macAddress }]) => macAddress !== undefined),
  },
  {
    name: 'gw_priority',
    since: '1.48',
    docker: '28',
    field: 'networks',
    isUsed: ({ container }) =>
      Object.values(container.networks).some(({ gatewayPriority }) => gatewayPriority !== undefined),
  },
];

export function droppedByEngine(workload: Workload, apiVersion: string): Notice[] {
  return features
    .filter(({ since, isUsed }) => isUsed(workload) && isBefore({ apiVersion }, since))
    .map(({ name, since, docker, field }) => ({
      ref: refOf(workload),
      reason: 'EngineTooOld',
      message: `${name} has no effect: it needs Docker ${docker} (API ${since}), and this engine speaks API ${apiVersion}`,
      position: workload.positions[`container.${field}`] ?? workload.position,
    }));
}
