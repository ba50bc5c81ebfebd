// What of the host an inspected container has, in the manifest's form. Pure; the way back of create-machine.ts.

import type {
  BlockIo,
  ContainerSpec,
  DeviceRate,
  DeviceRequest,
} from '../../desired-state/container-spec.ts';
import { identityLabels } from '../../reconcilers/observed.ts';
import type { RawDeviceRequest, RawHostConfig, RawInspect, RawRate } from './api.ts';
import { openPaths } from './create-machine.ts';

/** Fields that the engine only filled in are absent. */
export function machineOf(raw: RawInspect, host: RawHostConfig): Partial<ContainerSpec> {
  const blockIo = blockIoOf(host);
  const links = linksOf(raw, host);
  const platform = raw.Config?.Labels?.[identityLabels.imagePlatform];
  return {
    ...(isFilled(host.Annotations) ? { annotations: host.Annotations } : {}),
    ...(Object.keys(blockIo).length > 0 ? { blockIo } : {}),
    ...(host.CgroupnsMode ? { cgroupMode: host.CgroupnsMode } : {}),
    ...(host.CpuRealtimePeriod ? { cpuRealtimePeriodUs: host.CpuRealtimePeriod } : {}),
    ...(host.CpuRealtimeRuntime ? { cpuRealtimeRuntimeUs: host.CpuRealtimeRuntime } : {}),
    ...(host.CpuCount ? { cpuCount: host.CpuCount } : {}),
    ...(host.CpuPercent ? { cpuPercent: host.CpuPercent / 100 } : {}),
    ...(host.MemorySwappiness && host.MemorySwappiness > 0
      ? { memorySwappiness: host.MemorySwappiness }
      : {}),
    ...(host.DeviceCgroupRules?.length ? { deviceCgroupRules: host.DeviceCgroupRules } : {}),
    ...(host.DeviceRequests?.length ? { deviceRequests: host.DeviceRequests.map(requestOf) } : {}),
    ...(host.Isolation ? { isolation: host.Isolation } : {}),
    ...(links.length > 0 ? { links } : {}),
    ...(platform === undefined ? {} : { platform }),
    ...(isFilled(host.StorageOpt) ? { storageOpt: host.StorageOpt } : {}),
    ...(host.VolumesFrom?.length ? { volumesFrom: host.VolumesFrom } : {}),
  };
}

/** The engine's own lists of masked and read-only paths are never empty, but for a privileged container. */
export function openPathsOf({ MaskedPaths, ReadonlyPaths }: RawHostConfig): readonly string[] {
  const isEmpty = (paths: readonly string[] | null | undefined): boolean => paths?.length === 0;
  return isEmpty(MaskedPaths) && isEmpty(ReadonlyPaths) ? [openPaths] : [];
}

function isFilled(map: Record<string, string> | null | undefined): map is Record<string, string> {
  return map !== null && map !== undefined && Object.keys(map).length > 0;
}

function blockIoOf(host: RawHostConfig): BlockIo {
  const weights = (host.BlkioWeightDevice ?? []).map(({ Path, Weight }) => ({ path: Path, weight: Weight }));
  return {
    ...(host.BlkioWeight ? { weight: host.BlkioWeight } : {}),
    ...(weights.length > 0 ? { weightDevices: weights } : {}),
    ...ratesOf('readBps', host.BlkioDeviceReadBps),
    ...ratesOf('writeBps', host.BlkioDeviceWriteBps),
    ...ratesOf('readIops', host.BlkioDeviceReadIOps),
    ...ratesOf('writeIops', host.BlkioDeviceWriteIOps),
  };
}

function ratesOf<K extends string>(
  key: K,
  rates: readonly RawRate[] | null | undefined,
): { [P in K]?: readonly DeviceRate[] } {
  const found: { [P in K]?: readonly DeviceRate[] } = {};
  if (rates?.length) found[key] = rates.map(({ Path, Rate }) => ({ path: Path, rate: Rate }));
  return found;
}

function requestOf({ Driver, Count, DeviceIDs, Capabilities, Options }: RawDeviceRequest): DeviceRequest {
  return {
    ...(Driver ? { driver: Driver } : {}),
    // None at all is a count too; beside ids it says nothing.
    ...(DeviceIDs?.length ? {} : { count: Count ?? 0 }),
    ...(DeviceIDs?.length ? { deviceIds: DeviceIDs } : {}),
    capabilities: (Capabilities ?? []).flat(),
    ...(isFilled(Options) ? { options: Options } : {}),
  };
}

/** On a network of its own a link is the endpoint's; on the engine's bridge the host's, as `/other:/own/alias`. */
function linksOf(raw: RawInspect, host: RawHostConfig): string[] {
  const endpoints = Object.values(raw.NetworkSettings?.Networks ?? {}).flatMap(({ Links }) => Links ?? []);
  const legacy = (host.Links ?? []).map((link) => {
    const [other = '', own = ''] = link.split(':');
    return `${other.replace(/^\//, '')}:${own.slice(own.lastIndexOf('/') + 1)}`;
  });
  return [...new Set([...endpoints, ...legacy])];
}
