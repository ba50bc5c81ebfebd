// What of the host a container gets, in the engine's form. Pure; read back by to-machine.ts.

import type {
  BlockIo,
  ContainerSpec,
  DeviceRate,
  DeviceRequest,
} from '../../desired-state/container-spec.ts';
import type { RawDeviceRequest, RawHostConfig, RawRate } from './api.ts';

/** Fields of `HostConfig`; absent where nothing is declared. */
export function machineBody(spec: ContainerSpec): Partial<RawHostConfig> {
  return {
    Annotations: spec.annotations,
    ...blockIoBody(spec.blockIo),
    CgroupnsMode: spec.cgroupMode,
    CpuRealtimePeriod: spec.cpuRealtimePeriodUs,
    CpuRealtimeRuntime: spec.cpuRealtimeRuntimeUs,
    CpuCount: spec.cpuCount,
    // The engine counts in hundredths of a per cent.
    CpuPercent: spec.cpuPercent === undefined ? undefined : spec.cpuPercent * 100,
    MemorySwappiness: spec.memorySwappiness,
    DeviceCgroupRules: spec.deviceCgroupRules && [...spec.deviceCgroupRules],
    DeviceRequests: spec.deviceRequests?.map(requestBody),
    Isolation: spec.isolation,
    StorageOpt: spec.storageOpt,
    VolumesFrom: spec.volumesFrom && [...spec.volumesFrom],
    ...securityBody(spec.securityOpt),
  };
}

/** `systempaths=unconfined` is no option of the engine: it stands for nothing masked and nothing read-only. */
export const openPaths = 'systempaths=unconfined';

function securityBody(options: ContainerSpec['securityOpt']): Partial<RawHostConfig> {
  if (options === undefined) return {};
  const SecurityOpt = options.filter((option) => option !== openPaths);
  return options.includes(openPaths) ? { SecurityOpt, MaskedPaths: [], ReadonlyPaths: [] } : { SecurityOpt };
}

function blockIoBody(blockIo: BlockIo | undefined): Partial<RawHostConfig> {
  if (blockIo === undefined) return {};
  const { weight, weightDevices, readBps, writeBps, readIops, writeIops } = blockIo;
  return {
    BlkioWeight: weight,
    BlkioWeightDevice: weightDevices?.map(({ path, weight: Weight }) => ({ Path: path, Weight })),
    BlkioDeviceReadBps: ratesBody(readBps),
    BlkioDeviceWriteBps: ratesBody(writeBps),
    BlkioDeviceReadIOps: ratesBody(readIops),
    BlkioDeviceWriteIOps: ratesBody(writeIops),
  };
}

function ratesBody(rates: readonly DeviceRate[] | undefined): RawRate[] | undefined {
  return rates?.map(({ path, rate }) => ({ Path: path, Rate: rate }));
}

/** Capabilities are a list of alternatives; Compose gives one. */
function requestBody({ driver, count, deviceIds, capabilities, options }: DeviceRequest): RawDeviceRequest {
  return {
    ...(driver === undefined ? {} : { Driver: driver }),
    ...(count === undefined ? {} : { Count: count }),
    ...(deviceIds === undefined ? {} : { DeviceIDs: [...deviceIds] }),
    Capabilities: capabilities.length === 0 ? [] : [[...capabilities]],
    ...(options === undefined ? {} : { Options: { ...options } }),
  };
}
