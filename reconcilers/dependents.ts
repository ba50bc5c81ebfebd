// When those that were held for a dependency may be restarted, now that it is ready again: each is given the time in which
// it would see that by itself, and they go in waves. Pure.

import { isWorkload, type Ref, refOf, type Workload } from '../desired-state/resource.ts';
import type { Revision } from '../desired-state/revision.ts';
import type { ResourceStatus } from './condition.ts';
import type { Facts } from './facts.ts';

/** The runbook's batch, and how far apart they are. */
const waveSize = 5;
const waveMs = 10_000;
const unknownCheckMs = 10_000;

type HeldFor = Facts['heldFor'][Ref];

/** What is to be remembered of each that differs from `facts`; undefined: forgotten. */
export function heldForChanges(
  { resources }: Revision,
  statuses: readonly ResourceStatus[],
  { heldFor }: Facts,
  now: number,
): readonly { readonly ref: Ref; readonly value: HeldFor | undefined }[] {
  const reasons = new Map(
    statuses.flatMap(({ ref, conditions }) => {
      const found = conditions.find((c) => c.type === 'Degraded' && c.status && held.has(c.reason));
      return found === undefined ? [] : [[ref, found.reason] as const];
    }),
  );
  const known = Object.keys(heldFor) as Ref[];
  const workloads = new Map(resources.filter(isWorkload).map((w) => [refOf(w), w]));
  const waiting = [...reasons].filter(
    ([ref, reason]) =>
      reason === 'DependencyNotReady' && (heldFor[ref] === undefined || heldFor[ref].freeAt !== undefined),
  );
  const freed = [...reasons].filter(
    ([ref, reason]) => reason === 'DependencyBack' && heldFor[ref]?.freeAt === undefined,
  );
  return [
    ...waiting.map(([ref]) => ({ ref, value: { at: now } })),
    ...freed.map(([ref], i) => ({
      ref,
      value: {
        at: heldFor[ref]?.at ?? now,
        freeAt: now + checkMs(workloads.get(ref)) + Math.floor(i / waveSize) * waveMs,
      },
    })),
    ...known.filter((ref) => !reasons.has(ref)).map((ref) => ({ ref, value: undefined })),
  ];
}

/** Reasons of conditions: it fails and is held; it fails, and what it was held for is ready again. */
const held = new Set(['DependencyNotReady', 'DependencyBack']);

export function isHeldReason(reason: string): boolean {
  return held.has(reason);
}

/** Until its own probe or healthcheck has looked once more. */
function checkMs(workload: Workload | undefined): number {
  const { probe, container } = workload ?? {};
  if (probe !== undefined) return probe.everyMs + probe.timeoutMs;
  const check = container?.healthcheck;
  return check === undefined ? unknownCheckMs : (check.intervalMs ?? 30_000) + (check.timeoutMs ?? 0);
}
