// Networks: made where they are missing. One that differs is never recreated under its members: reported.

import { type Network, type Ref, refOf } from '../desired-state/resource.ts';
import type { Revision } from '../desired-state/revision.ts';
import type { Blocker } from './blockers.ts';
import type { ResourceStatus } from './condition.ts';
import { type Finding, statusOf } from './conditions.ts';
import { isBefore } from './drift-field.ts';
import type { Facts } from './facts.ts';
import { isTakenDown, outcomeWords, takenDownWords } from './hands-off.ts';
import type { ObservedNetwork } from './observed.ts';
import { isOthersLabel, pairDifferences } from './pair-differences.ts';
import type { Cause, LeftAlone, Step } from './plan.ts';
import { identityOf, makeStep } from './steps.ts';
import type { World } from './world.ts';

export interface NetworkPart {
  readonly steps: readonly Step[];
  readonly statuses: readonly ResourceStatus[];
  /** What would be made, were the platform not suspended. */
  readonly leftAlone: readonly LeftAlone[];
  /** Manifest name → the step that makes it. */
  readonly made: ReadonlyMap<string, string>;
  /** Manifest name → why nothing can be on it. */
  readonly missing: ReadonlyMap<string, Blocker>;
}

/** What is to be done for networks; `mayAct` says whether steps are allowed for a ref, `until` what ends a suspension. */
export function planNetworks(
  world: World,
  mayAct: (ref: Ref) => boolean,
  until: string | undefined,
  previous?: Revision,
): NetworkPart {
  const steps: Step[] = [];
  const statuses: ResourceStatus[] = [];
  const made = new Map<string, string>();
  const missing = new Map<string, Blocker>();
  const leftAlone: LeftAlone[] = [];
  const { apiVersion } = world.observed.host;
  const before = new Map(
    (previous?.resources ?? []).flatMap((r) => (r.kind === 'Network' ? [[r.name, r]] : [])),
  );
  for (const network of world.revision.resources) {
    if (network.kind !== 'Network') continue;
    const ref = refOf(network);
    const found = world.networksByName.get(network.engineName);
    const isOurs = found !== undefined && !network.external;
    const differing = isOurs ? differences(network, found, before.get(network.name), apiVersion) : [];
    statuses.push(statusOf(findingOf(ref, network, found, differing, world.facts, until)));
    if (found !== undefined) continue;
    if (network.external) missing.set(network.name, notFound(network));
    else if (mayAct(ref)) {
      const cause = causeOf(network, world.facts, until);
      const labels = { ...network.labels, ...identityOf(world.revision, network) };
      const step = makeStep('createNetwork', ref, { network: { ...network, labels } }, cause);
      steps.push(step);
      made.set(network.name, step.id);
    } else {
      missing.set(network.name, waitsFor(network, world.facts.failures[ref]?.message, until));
      if (until !== undefined && !isTakenDown(world.facts))
        leftAlone.push({ ref, cause: causeOf(network, world.facts, until) });
    }
  }
  return { steps, statuses, leftAlone, made, missing };
}

/** One that was there and that no step of ours removed was removed by somebody else. */
function causeOf({ engineName, position }: Network, facts: Facts, until: string | undefined): Cause {
  if (facts.networksSeen[engineName] === undefined)
    return { reason: 'Created', message: 'declared, and not there', position };
  const message = `network ${engineName} was removed, not by reeve${outcomeWords('; it is made again', until)}`;
  return { reason: 'Removed', message, position };
}

function findingOf(
  ref: Ref,
  network: Network,
  found: ObservedNetwork | undefined,
  differing: readonly string[],
  facts: Facts,
  until: string | undefined,
): Finding {
  if (found === undefined && !network.external && isTakenDown(facts))
    return { ref, ready: false, reason: 'Down', message: takenDownWords(facts) };
  if (found === undefined) {
    const { reason, message } = network.external
      ? notFound(network)
      : (facts.failures[ref] ?? toBeMade(network, until));
    const told = { reason, message };
    const how =
      network.external || facts.failures[ref] !== undefined ? { degraded: told } : { progressing: told };
    return { ref, ready: false, ...told, ...how };
  }
  const finding = { ref, ready: true, reason: 'Present', message: `network ${network.engineName} is there` };
  if (differing.length === 0) return finding;
  const message = `${differing.join(', ')} of network ${network.engineName} ${differing.length === 1 ? 'differs' : 'differ'} from the manifest; a network in use is never made anew: take its members down, remove it with docker network rm ${network.engineName}, then apply`;
  return { ...finding, degraded: { reason: 'NetworkDiffers', message } };
}

function notFound(network: Network): Blocker {
  return {
    reason: 'NetworkMissing',
    message: `external network ${network.engineName} is not there; make it with docker network create ${network.engineName}, or drop external: true`,
  };
}

function waitsFor(network: Network, failure: string | undefined, until: string | undefined): Blocker {
  if (failure === undefined) return toBeMade(network, until);
  return { reason: 'NetworkMissing', message: `network ${network.engineName} could not be made: ${failure}` };
}

function toBeMade(network: Network, until: string | undefined): Blocker {
  const then = outcomeWords('; it is made', until);
  return { reason: 'NetworkMissing', message: `network ${network.engineName} is not there${then}` };
}

/**
 * An option that nobody declares may be the engine's: from API 1.43 on its configuration gives networks options, and later
 * ones say so by themselves. Those of the revision before are known to be taken away.
 */
function mayBeEngines(option: string, apiVersion: string, before: Network | undefined): boolean {
  if (before !== undefined && option in before.driverOpts) return false;
  if (option === 'com.docker.network.driver.overlay.vxlanid_list') return true;
  return option.startsWith('com.docker.network.') && !isBefore({ apiVersion }, '1.43');
}

function differences(
  network: Network,
  found: ObservedNetwork,
  before: Network | undefined,
  apiVersion: string,
): string[] {
  const isEngines = (option: string): boolean => mayBeEngines(option, apiVersion, before);
  // Where nobody has said it, it is the engine's to choose.
  const ipv4 = network.enableIpv4 ?? (before?.enableIpv4 === undefined ? undefined : true);
  return [
    ...(network.driver !== undefined && network.driver !== found.driver ? ['driver'] : []),
    ...((network.internal ?? false) !== found.internal ? ['internal'] : []),
    // docker-compose 1.29 makes all of them attachable, which has a meaning with Swarm only.
    ...(network.attachable === true ? differs('attachable', true, found.attachable) : []),
    ...(ipv4 === undefined ? [] : differs('enable_ipv4', ipv4, found.enableIpv4)),
    ...differs('enable_ipv6', network.enableIpv6 ?? false, found.enableIpv6),
    ...poolDifferences(network, found),
    ...((network.ipam?.driver ?? 'default') === (found.ipamDriver ?? network.ipam?.driver ?? 'default')
      ? []
      : ['ipam.driver']),
    ...(found.ipamOptions === undefined
      ? []
      : pairDifferences('ipam option', network.ipam?.options ?? {}, found.ipamOptions, () => false)),
    ...pairDifferences('option', network.driverOpts, found.options, isEngines),
    ...pairDifferences('label', network.labels, found.labels, isOthersLabel),
  ];
}

function differs(what: string, wanted: boolean, found: boolean | undefined): string[] {
  return found === undefined || wanted === found ? [] : [what];
}

/** Only what the manifest says of a pool: the engine fills in the rest. */
function poolDifferences({ ipam }: Network, { pools }: ObservedNetwork): string[] {
  if (pools === undefined) return [];
  return (ipam?.config ?? []).flatMap((wanted, index) => {
    const found = pools.find((pool) => pool.subnet === wanted.subnet) ?? pools[index];
    const names = [
      ...(wanted.subnet !== undefined && wanted.subnet !== found?.subnet ? ['subnet'] : []),
      ...(wanted.gateway !== undefined && wanted.gateway !== found?.gateway ? ['gateway'] : []),
      ...(wanted.ipRange !== undefined && wanted.ipRange !== found?.ipRange ? ['ip_range'] : []),
      ...Object.entries(wanted.auxAddresses ?? {}).flatMap(([name, address]) =>
        found?.auxAddresses?.[name] === address ? [] : [`aux_addresses.${name}`],
      ),
    ];
    return names.map((name) => `ipam.${name}`);
  });
}
