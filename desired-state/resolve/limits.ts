// ResourceLimits → resources of workloads: which apply, which goes first, and that nothing is kept more than it may use.

import type { Position } from '../diagnostic.ts';
import type { DocumentOf } from '../manifest/document.ts';
import { labelsOf } from '../manifest/labels.ts';
import type { Resources, Tier } from '../resource.ts';
import { childOf, type Path, positionAt } from '../tree.ts';
import { formatSize, parseSize } from '../units.ts';
import { type ResolveContext, reportError } from './context.ts';

export interface Limited {
  readonly kind: 'Service' | 'Agent';
  readonly name: string;
  readonly tier: Tier;
  readonly labels: Readonly<Record<string, string>>;
}

type ByField<T> = Readonly<Partial<Record<keyof Resources, T>>>;

export interface Found {
  readonly resources: Resources;
  /** Where each value that came from a ResourceLimits was written. */
  readonly positions: ByField<Position>;
  /** Which ResourceLimits it came from; absent: the workload wrote it. */
  readonly sources: ByField<object>;
}

export interface Limits {
  /** What the written resources come to with all matching limits below them. */
  of(workload: Limited, written: Resources): Found;
}

interface Rule {
  readonly resources: Resources;
  readonly positions: ByField<Position>;
  readonly selector: Selector;
  readonly labels: Readonly<Record<string, string>>;
}
type Selector = NonNullable<NonNullable<DocumentOf<'ResourceLimits'>['spec']>['value']['selector']>;

/** The engine's default weight: what one CPU's worth is taken for. */
export const sharesOfOneCpu = 1024;
/** The engine refuses less (measured: docker 20.10). */
const leastMemoryBytes = 6 * 1024 * 1024;

export function makeLimits(
  context: Pick<ResolveContext, 'diagnostics'>,
  documents: Iterable<DocumentOf<'ResourceLimits'>>,
): Limits {
  const rules = [...documents].flatMap((document) => ruleOf(document) ?? []);
  for (const rule of rules) checkRule(context, rule);
  // The least specific first, in the order of the load: what comes later goes on top.
  const ordered = rules
    .map((rule, index) => ({ rule, index, rank: rankOf(rule.selector) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ rule }) => rule);
  return {
    of: (workload, written) => {
      const resources: Record<string, unknown> = {};
      const positions: Record<string, Position> = {};
      const sources: Record<string, object> = {};
      for (const rule of ordered) {
        if (!selects(rule.selector, rule.labels, workload)) continue;
        Object.assign(resources, rule.resources);
        Object.assign(positions, rule.positions);
        for (const field of Object.keys(rule.resources)) sources[field] = rule;
      }
      for (const field of Object.keys(written)) {
        delete positions[field];
        delete sources[field];
      }
      return { resources: { ...resources, ...written }, positions, sources };
    },
  };
}

/** The most specific selector wins: name, labels, tier, kind, none. */
function rankOf({ name, labels, tier, kind }: Selector): number {
  if (name !== undefined) return 4;
  if (labels !== undefined) return 3;
  if (tier !== undefined) return 2;
  return kind === undefined ? 0 : 1;
}

export function selects(
  selector: Selector,
  labels: Readonly<Record<string, string>>,
  workload: Limited,
): boolean {
  return (
    (selector.kind === undefined || selector.kind === workload.kind) &&
    (selector.tier === undefined || selector.tier === workload.tier) &&
    (selector.name === undefined || [selector.name].flat().includes(workload.name)) &&
    Object.entries(labels).every(([key, value]) => workload.labels[key] === value)
  );
}

function ruleOf({ spec }: DocumentOf<'ResourceLimits'>): Rule | undefined {
  if (spec === undefined) return undefined;
  const { limits = {}, reservations = {}, selector = {} } = spec.value;
  const resources: { -readonly [K in keyof Resources]: Resources[K] } = {};
  const positions: Partial<Record<keyof Resources, Position>> = {};
  const set = (name: Amount, value: number | undefined, path: Path): void => {
    if (value === undefined) return;
    resources[name] = value;
    positions[name] = positionAt(spec.node, path);
  };
  set('nanoCpus', scaled(limits.cpus, 1e9), ['limits', 'cpus']);
  set('memoryBytes', bytes(limits.memory), ['limits', 'memory']);
  set('pids', limits.pids, ['limits', 'pids']);
  set('memoryReservationBytes', bytes(reservations.memory), ['reservations', 'memory']);
  // Two is the least that the kernel takes.
  const shares = scaled(reservations.cpus, sharesOfOneCpu);
  set('cpuShares', shares === undefined ? undefined : Math.max(2, shares), ['reservations', 'cpus']);
  const node = childOf(spec.node, 'selector');
  return {
    resources,
    positions,
    selector,
    labels: labelsOf(node && childOf(node, 'labels')),
  };
}
type Amount = 'nanoCpus' | 'memoryBytes' | 'memoryReservationBytes' | 'pids' | 'cpuShares';

function bytes(size: string | number | undefined): number | undefined {
  return size === undefined ? undefined : parseSize(String(size));
}

function scaled(cpus: string | number | undefined, by: number): number | undefined {
  return cpus === undefined ? undefined : Math.round(Number(cpus) * by);
}

/** What is wrong with one ResourceLimits by itself, whomever it selects. */
function checkRule(context: Pick<ResolveContext, 'diagnostics'>, { resources, positions }: Rule): void {
  const { memoryBytes, memoryReservationBytes, nanoCpus, cpuShares } = resources;
  checkLeastMemory(context, memoryBytes, positions.memoryBytes);
  if (positions.memoryReservationBytes && memoryBytes !== undefined && memoryReservationBytes !== undefined) {
    if (memoryReservationBytes > memoryBytes) {
      const message = `memory reservation ${formatSize(memoryReservationBytes)} is above the limit ${formatSize(memoryBytes)}; expected at most the limit`;
      reportError(context, positions.memoryReservationBytes, 'ReservationAboveLimit', message);
    }
  }
  if (positions.cpuShares && nanoCpus !== undefined && cpuShares !== undefined) {
    if (cpuShares > Math.ceil((nanoCpus / 1e9) * sharesOfOneCpu)) {
      const message = `cpus reservation ${cpuShares / sharesOfOneCpu} is above the limit ${nanoCpus / 1e9}; expected at most the limit`;
      reportError(context, positions.cpuShares, 'ReservationAboveLimit', message);
    }
  }
}

/** Told before the engine refuses it. */
export function checkLeastMemory(
  context: Pick<ResolveContext, 'diagnostics'>,
  memoryBytes: number | undefined,
  at: Position | undefined,
): void {
  if (at === undefined || memoryBytes === undefined || memoryBytes >= leastMemoryBytes) return;
  const message = `memory limit ${formatSize(memoryBytes)} is below ${formatSize(leastMemoryBytes)}, the least that the engine takes`;
  reportError(context, at, 'BadRange', message);
}

/**
 * A reservation and a limit from two places that do not go together, at the reservation. Both from the workload, or
 * both from one ResourceLimits, have been told there. Says no workload's name: for many of them it is one mistake.
 */
export function checkReservation(
  context: Pick<ResolveContext, 'diagnostics'>,
  { resources, sources }: Found,
  positions: Readonly<Record<string, Position>>,
): void {
  const { memoryBytes: limit, memoryReservationBytes: reservation } = resources;
  const at = positions['container.resources.memoryReservationBytes'];
  const limitAt = positions['container.resources.memoryBytes'];
  if (limit === undefined || reservation === undefined || reservation <= limit || !at || !limitAt) return;
  if (sources.memoryBytes === sources.memoryReservationBytes) return;
  const where = `${limitAt.file}:${limitAt.line}:${limitAt.column}`;
  const message = `memory reservation ${formatSize(reservation)} is above the limit ${formatSize(limit)} of ${where}; expected at most the limit`;
  reportError(context, at, 'ReservationAboveLimit', message);
}
