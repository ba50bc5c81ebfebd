// Fields that say what of the host a container gets and how it is run there: rows of the drift table.

import type { BlockIo, ContainerSpec, DeviceRequest } from '../desired-state/container-spec.ts';
import { type Canonical, list, number, set, text } from './canonical.ts';
import { type DriftContext, type Field, isBefore, plain, whereSet } from './drift-field.ts';
import { meantLinks } from './links.ts';
import { identityLabels } from './observed.ts';

/** Of API 1.43: an older engine drops them without a word. */
const annotationsSince = '1.43';

export const machineFields = {
  annotations: {
    act: 'recreate',
    desired: (p) =>
      isBefore(p.context, annotationsSince) ? undefined : (p.workload.container.annotations ?? {}),
    observed: (p) => (isBefore(p.context, annotationsSince) ? undefined : (p.detail.spec.annotations ?? {})),
  },
  blockIo: plain((s) => blockIo(s.blockIo)),
  // The engine fills in its own.
  cgroupMode: whereSet((s) => text(s.cgroupMode)),
  cpuRealtimePeriodUs: plain((s) => number(s.cpuRealtimePeriodUs)),
  cpuRealtimeRuntimeUs: plain((s) => number(s.cpuRealtimeRuntimeUs)),
  cpuCount: plain((s) => number(s.cpuCount)),
  // Of Windows: an engine on Linux drops it.
  cpuPercent: plain(() => undefined),
  memorySwappiness: plain((s) => number(s.memorySwappiness)),
  deviceCgroupRules: plain((s) => list(s.deviceCgroupRules)),
  deviceRequests: plain((s) => set(s.deviceRequests?.map(deviceRequest))),
  isolation: plain((s) => text(s.isolation, 'default')),
  links: {
    act: 'recreate',
    desired: (p) => links(p.workload.container, p.context),
    observed: (p) => links(p.detail.spec, p.context),
  },
  // The engine shows no more than the operating system: known by a label of ours, so unknown of what others made.
  platform: {
    act: 'recreate',
    desired: (p) => p.workload.container.platform,
    observed: (p) =>
      identityLabels.name in p.detail.spec.labels ? p.detail.spec.platform : p.workload.container.platform,
  },
  storageOpt: plain((s) => s.storageOpt ?? {}),
  volumesFrom: {
    act: 'recreate',
    desired: (p) => set(p.workload.container.volumesFrom),
    observed: (p) =>
      set(
        p.detail.spec.volumesFrom?.map((from) => {
          const [container = '', mode] = from.split(':');
          const { containerNames, workloadsByName } = p.context;
          const workload = workloadsByName?.get(container);
          const name = containerNames?.get(container) ?? workload?.containerName ?? container;
          return mode?.split(',').includes('ro') ? `${name}:ro` : name;
        }),
      ),
  },
} as const satisfies Partial<Record<keyof ContainerSpec, Field>>;

function links(spec: ContainerSpec, { platform = '', workloadsByName = new Map() }: DriftContext): Canonical {
  return spec.links && set(meantLinks(spec.links, platform, workloadsByName));
}

function blockIo(value: BlockIo | undefined): Canonical {
  if (value === undefined) return {};
  const { weight, weightDevices = [], ...rates } = value;
  const found: [string, string][] = [];
  if (weight) found.push(['weight', String(weight)]);
  for (const { path, weight: own } of weightDevices) found.push([`weight ${path}`, String(own)]);
  for (const [kind, devices] of Object.entries(rates)) {
    for (const { path, rate } of devices) found.push([`${kind} ${path}`, String(rate)]);
  }
  return Object.fromEntries(found);
}

function deviceRequest({ driver, count, deviceIds, capabilities, options }: DeviceRequest): string {
  const named = Object.entries(options ?? {}).map(([key, value]) => `${key}=${value}`);
  return [
    driver === undefined ? '' : `driver ${driver}`,
    count === undefined || count === 0 ? '' : `count ${count}`,
    deviceIds === undefined || deviceIds.length === 0 ? '' : `ids ${set(deviceIds)}`,
    capabilities.length === 0 ? '' : `capabilities ${set(capabilities)}`,
    named.length === 0 ? '' : `options ${set(named)}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}
