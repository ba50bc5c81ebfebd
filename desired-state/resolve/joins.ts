// Networks and volumes that a workload uses: each must be declared, and every network knows the workload by its name.

import type { NormalizedContainer } from '../container/normalize.ts';
import type { NetworkAttachment } from '../container-spec.ts';
import { type ResolveContext, reportMissing } from './context.ts';
import type { Declared, WorkloadSource } from './declared.ts';

/** Every network has the workload's name as an alias; without a word about networks it joins `default`. */
export function networksOf(
  context: ResolveContext,
  declared: Declared,
  source: WorkloadSource,
  { container, networks }: NormalizedContainer,
): Record<string, NetworkAttachment> {
  for (const { name, position } of networks) {
    if (name === 'default' || declared.networks.has(name)) continue;
    reportMissing(
      context,
      position,
      'Network',
      name,
      declared.networks.keys(),
      source.compose ? 'declare it under networks' : 'declare it with kind: Network',
    );
  }
  const joined = Object.entries(container.networks);
  if (joined.length === 0 && container.networkMode === undefined) joined.push(['default', {}]);
  return Object.fromEntries(
    joined.map(([name, attachment]) => [
      name,
      { ...attachment, aliases: [...new Set([source.name, ...(attachment.aliases ?? [])])] },
    ]),
  );
}

export function checkVolumes(
  context: ResolveContext,
  declared: Declared,
  source: WorkloadSource,
  { volumes }: NormalizedContainer,
): void {
  for (const { name, position } of volumes) {
    if (declared.volumes.has(name)) continue;
    reportMissing(
      context,
      position,
      'Volume',
      name,
      declared.volumes.keys(),
      source.compose ? 'declare it under volumes' : 'declare it with kind: Volume',
    );
  }
}
