// ResourceLimits → resources of workloads: which apply, which goes first, and that nothing is kept more than it may use.

import type { Resources } from '../container-spec.ts';
import { type Position, place } from '../diagnostic.ts';
import type { DocumentOf } from '../manifest/document.ts';
import { labelsOf } from '../manifest/labels.ts';
import type { Tier } from '../resource.ts';
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
  readonly sources: ByField<Rule>;
}

export interface Limits {
  /** What the written resources come to with all matching limits below them. */
  of(workload: Limited, written: Resources): Found;
}

interface Rule {
  readonly resources: Resources;
  readonly positions: ByField<Position>;
  /** What `cpuShares` stands for, as it was written. */
  readonly reservedNanoCpus: number | undefined;
  readonly selector: Selector;
  readonly labels: Readonly<Record<string, string>>;
}
type Selector = NonNullable<NonNullable<DocumentOf<'ResourceLimits'>['spec']>['value']['selector']>;

/** The engine's default weight: what one CPU's worth is taken for. */
const sharesOfOneCpu = 1024;
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
      const sources: Record<string, Rule> = {};
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
    reservedNanoCpus: scaled(reservations.cpus, 1e9),
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
function checkRule(context: Pick<ResolveContext, 'diagnostics'>, rule: Rule): void {
  const { resources, positions, reservedNanoCpus } = rule;
  checkLeastMemory(context, resources.memoryBytes, positions.memoryBytes);
  checkPair(context, {
    what: memory,
    limit: resources.memoryBytes,
    reservation: resources.memoryReservationBytes,
    at: positions.memoryReservationBytes,
  });
  const { nanoCpus } = resources;
  checkPair(context, { what: cpus, limit: nanoCpus, reservation: reservedNanoCpus, at: positions.cpuShares });
}

interface Amounts {
  readonly name: string;
  readonly format: (amount: number) => string;
}

const memory: Amounts = { name: 'memory', format: formatSize };
const cpus: Amounts = { name: 'cpus', format: (nanoCpus) => String(nanoCpus / 1e9) };

interface Pair {
  readonly what: Amounts;
  readonly limit: number | undefined;
  readonly reservation: number | undefined;
  /** Where the reservation stands. */
  readonly at: Position | undefined;
  /** Where the limit stands, if that is elsewhere. */
  readonly limitAt?: Position;
}

function checkPair(
  context: Pick<ResolveContext, 'diagnostics'>,
  { what: { name, format }, limit, reservation, at, limitAt }: Pair,
): void {
  if (limit === undefined || reservation === undefined || reservation <= limit || at === undefined) return;
  const where = limitAt === undefined ? '' : ` of ${place(limitAt)}`;
  const message = `${name} reservation ${format(reservation)} is above the limit ${format(limit)}${where}; expected at most the limit`;
  reportError(context, at, 'ReservationAboveLimit', message);
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
  reservedNanoCpus: number | undefined,
  positions: Readonly<Record<string, Position>>,
): void {
  const placeOf = (field: string): Position | undefined => positions[`container.${field}`];
  const [memoryAt, cpusAt] = [placeOf('resources.memoryBytes'), placeOf('resources.nanoCpus')];
  if (memoryAt !== undefined && sources.memoryBytes !== sources.memoryReservationBytes) {
    const { memoryBytes: limit, memoryReservationBytes: reservation } = resources;
    const at = placeOf('resources.memoryReservationBytes');
    checkPair(context, { what: memory, limit, reservation, at, limitAt: memoryAt });
  }
  const own = placeOf('reservedNanoCpus');
  if (cpusAt !== undefined && sources.nanoCpus !== (own === undefined ? sources.cpuShares : undefined)) {
    const at = own ?? placeOf('resources.cpuShares');
    checkPair(context, {
      what: cpus,
      limit: resources.nanoCpus,
      reservation: reservedNanoCpus,
      at,
      limitAt: cpusAt,
    });
  }
}
