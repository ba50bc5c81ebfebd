// One container in Compose's language → ContainerSpec: the order of the fields and nothing else. What a field means is
// in the part that reads it. Expects a tree whose types the schema has checked; never throws for a mistake.

import type { ContainerSpec, Hook, PullPolicy } from '../container-spec.ts';
import type { Position } from '../diagnostic.ts';
import type { MapNode } from '../tree.ts';
import { blockIoOf } from './block-io.ts';
import { buildOf, type WrittenBuild } from './build.ts';
import { commandOf } from './command.ts';
import { type ContainerDependency, dependenciesOf } from './dependencies.ts';
import { deviceRequestsOf } from './device-requests.ts';
import { type EnvironmentSecret, environmentOf } from './environment.ts';
import { type Grant, grantsOf } from './grants.ts';
import { healthcheckOf } from './healthcheck.ts';
import { hooksOf } from './hooks.ts';
import { containerNameOf, imageOf, pullPolicyOf, workingDirOf } from './image.ts';
import { labelsOf } from './labels.ts';
import { replicasOf, restartOf, stopSignalOf, updateOrderOf } from './lifecycle.ts';
import { linksOf, volumesFromOf } from './links.ts';
import { loggingOf, namespaceOf } from './machine.ts';
import { type BindFile, mountsOf } from './mounts.ts';
import { dnsOf, extraHostsOf, macAddressOf, networksOf } from './networks.ts';
import { exposeOf, portsOf } from './ports.ts';
import { microsecondsOf, reservedNanoCpusOf, resourcesOf } from './resources.ts';
import { type ContainerContext, fieldOf, present, type Scope, take } from './scope.ts';
import { devicesOf, securityOptOf, ulimitsOf, userOf } from './security.ts';
import { reportUnsupported } from './unsupported.ts';
import { durationOf, flagOf, integerOf, sizeOf, textMapOf, textsOf, wordOf } from './values.ts';

export type { ContainerContext } from './scope.ts';

export interface Reference {
  readonly name: string;
  readonly position: Position;
}

export interface NormalizedContainer {
  /** Networks and volumes by manifest name; no default network; `service:x` namespaces are still by service name. */
  readonly container: ContainerSpec;
  readonly containerName?: string;
  readonly build?: WrittenBuild;
  readonly pullPolicy?: PullPolicy;
  readonly dependsOn: readonly ContainerDependency[];
  readonly networks: readonly Reference[];
  readonly volumes: readonly Reference[];
  readonly secrets: readonly Grant[];
  readonly configs: readonly Grant[];
  /** `container.environment` has `{secret, digest: ''}` for these until the Secret is read. */
  readonly environmentSecrets: readonly EnvironmentSecret[];
  /** Bind mounts whose source was relative: files and folders of the manifest's own. */
  readonly bindFiles: readonly BindFile[];
  /** A restart policy was written, so that an absent one can mean something else than `no`. */
  readonly restartWritten: boolean;
  /** By field of ContainerSpec, without unit: `image`, `environment.KEY`, `resources.memory`, `mounts./data`. */
  readonly positions: Record<string, Position>;
  readonly postStart?: readonly Hook[];
  readonly preStop?: readonly Hook[];
  readonly replicas: number;
  readonly reservedNanoCpus?: number;
  /** Absent: `stop-first`. */
  readonly updateOrder?: 'start-first';
  /** Files read on the way (env_file, label_file, seccomp profiles), absolute: for watchers. */
  readonly files: readonly string[];
}

/** Resolves all short forms of one container; mistakes go to `context.diagnostics`. */
export function normalizeContainer(node: MapNode, context: ContainerContext): NormalizedContainer {
  const scope: Scope = { ...context, positions: {}, files: new Set() };
  reportUnsupported(scope, node);
  const { environment, unsetEnvironment, environmentSecrets } = environmentOf(scope, node);
  const { networkMode, networks, references } = networksOf(scope, node);
  const { mounts, volumes, bindFiles } = mountsOf(scope, node);
  const { restart, written: restartWritten } = restartOf(scope, node);
  const container: ContainerSpec = {
    image: imageOf(scope, node),
    environment,
    labels: labelsOf(scope, node),
    restart,
    networks,
    mounts,
    ports: portsOf(scope, take(scope, node, 'ports', 'ports')),
    expose: exposeOf(scope, take(scope, node, 'expose', 'expose')),
    resources: resourcesOf(scope, node),
    ...present({ networkMode, unsetEnvironment }),
    ...processOf(scope, node),
    ...isolationOf(scope, node),
    ...resolverOf(scope, node),
    ...hostOf(scope, node),
  };
  const containerName = containerNameOf(scope, take(scope, node, 'container_name', 'containerName'));
  return {
    container,
    ...present({
      containerName,
      build: buildOf(scope, node),
      reservedNanoCpus: reservedNanoCpusOf(scope, node),
      updateOrder: updateOrderOf(scope, node),
      pullPolicy: pullPolicyOf(scope, take(scope, node, 'pull_policy', 'pullPolicy')),
    }),
    dependsOn: dependenciesOf(scope, node),
    networks: references,
    volumes,
    secrets: grantsOf(scope, fieldOf(node, 'secrets'), '/run/secrets/'),
    configs: grantsOf(scope, fieldOf(node, 'configs'), '/'),
    environmentSecrets,
    bindFiles,
    restartWritten,
    positions: scope.positions,
    ...present({
      postStart: hooksOf(scope, take(scope, node, 'post_start', 'postStart'), 'postStart'),
      preStop: hooksOf(scope, take(scope, node, 'pre_stop', 'preStop'), 'preStop'),
    }),
    replicas: replicasOf(scope, node),
    files: [...scope.files],
  };
}

/** What runs, as whom, and how it is watched and stopped. */
function processOf(scope: Scope, node: MapNode) {
  const get = (key: string, as: string) => take(scope, node, key, as);
  return present({
    command: commandOf(scope, get('command', 'command')),
    entrypoint: commandOf(scope, get('entrypoint', 'entrypoint')),
    workingDir: workingDirOf(scope, get('working_dir', 'workingDir')),
    user: userOf(scope, get('user', 'user')),
    groupAdd: textsOf(get('group_add', 'groupAdd')),
    hostname: wordOf(get('hostname', 'hostname')),
    domainname: wordOf(get('domainname', 'domainname')),
    macAddress: macAddressOf(scope, get('mac_address', 'macAddress')),
    healthcheck: healthcheckOf(scope, get('healthcheck', 'healthcheck')),
    stopSignal: stopSignalOf(scope, get('stop_signal', 'stopSignal')),
    stopGracePeriodMs: durationOf(scope, get('stop_grace_period', 'stopGracePeriod')),
    init: flagOf(scope, get('init', 'init')),
    tty: flagOf(scope, get('tty', 'tty')),
    stdinOpen: flagOf(scope, get('stdin_open', 'stdinOpen')),
    logging: loggingOf(scope, get('logging', 'logging')),
  });
}

/** What it may do, and which parts of the host it shares. */
function isolationOf(scope: Scope, node: MapNode) {
  const get = (key: string, as: string) => take(scope, node, key, as);
  return present({
    privileged: flagOf(scope, get('privileged', 'privileged')),
    readOnly: flagOf(scope, get('read_only', 'readOnly')),
    capAdd: textsOf(get('cap_add', 'capAdd')),
    capDrop: textsOf(get('cap_drop', 'capDrop')),
    securityOpt: securityOptOf(scope, get('security_opt', 'securityOpt')),
    devices: devicesOf(scope, get('devices', 'devices')),
    ulimits: ulimitsOf(scope, get('ulimits', 'ulimits')),
    sysctls: textMapOf(scope, get('sysctls', 'sysctls')),
    shmSizeBytes: sizeOf(scope, get('shm_size', 'shmSize')),
    oomKillDisable: flagOf(scope, get('oom_kill_disable', 'oomKillDisable')),
    oomScoreAdj: integerOf(scope, get('oom_score_adj', 'oomScoreAdj'), { min: -1000, max: 1000 }),
    pidMode: namespaceOf(scope, get('pid', 'pidMode'), ['host', 'container:', 'service:']),
    ipcMode: namespaceOf(scope, get('ipc', 'ipcMode'), [
      'none',
      'private',
      'shareable',
      'host',
      'container:',
      'service:',
    ]),
    utsMode: namespaceOf(scope, get('uts', 'utsMode'), ['host']),
    usernsMode: namespaceOf(scope, get('userns_mode', 'usernsMode'), ['host']),
    cgroupParent: wordOf(get('cgroup_parent', 'cgroupParent')),
    runtime: wordOf(get('runtime', 'runtime')),
  });
}

/** What of the host it gets, beyond `resources`, and from other containers. */
function hostOf(scope: Scope, node: MapNode) {
  const get = (key: string, as: string) => take(scope, node, key, as);
  const positive = { min: 0 };
  return present({
    annotations: textMapOf(scope, get('annotations', 'annotations')),
    blockIo: blockIoOf(scope, get('blkio_config', 'blockIo')),
    cgroupMode: namespaceOf(scope, get('cgroup', 'cgroupMode'), ['host', 'private']),
    cpuRealtimePeriodUs: microsecondsOf(scope, get('cpu_rt_period', 'cpuRealtimePeriod')),
    cpuRealtimeRuntimeUs: microsecondsOf(scope, get('cpu_rt_runtime', 'cpuRealtimeRuntime')),
    cpuCount: integerOf(scope, get('cpu_count', 'cpuCount'), positive) || undefined,
    cpuPercent: integerOf(scope, get('cpu_percent', 'cpuPercent'), { min: 0, max: 100 }) || undefined,
    memorySwappiness:
      integerOf(scope, get('mem_swappiness', 'memorySwappiness'), { min: 0, max: 100 }) || undefined,
    deviceCgroupRules: textsOf(get('device_cgroup_rules', 'deviceCgroupRules')),
    deviceRequests: deviceRequestsOf(scope, node),
    isolation: wordOf(get('isolation', 'isolation')),
    links: linksOf(scope, node),
    platform: wordOf(get('platform', 'platform')),
    storageOpt: textMapOf(scope, get('storage_opt', 'storageOpt')),
    volumesFrom: volumesFromOf(scope, node),
  });
}

function resolverOf(scope: Scope, node: MapNode) {
  const get = (key: string, as: string) => take(scope, node, key, as);
  return present({
    dns: dnsOf(scope, get('dns', 'dns')),
    dnsSearch: textsOf(get('dns_search', 'dnsSearch')),
    dnsOpt: textsOf(get('dns_opt', 'dnsOpt')),
    extraHosts: extraHostsOf(scope, get('extra_hosts', 'extraHosts')),
  });
}
