// What an engine is too old for. What it would drop without a word is said by the plan, since the manifest asks for it in
// vain; what reeve does not create a container without is said before anything is touched.

import type { Mount } from '../desired-state/container-spec.ts';
import type { Position } from '../desired-state/diagnostic.ts';
import { networksByPriority } from '../desired-state/network-order.ts';
import { refOf, type Workload } from '../desired-state/resource.ts';
import type { Revision } from '../desired-state/revision.ts';
import { positionOf } from './drift.ts';
import { isBefore } from './drift-field.ts';
import type { Notice } from './plan.ts';

interface Feature {
  readonly name: string;
  /** Version of the API that has it, and Docker's that speaks it. */
  readonly since: string;
  readonly docker: string;
  /** The engine drops it in silence and the container does without; else it is not created (controller/docker: requireVersion). */
  readonly dropped?: true;
  /** The fields that ask for it, as positions have them. */
  readonly askedIn: (workload: Workload) => readonly string[];
}

const features: readonly Feature[] = [
  {
    name: 'healthcheck.start_interval',
    since: '1.44',
    docker: '25',
    askedIn: ({ container }) =>
      container.healthcheck?.startIntervalMs === undefined ? [] : ['healthcheck.startInterval'],
  },
  {
    name: 'volume.subpath',
    since: '1.45',
    docker: '26',
    askedIn: mountsWith(({ type, subpath }) => type === 'volume' && subpath !== undefined),
  },
  { name: 'type: image', since: '1.48', docker: '28', askedIn: mountsWith(({ type }) => type === 'image') },
  {
    name: 'bind.recursive',
    since: '1.44',
    docker: '25',
    askedIn: mountsWith(
      ({ type, recursive }) => type === 'bind' && recursive !== undefined && recursive !== 'disabled',
    ),
  },
  {
    name: 'interface_name',
    since: '1.49',
    docker: '28.1',
    askedIn: ({ container }) =>
      Object.entries(container.networks)
        .filter(([, { driverOpts }]) => driverOpts?.['com.docker.network.endpoint.ifname'] !== undefined)
        .map(([name]) => `networks.${name}`),
  },
  {
    name: 'mac_address of a further network',
    since: '1.44',
    docker: '25',
    askedIn: ({ container }) =>
      networksByPriority(container.networks)
        .filter(([, { macAddress }], index) => index > 0 && macAddress !== undefined)
        .map(([name]) => `networks.${name}`),
  },
  {
    name: 'annotations',
    since: '1.43',
    docker: '24',
    dropped: true,
    askedIn: ({ container }) => (container.annotations === undefined ? [] : ['annotations']),
  },
  {
    name: 'gw_priority',
    since: '1.48',
    docker: '28',
    dropped: true,
    askedIn: ({ container }) =>
      Object.entries(container.networks)
        .filter(([, { gatewayPriority }]) => gatewayPriority !== undefined)
        .map(([name]) => `networks.${name}`),
  },
];

function mountsWith(has: (mount: Mount) => boolean): Feature['askedIn'] {
  return ({ container }) => container.mounts.filter(has).map(({ target }) => `mounts.${target}`);
}

interface Found {
  readonly feature: Feature;
  readonly message: string;
  readonly position: Position;
}

interface Judged {
  readonly apiVersion: string;
  readonly found: readonly Found[];
}

/** Workloads are immutable and an engine keeps its version: looked at once, of hundreds in each pass. */
const judged = new WeakMap<Workload, Judged>();

/** Each feature once, where it is first asked for. */
function found(workload: Workload, apiVersion: string): readonly Found[] {
  const before = judged.get(workload);
  if (before?.apiVersion === apiVersion) return before.found;
  const late = features.filter(({ since }) => isBefore({ apiVersion }, since));
  const found = late.flatMap((feature) => {
    const [field] = feature.askedIn(workload);
    if (field === undefined) return [];
    return [{ feature, message: words(feature, apiVersion), position: positionOf(workload, field) }];
  });
  judged.set(workload, { apiVersion, found });
  return found;
}

function words({ name, since, docker, dropped }: Omit<Feature, 'askedIn'>, apiVersion: string): string {
  const needs = `needs Docker ${docker} (API ${since}), and this engine speaks API ${apiVersion}`;
  return dropped === true
    ? `${name} has no effect: it ${needs}`
    : `${name} ${needs}; remove it or upgrade the engine to Docker ${docker}`;
}

/** All that a workload asks of a newer engine. */
export function engineTooOld(workload: Workload, apiVersion: string): Notice[] {
  const ref = refOf(workload);
  return found(workload, apiVersion).map(({ message, position }) => ({
    ref,
    reason: 'EngineTooOld',
    message,
    position,
  }));
}

/** Why it cannot be created on this engine. */
export function tooOldToCreate(workload: Workload, apiVersion: string): Omit<Notice, 'ref'> | undefined {
  const refused = found(workload, apiVersion).find(({ feature }) => feature.dropped !== true);
  if (refused === undefined) return undefined;
  return { reason: 'EngineTooOld', message: refused.message, position: refused.position };
}

/** A network that is to have no IPv4 gets it all the same. */
export function networksTooNew({ resources }: Pick<Revision, 'resources'>, apiVersion: string): Notice[] {
  if (!isBefore({ apiVersion }, withoutIpv4.since)) return [];
  const message = words(withoutIpv4, apiVersion);
  return resources.flatMap((network) => {
    if (network.kind !== 'Network' || network.external || network.enableIpv4 !== false) return [];
    const position = network.positions?.['enableIpv4'] ?? network.position;
    return [{ ref: refOf(network), reason: 'EngineTooOld', message, position }];
  });
}

const withoutIpv4 = { name: 'enable_ipv4: false', since: '1.48', docker: '28', dropped: true } as const;
