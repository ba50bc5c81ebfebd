// Limits and restart policy in the engine's form, for create and update alike. Pure.

import type { Resources, RestartPolicy } from '../../desired-state/container-spec.ts';

/** Limits as `HostConfig` has them. */
export function resourcesBody(resources: Resources): Record<string, number | string> {
  const body: Record<string, number | string | undefined> = {
    NanoCpus: resources.nanoCpus,
    Memory: resources.memoryBytes,
    MemorySwap: resources.memorySwapBytes,
    MemoryReservation: resources.memoryReservationBytes,
    PidsLimit: resources.pids,
    CpuShares: resources.cpuShares,
    CpusetCpus: resources.cpusetCpus,
    CpuPeriod: resources.cpuPeriodUs,
    CpuQuota: resources.cpuQuotaUs,
  };
  return Object.fromEntries(
    Object.entries(body).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

/**
 * The body of an update. Memory never goes without MemorySwap: the engine refuses a memory limit above the swap limit
 * that is in force, so an absent one becomes what a create would have made of it (twice the memory).
 */
export function updateBody(resources: Resources, restart: RestartPolicy | undefined): object {
  const { memoryBytes, memorySwapBytes } = resources;
  const swap =
    memoryBytes !== undefined && memorySwapBytes === undefined ? { MemorySwap: memoryBytes * 2 } : {};
  return {
    ...resourcesBody(resources),
    ...swap,
    ...(restart === undefined
      ? {}
      : { RestartPolicy: { Name: restart.name, MaximumRetryCount: restart.maxRetries ?? 0 } }),
  };
}
