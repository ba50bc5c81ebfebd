// Parts of a container in short words, as a person would write them in Compose.

import type { Mount, PortBinding, Resources } from '../../../desired-state/container-spec.ts';

/** `0.5 cpus, 512 MiB, 200 pids, 64 MiB reserved`. */
export function limitsText(resources: Resources): string {
  const { nanoCpus, memoryBytes, pids, memoryReservationBytes, cpuShares, cpusetCpus } = resources;
  const parts = [
    nanoCpus === undefined ? undefined : `${nanoCpus / 1e9} cpus`,
    memoryBytes === undefined ? undefined : bytes(memoryBytes),
    pids === undefined ? undefined : `${pids} pids`,
    memoryReservationBytes === undefined ? undefined : `${bytes(memoryReservationBytes)} reserved`,
    cpuShares === undefined ? undefined : `${cpuShares} cpu shares`,
    cpusetCpus === undefined ? undefined : `on cpus ${cpusetCpus}`,
  ];
  return parts.filter((part) => part !== undefined).join(', ') || 'none';
}

export function portText({ hostIp, published, publishedEnd, target, protocol }: PortBinding): string {
  const end = publishedEnd === undefined ? '' : `-${publishedEnd}`;
  const host =
    published === undefined ? '' : `${hostIp === undefined ? '' : `${hostIp}:`}${published}${end}:`;
  return `${host}${target}${protocol === 'tcp' ? '' : `/${protocol}`}`;
}

export function mountText({ type, source, target, readOnly }: Mount): string {
  const from = source ?? (type === 'volume' ? '(anonymous volume)' : type);
  return `${from}:${target}${readOnly === true ? ':ro' : ''}`;
}

function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number(value.toFixed(1))} ${units[unit]}`;
}
