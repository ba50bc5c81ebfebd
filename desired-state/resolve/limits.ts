// ResourceLimits → resources of workloads: which apply, which goes first, and that nothing reserves more than its limit.

import type { Position } from '../diagnostic.ts';
import type { DocumentOf } from '../manifest/document.ts';
import { labelsOf } from '../manifest/labels.ts';
import type { Resources, Tier } from '../resource.ts';
import { childOf, type Node, type Path, positionAt } from '../tree.ts';
import { parseSize } from '../units.ts';
import { type ResolveContext, reportError } from './context.ts';

export interface Limited {
  readonly kind: 'Service' | 'Agent';
  readonly name: string;
  readonly tier: Tier;
  readonly labels: Readonly<Record<string, string>>;
}

type LimitsDocument = DocumentOf<'ResourceLimits'>;

interface Found {
  readonly resources: Resources;
  /** Where each value was written. */
  readonly positions: Readonly<Partial<Record<keyof Resources, Position>>>;
}

/** Engine's default weight for one CPU's worth (docker run --cpu-shares). */
const sharesOfOneCpu = 1024;

/** What the written resources come to with all matching limits below them. */
export function withLimits(
  documents: readonly LimitsDocument[],
  workload: Limited,
  written: Resources,
): { readonly resources: Resources; readonly positions: Found['positions'] } {
  const matching = documents
    .map((document, index) => ({ document, index, rank: rankOf(document) }))
    .filter(({ document }) => matches(document, workload))
    // The least specific first: what comes later goes on top.
    .sort((a, b) => a.rank - b.rank || a.index - b.index);
  let resources: Resources = {};
  let positions: Found['positions'] = {};
  for (const { document } of matching) {
    const found = resourcesOf(document);
    resources = { ...resources, ...found.resources };
    positions = { ...positions, ...found.positions };
  }
  return { resources: { ...resources, ...written }, positions };
}

/** The most specific selector wins: name, labels, tier, kind, none. */
function rankOf({ spec }: LimitsDocument): number {
  const selector = spec?.value.selector;
  if (selector?.name !== undefined) return 4;
  if (selector?.labels !== undefined) return 3;
  if (selector?.tier !== undefined) return 2;
  return selector?.kind === undefined ? 0 : 1;
}

function matches({ spec }: LimitsDocument, workload: Limited): boolean {
  if (spec === undefined) return false;
  const { selector } = spec.value;
  if (selector === undefined) return true;
  const names = typeof selector.name === 'string' ? [selector.name] : selector.name;
  const labels = labelsOf(nodeAtPath(spec.node, ['selector', 'labels']));
  return (
    (selector.kind === undefined || selector.kind === workload.kind) &&
    (selector.tier === undefined || selector.tier === workload.tier) &&
    (names === undefined || names.includes(workload.name)) &&
    Object.entries(labels).every(([key, value]) => workload.labels[key] === value)
  );
}

function resourcesOf({ spec }: LimitsDocument): Found {
  if (spec === undefined) return { resources: {}, positions: {} };
  const { limits = {}, reservations = {} } = spec.value;
  const resources: { -readonly [K in keyof Resources]: Resources[K] } = {};
  const positions: Partial<Record<keyof Resources, Position>> = {};
  const set = (
    name: 'nanoCpus' | 'memoryBytes' | 'memoryReservationBytes' | 'pids' | 'cpuShares',
    value: number | undefined,
    path: Path,
  ): void => {
    if (value === undefined) return;
    resources[name] = value;
    positions[name] = positionAt(spec.node, path);
  };
  set('nanoCpus', limits.cpus === undefined ? undefined : Math.round(Number(limits.cpus) * 1e9), [
    'limits',
    'cpus',
  ]);
  set('memoryBytes', bytes(limits.memory), ['limits', 'memory']);
  set('pids', limits.pids, ['limits', 'pids']);
  set('memoryReservationBytes', bytes(reservations.memory), ['reservations', 'memory']);
  const weight =
    reservations.cpus === undefined
      ? undefined
      : Math.max(2, Math.round(Number(reservations.cpus) * sharesOfOneCpu));
  set('cpuShares', weight, ['reservations', 'cpus']);
  return { resources, positions };
}

function bytes(size: string | number | undefined): number | undefined {
  return size === undefined ? undefined : parseSize(String(size));
}

function nodeAtPath(node: Node, path: readonly string[]): Node | undefined {
  let at: Node | undefined = node;
  for (const key of path) at = at === undefined ? undefined : childOf(at, key);
  return at;
}

/** Nothing is kept more memory than it may use. */
export function checkReservation(
  context: ResolveContext,
  what: string,
  resources: Resources,
  at: Position,
): void {
  const { memoryBytes, memoryReservationBytes } = resources;
  if (
    memoryBytes === undefined ||
    memoryReservationBytes === undefined ||
    memoryReservationBytes <= memoryBytes
  )
    return;
  reportError(
    context,
    at,
    'ReservationAboveLimit',
    `${what}: the memory reservation of ${memoryReservationBytes} bytes is above the limit of ${memoryBytes} bytes`,
    'expected a reservation of at most the limit',
  );
}
