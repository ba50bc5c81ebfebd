// Gathers what reading commands show: from the store where a controller keeps it current, else by looking at the engine now,
// else as it was last seen, saying so. Takes no lock and changes nothing.

import { InvalidManifest } from '../../desired-state/diagnostic.ts';
import type { ResourceStatus } from '../../reconcilers/condition.ts';
import { noFacts } from '../../reconcilers/facts.ts';
import { deletionCondition } from '../../reconcilers/left-over.ts';
import type { Plan } from '../../reconcilers/plan.ts';
import { ReeveError } from '../errors.ts';
import { findController } from '../http/find.ts';
import type { HealthAnswer } from '../http/protocol.ts';
import { livingLeader } from '../lead.ts';
import type { Leader } from '../lease/port.ts';
import { holderNow } from '../lock/lock.ts';
import { readSnapshot } from '../reports/read.ts';
import type { LeaderInfo, Snapshot } from '../reports/snapshot.ts';
import { openSession } from '../session.ts';
import { openStoreAtReadOnly, type StoreReader } from '../store/open.ts';
import type { StoredCondition } from '../store/store.ts';
import type { Context } from './context.ts';
import type { PlatformFlags } from './options.ts';
import { findPlace, type Place } from './place.ts';
import { sessionOptions } from './reach.ts';
import { requireSameEngine } from './same-engine.ts';

export interface Look {
  readonly place: Place;
  readonly snapshot: Snapshot;
  /** Absent where nothing was ever applied. */
  readonly store?: StoreReader;
}

/** Looks, and hands what was seen to `show`; the store is open until it is done. */
export async function look<T>(
  flags: PlatformFlags,
  context: Context,
  show: (look: Look) => Promise<T>,
): Promise<T> {
  const place = await findPlace(flags, context);
  const store = await openStoreAtReadOnly(place.home);
  try {
    const snapshot = await see(place, flags, context, store);
    return await show({ place, snapshot, ...(store === undefined ? {} : { store }) });
  } finally {
    await store?.close();
  }
}

async function see(
  place: Place,
  flags: PlatformFlags,
  context: Context,
  store: StoreReader | undefined,
): Promise<Snapshot> {
  const { platform } = place;
  const controller = await controllerAt(place);
  if (controller.health !== undefined) await requireSameEngine(flags, context, controller.health);
  const at = context.now();
  if (store !== undefined && controller.health !== undefined) {
    return readSnapshot(store, { platform, at, controller: controller.health });
  }
  const leader = await livingLeader(place.home);
  // Another machine's controller keeps it, and what is stored is current.
  if (store !== undefined && leader !== undefined && isController(leader)) {
    return readSnapshot(store, { platform, at, leader: leaderInfo(leader) });
  }
  const remembered: Snapshot =
    store === undefined
      ? { at, platform, conditions: [], facts: noFacts, seen: 'remembered' }
      : await readSnapshot(store, { platform, at });
  if (controller.trouble !== undefined) {
    return { ...remembered, trouble: { message: controller.trouble, diagnostics: [] } };
  }
  try {
    return await observe(place, flags, context, remembered, leader);
  } catch (error) {
    // Never applied, and not to be looked at: there is nothing else to show.
    if (
      remembered.revision === undefined ||
      !(error instanceof ReeveError || error instanceof InvalidManifest)
    ) {
      throw error;
    }
    const diagnostics = error instanceof InvalidManifest ? error.diagnostics : [];
    return { ...remembered, trouble: { message: error.message, diagnostics } };
  }
}

async function controllerAt(place: Place): Promise<{ health?: HealthAnswer; trouble?: string }> {
  try {
    const found = await findController(place.socketPath);
    return found === undefined ? {} : { health: found.health };
  } catch (error) {
    if (error instanceof ReeveError) return { trouble: error.message };
    throw error;
  }
}

async function observe(
  place: Place,
  flags: PlatformFlags,
  context: Context,
  remembered: Snapshot,
  leader: Leader | undefined,
): Promise<Snapshot> {
  const session = await openSession(
    sessionOptions(place, flags, context, { verb: 'look', lock: false, manifests: false }),
  );
  try {
    const { revision, plan } = await session.plan({
      names: [],
      allowDelete: false,
      updateImages: false,
      local: true,
    });
    // What the manifests say now may be newer than what is in force.
    const { inForce, ...rest } = remembered;
    const isInForce = inForce !== undefined && remembered.revision?.id === revision.id;
    const holder = leader ?? holderNow(session.engine.key, session.platform);
    return {
      ...rest,
      ...(isInForce ? { inForce } : {}),
      ...(holder === undefined ? {} : { acting: holder }),
      revision,
      conditions: withTimes([...plan.statuses, ...platformStatus(plan)], remembered),
      seen: 'observed',
      pendingSteps: plan.steps.length,
    };
  } finally {
    await session.close();
  }
}

/** And not a command that is at work for a moment. */
function isController({ command }: Leader): boolean {
  return command.endsWith('(run)');
}

function leaderInfo({ command, pid, host, since }: Leader): LeaderInfo {
  return { by: command, pid, host, since: new Date(since).toISOString() };
}

function platformStatus(plan: Plan): readonly ResourceStatus[] {
  const held = deletionCondition(plan);
  return held === undefined ? [] : [{ ref: `Platform/${plan.platform}`, conditions: [held] }];
}

/** A condition that stands as it did when last seen has stood since then. */
function withTimes(statuses: readonly ResourceStatus[], remembered: Snapshot): readonly StoredCondition[] {
  const known = new Map(remembered.conditions.map((c) => [`${c.ref} ${c.type}`, c]));
  return statuses.flatMap(({ ref, conditions, containerId }) =>
    conditions.map((condition) => {
      const before = known.get(`${ref} ${condition.type}`);
      return {
        ...condition,
        ref,
        lastTransitionTime: before?.status === condition.status ? before.lastTransitionTime : remembered.at,
        ...(containerId === undefined ? {} : { containerId }),
      };
    }),
  );
}
