// Namespaces shared with another container (`network_mode: service:x`, `pid`, `ipc`). The engine joins them once, at the
// start, and knows the other by id: when the other starts anew those who share are left in a namespace without it, and
// when it ends its process namespace ends with all in it (measured on 20.10).

import type { ObservedContainer } from './observed.ts';
import { type SharedMode, sharedModes } from './shared-modes.ts';
import type { Situation } from './situation.ts';

/** All that differs is whose namespaces it is in, and it was made to this very declaration: the other was made anew. */
export function joinsAnew(s: Situation): boolean {
  const recreates = s.drift.filter((d) => d.act === 'recreate');
  const shared = new Set<string>(sharedModes(s.workload.container).map((m) => m.field));
  const before = s.container?.detail === undefined ? [] : sharedModes(s.container.detail.spec);
  return (
    recreates.length > 0 &&
    recreates.every((d) => shared.has(d.field) && before.some((m) => m.field === d.field)) &&
    s.container?.labels['reeve.spec-hash'] === s.hash
  );
}

/** Runs in a namespace that the one it shares with has left. */
export function isStranded(s: Situation): boolean {
  // One made anew cannot be joined by a restart.
  return !s.drift.some((d) => d.act === 'recreate') && holderStartedAfter(s) !== undefined;
}

/** The container that it shares with and that has been started since; both by the engine's own clock. */
function holderStartedAfter(s: Situation): ObservedContainer | undefined {
  const { container } = s;
  const startedAt = container?.detail?.startedAt;
  if (container?.state !== 'running' || startedAt === undefined) return undefined;
  return holdersOf(s, container).find(
    (h) => h.state === 'running' && h.detail !== undefined && h.detail.startedAt > startedAt,
  );
}

/** The kernel kills what is left in a process namespace within this of its first process' end. */
const endsTogetherMs = 2_000;

/** The container in whose process namespace it was, where it was killed with it. */
export function endedWithHolder(s: Situation): ObservedContainer | undefined {
  const { container } = s;
  if (container?.detail === undefined || container.detail.exitCode !== 137) return undefined;
  const { finishedAt } = container.detail;
  return holdersOf(s, container, 'pidMode').find(
    (h) => h.detail !== undefined && Math.abs(h.detail.finishedAt - finishedAt) < endsTogetherMs,
  );
}

/** The end of two that end together is told one after the other, in any order: so long the second is waited for. */
const toldTogetherMs = 500;

/** Killed a moment ago, and the container in whose process namespace it was may be about to be told as ended too. */
export function mayHaveEndedWithHolder(s: Situation): boolean {
  const { container } = s;
  if (container?.detail === undefined || container.detail.exitCode !== 137) return false;
  return (
    Math.abs(s.now - container.detail.finishedAt) < toldTogetherMs &&
    holdersOf(s, container, 'pidMode').length > 0 &&
    endedWithHolder(s) === undefined
  );
}

export function endingWords(s: Situation): { readonly message: string; readonly nextAt: number } {
  return {
    message:
      'it was killed; whether it ended with the container whose process namespace it shares is seen in a moment',
    nextAt: (s.container?.detail?.finishedAt ?? s.now) + toldTogetherMs,
  };
}

/** Why only a new container will do. */
export function replacedWords(s: Situation): string {
  const { containersByName } = s.setting.world;
  const whose = sharedModes(s.workload.container).map(
    ({ what, container }) => `the ${what} of ${nameOf(s, containersByName.get(container))}`,
  );
  return `it shares ${whose.join(' and ')}, whose container was made anew; only a new container can join that`;
}

export function endedWords(s: Situation): string {
  return `it ended with ${nameOf(s, endedWithHolder(s))}, whose process namespace it shares`;
}

export function strandedWords(s: Situation): string {
  const shared = sharedModes(s.workload.container).map((m) => m.what);
  return `${nameOf(s, holderStartedAfter(s))} was started again and left the ${shared.join(' and ')} that it shares with it`;
}

/** `Service/vpn`, or the name of a container that is not ours. */
function nameOf(s: Situation, holder: ObservedContainer | undefined): string {
  return s.setting.world.refOfContainer.get(holder?.id ?? '') ?? holder?.name ?? 'another container';
}

/** As the engine has them, by id. */
function holdersOf(
  s: Situation,
  { detail }: ObservedContainer,
  only?: SharedMode['field'],
): readonly ObservedContainer[] {
  if (detail === undefined) return [];
  return sharedModes(detail.spec).flatMap(({ field, container }) => {
    const holder = s.setting.world.containersById.get(container);
    return holder === undefined || (only !== undefined && field !== only) ? [] : [holder];
  });
}
