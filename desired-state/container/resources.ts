// Limits and reservations: Compose's plain fields and deploy.resources say the same things twice; both written, they
// must agree. Checks reservations against limits; whether the host has that much is not known here.

import type { Resources } from '../container-spec.ts';
import type { MapNode, Node } from '../tree.ts';
import { formatSize } from '../units.ts';
import { fieldOf, present, reject, type Scope } from './scope.ts';
import { durationOf, integerOf, numberIn, quote, sizeOf, textOf } from './values.ts';

type Reader = (scope: Scope, node: Node | undefined) => number | undefined;

interface Twice {
  readonly as: string;
  readonly plain: string;
  readonly part: 'limits' | 'reservations';
  readonly key: string;
  readonly read: Reader;
}

const limit = (as: string, plain: string, key: string, read: Reader): Twice => ({
  as,
  plain,
  part: 'limits',
  key,
  read,
});

const cpus = limit('resources.cpus', 'cpus', 'cpus', nanoCpusOf);
const memory = limit('resources.memory', 'mem_limit', 'memory', (scope, node) =>
  zeroIsNone(sizeOf(scope, node)),
);
const pids = limit('resources.pids', 'pids_limit', 'pids', (scope, node) =>
  zeroIsNone(integerOf(scope, node, { min: -1, max: 4_194_304 })),
);
const reservation: Twice = {
  as: 'resources.memoryReservation',
  plain: 'mem_reservation',
  part: 'reservations',
  key: 'memory',
  read: (scope, node) => zeroIsNone(sizeOf(scope, node)),
};

export function resourcesOf(scope: Scope, node: MapNode): Resources {
  const memoryBytes = written(scope, node, memory);
  const memoryReservationBytes = written(scope, node, reservation);
  const nanoCpus = written(scope, node, cpus);
  const shares = once(scope, node, 'cpu_shares', 'resources.cpuShares');
  const swap = once(scope, node, 'memswap_limit', 'resources.memorySwap');
  const memorySwapBytes = zeroIsNone(sizeOf(scope, swap, true));
  checkReservations(scope, node, { nanoCpus, memoryBytes, memoryReservationBytes });
  checkSwap(scope, swap, memoryBytes, memorySwapBytes);
  const quota = fieldOf(node, 'cpu_quota') ?? fieldOf(node, 'cpu_period');
  if (quota && nanoCpus !== undefined) {
    const message = 'cpus stands for cpu_period and cpu_quota, expected one or the other';
    reject(scope, quota, 'ConflictingLimits', message);
  }
  return present({
    nanoCpus,
    memoryBytes,
    memorySwapBytes,
    memoryReservationBytes,
    pids: written(scope, node, pids),
    cpuShares: zeroIsNone(integerOf(scope, shares, { min: 0, max: 262_144 })),
    cpusetCpus: cpusetOf(scope, once(scope, node, 'cpuset', 'resources.cpuset')),
    cpuPeriodUs: zeroIsNone(microsecondsOf(scope, once(scope, node, 'cpu_period', 'resources.cpuPeriod'))),
    cpuQuotaUs: zeroIsNone(microsecondsOf(scope, once(scope, node, 'cpu_quota', 'resources.cpuQuota'))),
  });
}

/** A number is microseconds; a duration has its unit. */
export function microsecondsOf(scope: Scope, node: Node | undefined): number | undefined {
  const written = numberIn(node);
  if (node === undefined || written === undefined) return undefined;
  if (!Number.isNaN(written)) return integerOf(scope, node, { min: -1 });
  const ms = durationOf(scope, node);
  return ms === undefined ? undefined : Math.round(ms * 1000);
}

function once(scope: Scope, node: MapNode, key: string, as: string): Node | undefined {
  const child = fieldOf(node, key);
  if (child) scope.positions[as] = child.position;
  return child;
}

function deployNode(node: MapNode, part: Twice['part'], key: string): Node | undefined {
  const steps = ['deploy', 'resources', part, key];
  return steps.reduce<Node | undefined>((at, step) => at && fieldOf(at, step), node);
}

function written(scope: Scope, node: MapNode, { as, plain, part, key, read }: Twice): number | undefined {
  const plainNode = fieldOf(node, plain);
  const deployed = deployNode(node, part, key);
  const source = deployed ?? plainNode;
  if (source) scope.positions[as] = source.position;
  const plainValue = read(scope, plainNode);
  const deployValue = read(scope, deployed);
  if (
    plainNode &&
    deployed &&
    plainValue !== undefined &&
    deployValue !== undefined &&
    plainValue !== deployValue
  ) {
    const message = `${plain} is ${quote(plainNode)} but deploy.resources.${part}.${key} is ${quote(deployed)}, expected one value`;
    const later = deployed.position.line < plainNode.position.line ? plainNode : deployed;
    reject(scope, later, 'ConflictingResources', message, `take one of the two away`);
  }
  return deployValue ?? plainValue;
}

/** The engine reads 0 as "not set". */
function zeroIsNone(value: number | undefined): number | undefined {
  return value === 0 ? undefined : value;
}

function nanoCpusOf(scope: Scope, node: Node | undefined): number | undefined {
  const value = numberIn(node);
  if (node === undefined || value === undefined) return undefined;
  if (Number.isFinite(value) && value >= 0) return zeroIsNone(Math.round(value * 1e9));
  return reject(scope, node, 'BadNumber', `bad number of CPUs ${quote(node)}, expected for example 0.5 or 2`);
}

function cpusetOf(scope: Scope, node: Node | undefined): string | undefined {
  const text = textOf(node);
  if (node === undefined || text === undefined || text === '') return undefined;
  if (/^\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*$/.test(text)) return text;
  return reject(scope, node, 'BadCpuset', `bad CPU set ${quote(node)}, expected for example 0-3 or 0,1`);
}

/** CPUs that are promised: no engine's limit, and part of the sum that is held against the host. */
export function reservedNanoCpusOf(scope: Scope, node: MapNode): number | undefined {
  const written = deployNode(node, 'reservations', 'cpus');
  if (written) scope.positions['reservedNanoCpus'] = written.position;
  const value = numberIn(written);
  return value !== undefined && Number.isFinite(value) && value > 0 ? Math.round(value * 1e9) : undefined;
}

interface Amounts {
  readonly nanoCpus: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly memoryReservationBytes: number | undefined;
}

function checkReservations(scope: Scope, node: MapNode, amounts: Amounts): void {
  const cpuNode = deployNode(node, 'reservations', 'cpus');
  const reservedCpus = nanoCpusOf(scope, cpuNode);
  if (cpuNode && above(reservedCpus, amounts.nanoCpus)) {
    const message = `reserved CPUs ${quote(cpuNode)} are more than the limit, expected at most ${(amounts.nanoCpus ?? 0) / 1e9}`;
    reject(scope, cpuNode, 'ReservationAboveLimit', message);
  }
  const memoryNode = deployNode(node, 'reservations', 'memory') ?? fieldOf(node, 'mem_reservation');
  if (memoryNode && above(amounts.memoryReservationBytes, amounts.memoryBytes)) {
    const message = `reserved memory ${quote(memoryNode)} is more than the limit, expected at most ${formatSize(amounts.memoryBytes ?? 0)}`;
    reject(scope, memoryNode, 'ReservationAboveLimit', message);
  }
}

function checkSwap(
  scope: Scope,
  node: Node | undefined,
  memoryBytes: number | undefined,
  swap: number | undefined,
): void {
  if (node === undefined || swap === undefined || swap === -1) return;
  if (memoryBytes === undefined) {
    reject(scope, node, 'BadSize', 'memswap_limit without a memory limit, expected mem_limit beside it');
  } else if (swap < memoryBytes) {
    const message = `bad size ${quote(node)}: memory and swap together are less than the memory limit of ${memoryBytes} bytes`;
    reject(scope, node, 'BadSize', message);
  }
}

function above(reserved: number | undefined, limited: number | undefined): boolean {
  return reserved !== undefined && limited !== undefined && reserved > limited;
}
