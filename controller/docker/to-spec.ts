// An inspected container in the manifest's own form. Pure. Values that the engine only filled in are absent, so that
// what reeve creates reads back as it was declared; networks and volumes carry engine names.

import type {
  ContainerSpec,
  EnvValue,
  NetworkAttachment,
  PortBinding,
  Resources,
  RestartPolicy,
} from '../../desired-state/container-spec.ts';
import type { RawConfig, RawHostConfig, RawInspect } from './api.ts';
import { environmentOf, exposeOf, toConfig, unsetEnvironmentOf } from './to-config.ts';
import { machineOf, openPathsOf } from './to-machine.ts';
import { toMounts } from './to-mounts.ts';

export interface SecretMask {
  /** Environment keys whose values never leave this folder. */
  readonly secretKeys: ReadonlySet<string>;
  readonly digest: (value: string) => string;
}

/** What the engine fills in by itself. */
export interface EngineDefaults {
  /** The host's name, which containers on the host's network get. */
  readonly hostname: string;
  readonly runtime: string;
}

export function toSpec(raw: RawInspect, mask: SecretMask, defaults: EngineDefaults): ContainerSpec {
  const config = raw.Config ?? {};
  const host = raw.HostConfig ?? {};
  return {
    image: config.Image ?? '',
    ...toConfig(config),
    environment: maskedEnvironment(config, mask),
    ...unsetEnvironmentOf(config),
    labels: config.Labels ?? {},
    ...namesOf(raw, config, host, defaults),
    ...(typeof config.StopTimeout === 'number' ? { stopGracePeriodMs: config.StopTimeout * 1000 } : {}),
    restart: restartOf(host),
    ...networkModeOf(host.NetworkMode ?? ''),
    networks: networksOf(raw),
    ports: portsOf(host),
    expose: exposeOf(config),
    mounts: toMounts(raw),
    resources: resourcesOf(host),
    ...switchesOf(config, host),
    ...listsOf(host),
    ...namespacesOf(host, defaults),
    ...machineOf(raw, host),
  };
}

/** Aliases by network, without the id that the engine adds. */
export function aliasesOf(raw: RawInspect): Record<string, readonly string[]> {
  const aliases: Record<string, readonly string[]> = {};
  for (const [name, attachment] of Object.entries(networksOf(raw))) aliases[name] = attachment.aliases ?? [];
  return aliases;
}

function maskedEnvironment(config: RawConfig, { secretKeys, digest }: SecretMask): Record<string, EnvValue> {
  const environment: Record<string, EnvValue> = {};
  for (const [key, value] of Object.entries(environmentOf(config))) {
    environment[key] = secretKeys.has(key) ? { secret: '', digest: digest(value) } : value;
  }
  return environment;
}

/** A host name is the engine's unless it was set; a shared network brings that of its owner. */
function namesOf(
  raw: RawInspect,
  config: RawConfig,
  host: RawHostConfig,
  defaults: EngineDefaults,
): { hostname?: string; domainname?: string; macAddress?: string } {
  const mode = host.NetworkMode ?? '';
  const shared = mode.startsWith('container:');
  const hostname = config.Hostname ?? '';
  const filled = hostname === raw.Id.slice(0, 12) || (mode === 'host' && hostname === defaults.hostname);
  return {
    ...(hostname && !filled && !shared ? { hostname } : {}),
    ...(config.Domainname && !shared ? { domainname: config.Domainname } : {}),
    ...(macOf(raw, config) ? { macAddress: macOf(raw, config) } : {}),
  };
}

/** From API 1.44 on the address is on the endpoint, and one that was asked for looks like one that was given. */
function macOf(raw: RawInspect, config: RawConfig): string {
  if (config.MacAddress) return config.MacAddress;
  const networks = raw.NetworkSettings?.Networks ?? {};
  const mode = raw.HostConfig?.NetworkMode ?? '';
  return networks[mode]?.MacAddress ?? '';
}

function restartOf(host: RawHostConfig): RestartPolicy {
  const policy = host.RestartPolicy;
  switch (policy?.Name) {
    case 'always':
    case 'unless-stopped':
      return { name: policy.Name };
    case 'on-failure':
      return {
        name: 'on-failure',
        ...(policy.MaximumRetryCount ? { maxRetries: policy.MaximumRetryCount } : {}),
      };
    default:
      return { name: 'no' };
  }
}

/** Anything else is the name of a network, which is among the networks. */
function networkModeOf(mode: string): { networkMode?: string } {
  return isNetwork(mode) ? {} : { networkMode: mode };
}

/** The network that it was made on, where that is none of the engine's own. */
export function primaryNetworkOf({ HostConfig }: RawInspect): { primaryNetwork?: string } {
  const mode = HostConfig?.NetworkMode ?? '';
  return mode !== '' && mode !== 'default' && isNetwork(mode) ? { primaryNetwork: mode } : {};
}

function isNetwork(mode: string): boolean {
  return !['none', 'host', 'bridge'].includes(mode) && !mode.startsWith('container:');
}

/** Networks that somebody chose: the engine's own three come with the network mode. */
function networksOf(raw: RawInspect): Record<string, NetworkAttachment> {
  const networks: Record<string, NetworkAttachment> = {};
  for (const [name, endpoint] of Object.entries(raw.NetworkSettings?.Networks ?? {})) {
    if (['bridge', 'host', 'none'].includes(name)) continue;
    const aliases = (endpoint.Aliases ?? []).filter((alias) => alias !== raw.Id.slice(0, 12));
    const { IPv4Address, IPv6Address, LinkLocalIPs } = endpoint.IPAMConfig ?? {};
    const { DriverOpts, GwPriority } = endpoint;
    // Of the first network an older engine keeps it with the container until it is started.
    const isFirst = raw.HostConfig?.NetworkMode === name;
    const MacAddress = endpoint.MacAddress || (isFirst ? raw.Config?.MacAddress : undefined);
    networks[name] = {
      ...(aliases.length > 0 ? { aliases } : {}),
      ...(IPv4Address ? { ipv4Address: IPv4Address } : {}),
      ...(IPv6Address ? { ipv6Address: IPv6Address } : {}),
      ...(LinkLocalIPs?.length ? { linkLocalIps: LinkLocalIPs } : {}),
      ...(MacAddress ? { macAddress: MacAddress } : {}),
      ...(GwPriority ? { gatewayPriority: GwPriority } : {}),
      ...(DriverOpts && Object.keys(DriverOpts).length > 0 ? { driverOpts: DriverOpts } : {}),
    };
  }
  return networks;
}

function portsOf(host: RawHostConfig): PortBinding[] {
  const ports: PortBinding[] = [];
  for (const [key, bindings] of Object.entries(host.PortBindings ?? {})) {
    const [target = '', protocol = 'tcp'] = key.split('/');
    for (const { HostIp, HostPort } of bindings ?? []) {
      const [published = 0, publishedEnd = 0] = (HostPort ?? '').split('-').map(Number);
      ports.push({
        target: Number(target),
        protocol: protocol === 'udp' || protocol === 'sctp' ? protocol : 'tcp',
        ...(published > 0 ? { published } : {}),
        ...(publishedEnd > 0 ? { publishedEnd } : {}),
        ...(HostIp ? { hostIp: HostIp } : {}),
      });
    }
  }
  return ports;
}

/** Swap that is twice the memory is what the engine fills in. */
function resourcesOf(host: RawHostConfig): Resources {
  const memory = host.Memory ?? 0;
  const swap = host.MemorySwap ?? 0;
  const pids = host.PidsLimit ?? 0;
  return {
    ...(host.NanoCpus ? { nanoCpus: host.NanoCpus } : {}),
    ...(host.CpuPeriod ? { cpuPeriodUs: host.CpuPeriod } : {}),
    ...(host.CpuQuota ? { cpuQuotaUs: host.CpuQuota } : {}),
    ...(memory > 0 ? { memoryBytes: memory } : {}),
    ...(swap !== 0 && swap !== memory * 2 ? { memorySwapBytes: swap } : {}),
    ...(host.MemoryReservation ? { memoryReservationBytes: host.MemoryReservation } : {}),
    ...(pids > 0 ? { pids } : {}),
    ...(host.CpuShares ? { cpuShares: host.CpuShares } : {}),
    ...(host.CpusetCpus ? { cpusetCpus: host.CpusetCpus } : {}),
  };
}

function switchesOf(config: RawConfig, host: RawHostConfig): Partial<ContainerSpec> {
  return {
    ...(host.Privileged ? { privileged: true } : {}),
    ...(host.ReadonlyRootfs ? { readOnly: true } : {}),
    ...(typeof host.Init === 'boolean' ? { init: host.Init } : {}),
    ...(config.Tty ? { tty: true } : {}),
    ...(config.OpenStdin ? { stdinOpen: true } : {}),
    ...(host.OomKillDisable ? { oomKillDisable: true } : {}),
    ...(host.OomScoreAdj ? { oomScoreAdj: host.OomScoreAdj } : {}),
  };
}

function listsOf(host: RawHostConfig): Partial<ContainerSpec> {
  const ulimits = Object.fromEntries(
    (host.Ulimits ?? []).map((u) => [u.Name, { soft: u.Soft, hard: u.Hard }]),
  );
  const devices = (host.Devices ?? []).map(
    (d) => `${d.PathOnHost}:${d.PathInContainer}:${d.CgroupPermissions ?? 'rwm'}`,
  );
  const securityOpt = securityOf(host);
  return {
    ...(host.GroupAdd?.length ? { groupAdd: host.GroupAdd } : {}),
    ...(host.CapAdd?.length ? { capAdd: host.CapAdd } : {}),
    ...(host.CapDrop?.length ? { capDrop: host.CapDrop } : {}),
    ...(securityOpt.length > 0 ? { securityOpt } : {}),
    ...(host.Dns?.length ? { dns: host.Dns } : {}),
    ...(host.DnsSearch?.length ? { dnsSearch: host.DnsSearch } : {}),
    ...(host.DnsOptions?.length ? { dnsOpt: host.DnsOptions } : {}),
    ...(host.ExtraHosts?.length ? { extraHosts: host.ExtraHosts } : {}),
    ...(devices.length > 0 ? { devices } : {}),
    ...(Object.keys(ulimits).length > 0 ? { ulimits } : {}),
    ...(host.Sysctls && Object.keys(host.Sysctls).length > 0 ? { sysctls: host.Sysctls } : {}),
  };
}

/** Where no option is given, the engine adds `label=disable` to privileged containers and host namespaces. */
function securityOf(host: RawHostConfig): string[] {
  const options = [...(host.SecurityOpt ?? []), ...openPathsOf(host)];
  const open = host.Privileged === true || host.PidMode === 'host' || host.IpcMode === 'host';
  return open && options.length === 1 && options[0] === 'label=disable' ? [] : [...options];
}

/**
 * The size of /dev/shm and the logging driver are always given: one that is the engine's default and was asked for
 * cannot be told from one that was not.
 */
function namespacesOf(host: RawHostConfig, defaults: EngineDefaults): Partial<ContainerSpec> {
  const { Type, Config } = host.LogConfig ?? {};
  const options = Config ?? {};
  return {
    ...(host.ShmSize ? { shmSizeBytes: host.ShmSize } : {}),
    ...(host.PidMode ? { pidMode: host.PidMode } : {}),
    ...(host.IpcMode && host.IpcMode !== 'private' ? { ipcMode: host.IpcMode } : {}),
    ...(host.UTSMode ? { utsMode: host.UTSMode } : {}),
    ...(host.UsernsMode ? { usernsMode: host.UsernsMode } : {}),
    ...(host.CgroupParent ? { cgroupParent: host.CgroupParent } : {}),
    ...(host.Runtime && host.Runtime !== defaults.runtime ? { runtime: host.Runtime } : {}),
    ...(Type ? { logging: { driver: Type, ...(Object.keys(options).length > 0 ? { options } : {}) } } : {}),
  };
}
