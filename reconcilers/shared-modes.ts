// Which namespaces a container shares with another, and what must be known of the two to judge it. Knows no rule.

import type { ContainerSpec } from '../desired-state/container-spec.ts';
import type { Workload } from '../desired-state/resource.ts';
import type { ObservedContainer } from './observed.ts';

export interface SharedMode {
  readonly field: 'networkMode' | 'pidMode' | 'ipcMode';
  readonly what: string;
  /** Name of the container as declared; its id as the engine has it. */
  readonly container: string;
}

const shareable = [
  ['networkMode', 'network'],
  ['pidMode', 'process namespace'],
  ['ipcMode', 'shared memory'],
] as const;

const nothing: readonly SharedMode[] = [];
const isShared = (mode: string | undefined): boolean => mode?.startsWith('container:') === true;

/** What a container shares with others: most share nothing, and are asked in each pass. */
export function sharedModes(spec: ContainerSpec): readonly SharedMode[] {
  if (!isShared(spec.networkMode) && !isShared(spec.pidMode) && !isShared(spec.ipcMode)) return nothing;
  return shareable.flatMap(([field, what]) => {
    const mode = spec[field];
    return mode?.startsWith('container:')
      ? [{ field, what, container: mode.slice('container:'.length) }]
      : [];
  });
}

/** Who began first only an inspect tells: the ids that lack one, of a workload that shares and of whom it shares with. */
export function namespaceDetailsMissing(
  workload: Workload,
  container: ObservedContainer,
  byName: ReadonlyMap<string, ObservedContainer>,
): readonly string[] {
  const shared = sharedModes(workload.container);
  if (shared.length === 0 || (container.state !== 'running' && container.state !== 'exited')) return [];
  const holders = shared.flatMap((m) => byName.get(m.container) ?? []);
  return [container, ...holders].filter((c) => c.detail === undefined).map((c) => c.id);
}
