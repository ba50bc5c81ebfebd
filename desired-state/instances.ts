// Names of a workload's instances: `web` with 3 replicas is `web`, `web:2` and `web:3`. The first keeps the bare name,
// so that another number of replicas changes no identity; a colon stands in no name that a person may give.

/** Name of the instance with this number; numbers count from 1. */
export function instanceName(service: string, index: number): string {
  return index === 1 ? service : `${service}:${index}`;
}

/** `web` of `web:3`, and of `Service/web:3` its ref without the number. */
export function withoutIndex<T extends string>(name: T): T {
  return name.replace(/:\d+$/, '') as T;
}

/** 3 of `web:3`, 1 of `web`. */
export function indexOf(name: string): number {
  return Number(/:(\d+)$/.exec(name)?.[1] ?? 1);
}
