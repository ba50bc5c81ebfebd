// A declared container as the body of the engine's create call. Pure: names, secrets and the API version come in.
// The only place where a secret's value meets the engine's environment.

import type {
  ContainerSpec,
  EnvValue,
  Healthcheck,
  PortBinding,
} from '../../desired-state/container-spec.ts';
import type { SecretValues } from '../../desired-state/load-types.ts';
import { identityLabels } from '../../reconcilers/observed.ts';
import type { StepArgs } from '../../reconcilers/plan.ts';
import { ReeveError } from '../errors.ts';
import { machineBody } from './create-machine.ts';
import { createMounts } from './create-mounts.ts';
import { type CreateNetworks, createNetworks } from './create-networks.ts';
import { resourcesBody } from './resources-body.ts';
import { requireVersion } from './version.ts';

export interface CreateContext {
  readonly apiVersion: string;
  readonly secrets: SecretValues;
  /** What to create from: a reference or an image id. */
  readonly image: string;
  /** The image's own, asked for where the manifest clears its command and sets no entrypoint. */
  readonly imageEntrypoint?: readonly string[];
}

export interface CreateBody {
  readonly body: object;
  readonly later: CreateNetworks['later'];
}

/** The create call's body, and the networks to connect after it. */
export function createBody(args: StepArgs['createContainer'], context: CreateContext): CreateBody {
  const { spec } = args;
  const networks = createNetworks(spec, args.networkNames, context.apiVersion);
  const mounts = createMounts(spec.mounts, {
    apiVersion: context.apiVersion,
    volumeNames: args.volumeNames,
    inheritVolumes: args.inheritVolumes,
    mustExist: args.mustExist,
  });
  const body = dropUndefined({
    Image: context.image,
    ...commandOf(spec, context.imageEntrypoint),
    // A key alone takes away the image's variable.
    Env: [
      ...Object.entries(spec.environment).map(
        ([key, value]) => `${key}=${plain(value, key, context.secrets)}`,
      ),
      ...(spec.unsetEnvironment ?? []),
    ],
    Labels: {
      ...spec.labels,
      ...args.labels,
      ...(spec.platform === undefined ? {} : { [identityLabels.imagePlatform]: spec.platform }),
    },
    WorkingDir: spec.workingDir,
    User: spec.user,
    Hostname: spec.hostname,
    Domainname: spec.domainname,
    MacAddress: networks.macAddress,
    Healthcheck: healthcheckBody(spec.healthcheck, context.apiVersion),
    StopSignal: spec.stopSignal,
    // The engine counts in whole seconds.
    StopTimeout: spec.stopGracePeriodMs === undefined ? undefined : Math.ceil(spec.stopGracePeriodMs / 1000),
    Tty: spec.tty,
    OpenStdin: spec.stdinOpen,
    ExposedPorts: exposedPorts(spec),
    HostConfig: dropUndefined({
      ...mounts,
      ...resourcesBody(spec.resources),
      ...hostConfig(spec),
      ...dropUndefined({ ...machineBody(spec) }),
      NetworkMode: networks.networkMode,
      Links: networks.links,
    }),
    NetworkingConfig: { EndpointsConfig: networks.endpoints },
  });
  return { body, later: networks.later };
}

/**
 * An empty list clears what the image has (the Compose specification's rule); absent leaves it. The engine heeds an empty
 * command only beside an entrypoint, so the image's comes along; with no entrypoint at all the image's command stays.
 */
function commandOf(
  { command, entrypoint }: ContainerSpec,
  imageEntrypoint: readonly string[] | undefined,
): {
  Cmd?: readonly string[];
  Entrypoint?: readonly string[];
} {
  const words = entrypoint ?? (imageEntrypoint?.length ? imageEntrypoint : undefined);
  return {
    ...(command === undefined ? {} : { Cmd: command }),
    ...(words === undefined ? {} : { Entrypoint: words }),
  };
}

function plain(value: EnvValue, key: string, secrets: SecretValues): string {
  if (typeof value === 'string') return value;
  const secret = secrets.get(value.secret);
  if (secret === undefined) {
    throw new ReeveError(`the value of secret "${value.secret}" for ${key} is not loaded`, {
      hint: 'load the manifests again: reeve apply',
    });
  }
  return secret;
}

function healthcheckBody(healthcheck: Healthcheck | undefined, apiVersion: string): object | undefined {
  if (healthcheck === undefined) return undefined;
  const { startIntervalMs } = healthcheck;
  if (startIntervalMs !== undefined) {
    requireVersion(apiVersion, '1.44', '25', 'healthcheck.start_interval');
  }
  return dropUndefined({
    Test: healthcheck.test,
    Interval: nanoseconds(healthcheck.intervalMs),
    Timeout: nanoseconds(healthcheck.timeoutMs),
    StartPeriod: nanoseconds(healthcheck.startPeriodMs),
    StartInterval: nanoseconds(startIntervalMs),
    Retries: healthcheck.retries,
  });
}

function nanoseconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms * 1_000_000;
}

/** As Docker's CLI does: a published port is exposed too. */
function exposedPorts(spec: ContainerSpec): Record<string, object> {
  const keys = [
    ...spec.expose.map((port) => (port.includes('/') ? port : `${port}/tcp`)),
    ...spec.ports.map((port) => `${port.target}/${port.protocol}`),
  ];
  return Object.fromEntries(keys.map((key) => [key, {}]));
}

function hostConfig(spec: ContainerSpec): object {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const port of spec.ports) {
    const key = `${port.target}/${port.protocol}`;
    const binding = {
      HostIp: port.hostIp ?? '',
      HostPort: hostPort(port),
    };
    bindings[key] = [...(bindings[key] ?? []), binding];
  }
  return {
    PortBindings: bindings,
    RestartPolicy: { Name: spec.restart.name, MaximumRetryCount: spec.restart.maxRetries ?? 0 },
    GroupAdd: spec.groupAdd,
    Privileged: spec.privileged,
    ReadonlyRootfs: spec.readOnly,
    Init: spec.init,
    CapAdd: spec.capAdd,
    CapDrop: spec.capDrop,
    Dns: spec.dns,
    DnsSearch: spec.dnsSearch,
    DnsOptions: spec.dnsOpt,
    // `host=ip` is Compose's newer spelling; the engine knows `host:ip`.
    ExtraHosts: spec.extraHosts?.map((host) => host.replace('=', ':')),
    Devices: spec.devices?.map(deviceOf),
    Ulimits:
      spec.ulimits && Object.entries(spec.ulimits).map(([Name, u]) => ({ Name, Soft: u.soft, Hard: u.hard })),
    Sysctls: spec.sysctls,
    ShmSize: spec.shmSizeBytes,
    OomKillDisable: spec.oomKillDisable,
    OomScoreAdj: spec.oomScoreAdj,
    PidMode: spec.pidMode,
    IpcMode: spec.ipcMode,
    UTSMode: spec.utsMode,
    UsernsMode: spec.usernsMode,
    CgroupParent: spec.cgroupParent,
    Runtime: spec.runtime,
    LogConfig: spec.logging && { Type: spec.logging.driver ?? '', Config: spec.logging.options ?? {} },
  };
}

function hostPort({ published, publishedEnd }: PortBinding): string {
  if (published === undefined) return '';
  return publishedEnd === undefined ? String(published) : `${published}-${publishedEnd}`;
}

/** `/dev/a`, `/dev/a:/dev/b`, `/dev/a:rw`, `/dev/a:/dev/b:rwm`. */
function deviceOf(device: string): object {
  const [host = '', second, third] = device.split(':');
  const permissionsOnly = second !== undefined && /^[rwm]+$/.test(second);
  return {
    PathOnHost: host,
    PathInContainer: second === undefined || permissionsOnly ? host : second,
    CgroupPermissions: third ?? (permissionsOnly ? second : 'rwm'),
  };
}

function dropUndefined(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
