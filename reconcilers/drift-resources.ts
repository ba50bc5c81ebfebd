// Limits and the restart policy: what the engine changes in place, and what it cannot take away again.

import type { Resources, RestartPolicy } from '../desired-state/container-spec.ts';
import { showBytes } from './drift-text.ts';

export function restartText(restart: RestartPolicy): string {
  const retries = restart.name === 'on-failure' ? (restart.maxRetries ?? 0) : 0;
  return retries > 0 ? `${restart.name}:${retries}` : restart.name;
}

export interface ResourceField {
  readonly name: keyof Resources;
  /** Docker 20.10 answers 200 to a limit set back to none and changes nothing; pids alone can be lifted (-1). */
  readonly removable: boolean;
  readonly show: (value: number | string) => string;
}

const plainText = (value: number | string): string => String(value);
const bytes = (value: number | string): string =>
  typeof value === 'number' && value > 0 ? showBytes(value) : String(value);

export const resourceFields: readonly ResourceField[] = [
  { name: 'nanoCpus', removable: false, show: (v) => (typeof v === 'number' ? `${v / 1e9} cpus` : v) },
  { name: 'memoryBytes', removable: false, show: bytes },
  { name: 'memorySwapBytes', removable: false, show: bytes },
  { name: 'memoryReservationBytes', removable: false, show: bytes },
  { name: 'pids', removable: true, show: plainText },
  { name: 'cpuShares', removable: false, show: plainText },
  { name: 'cpusetCpus', removable: false, show: plainText },
  { name: 'cpuPeriodUs', removable: false, show: plainText },
  { name: 'cpuQuotaUs', removable: false, show: plainText },
];

/** The limit as both sides mean it: 0, -1 (pids) and '' are none; swap unset beside memory is twice the memory. */
export function limitOf(resources: Resources, name: keyof Resources): number | string | undefined {
  const value = resources[name];
  if (name === 'memorySwapBytes') {
    if (value !== undefined && value !== 0) return value;
    return resources.memoryBytes ? 2 * resources.memoryBytes : undefined;
  }
  return value === undefined || value === '' || value === 0 || value === -1 ? undefined : value;
}

/** What `update` must send to bring the named limits to what is declared. Memory and swap go together, finite. */
export function updateOf(desired: Resources, fields: readonly (keyof Resources)[]): Resources {
  const wanted = new Set(fields);
  if (wanted.has('memoryBytes') || wanted.has('memorySwapBytes')) {
    wanted.add('memoryBytes');
    wanted.add('memorySwapBytes');
  }
  const update: Record<string, number | string> = {};
  for (const { name, removable } of resourceFields) {
    if (!wanted.has(name)) continue;
    const value = limitOf(desired, name);
    if (value !== undefined) update[name] = value;
    else if (removable) update[name] = -1;
  }
  return update;
}

/** A quota that the manifest does not ask for is what an older client made of `cpus`. */
export function inCpus(observed: Resources, desired: Resources): Resources {
  const { cpuQuotaUs, cpuPeriodUs, ...rest } = observed;
  if (desired.cpuQuotaUs !== undefined || desired.cpuPeriodUs !== undefined) return observed;
  if (!cpuQuotaUs || cpuQuotaUs < 0 || observed.nanoCpus !== undefined) return observed;
  return { ...rest, nanoCpus: Math.round((cpuQuotaUs / (cpuPeriodUs || 100_000)) * 1e9) };
}
