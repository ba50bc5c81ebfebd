// The lock that is kept on the engine itself, so that controllers with different file systems exclude each other:
// a volume that the engine makes for exactly one of those who ask, its labels telling whose it is.
//
// Taking over a dead holder's marker must not remove the marker of somebody who was quicker. So whoever wants to remove
// the marker with token T must first hold a second one that is named after T; while it is held, T cannot be replaced.

import { randomUUID } from 'node:crypto';
import type { Holder, ProcessIdentity } from './holder.ts';
import { type HolderTrace, judge } from './liveness.ts';
import type { LockEngine, MarkerLabels } from './port.ts';

export interface Claim {
  readonly platform: string;
  readonly holder: Holder;
  readonly identity: ProcessIdentity;
  /** Take it from a holder of whom nobody can tell whether it lives; never from one that does. */
  readonly force: boolean;
  /** The store whose lease says which process acts: its controllers share the marker. */
  readonly store?: string;
}

export interface Marker {
  /** Still ours; makes it anew where somebody pruned it. */
  check(): Promise<boolean>;
  release(): Promise<void>;
}

export type Taken =
  | { readonly marker: Marker }
  | { readonly heldBy: Holder & { readonly store?: string }; readonly liveness: 'alive' | 'unknown' };

export async function takeMarker(engine: LockEngine, claim: Claim): Promise<Taken> {
  const name = `reeve.lock.${claim.platform}`;
  const labels = toLabels(claim, await ownContainer(engine, claim.identity));
  const refused = await take(engine, claim, name, name, labels);
  if (refused !== undefined) return refused;
  const token = labels[key.token];
  return {
    marker: {
      check: async () => (await engine.createMarker(name, labels))[key.token] === token,
      release: async () => {
        const found = await engine.readMarker(name);
        if (found?.[key.token] === token) await engine.removeMarker(name);
      },
    },
  };
}

type Refusal = Extract<Taken, { heldBy: Holder }>;

/** undefined: `name` is ours. */
async function take(
  engine: LockEngine,
  claim: Claim,
  base: string,
  name: string,
  labels: MarkerLabels,
): Promise<Refusal | undefined> {
  for (;;) {
    const found = await engine.createMarker(name, labels);
    if (found[key.token] === labels[key.token]) return undefined;
    const trace = toTrace(found);
    // Of a store's controllers one may be gone and the next act.
    const liveness =
      found[key.store] === undefined
        ? await judge(trace, { ...claim.identity, host: claim.holder.host }, engine)
        : 'unknown';
    if (liveness === 'alive' || (liveness === 'unknown' && !claim.force)) return { heldBy: trace, liveness };
    const token = found[key.token] ?? 'none';
    const guard = `${base}.${token}`;
    const refused = await take(engine, claim, base, guard, labels);
    if (refused !== undefined) return refused;
    try {
      const still = await engine.readMarker(name);
      if (still !== undefined && (still[key.token] ?? 'none') === token) await engine.removeMarker(name);
    } finally {
      await engine.removeMarker(guard);
    }
  }
}

/** Our own container only where this engine runs it: another engine's answer about it would be "gone". */
async function ownContainer(engine: LockEngine, identity: ProcessIdentity): Promise<string> {
  if (identity.container === '') return '';
  return (await engine.runningSince(identity.container)) === undefined ? '' : identity.container;
}

const key = {
  platform: 'reeve.lock',
  token: 'reeve.lock.token',
  store: 'reeve.lock.store',
  host: 'reeve.lock.host',
  machine: 'reeve.lock.machine',
  boot: 'reeve.lock.boot',
  pid: 'reeve.lock.pid',
  pidNamespace: 'reeve.lock.pid-namespace',
  startTime: 'reeve.lock.start-time',
  container: 'reeve.lock.container',
  command: 'reeve.lock.command',
  stateDir: 'reeve.lock.state-dir',
  since: 'reeve.lock.since',
} as const;

function toLabels({ platform, holder, identity, store }: Claim, container: string): MarkerLabels {
  return {
    [key.platform]: platform,
    [key.token]: store ?? randomUUID(),
    ...(store === undefined ? {} : { [key.store]: store }),
    [key.host]: holder.host,
    [key.machine]: identity.machine,
    [key.boot]: identity.boot,
    [key.pid]: String(identity.pid),
    [key.pidNamespace]: identity.pidNamespace,
    [key.startTime]: identity.startTime,
    [key.container]: container,
    [key.command]: holder.command,
    [key.stateDir]: holder.stateDir,
    [key.since]: String(holder.since),
  };
}

function toTrace(labels: MarkerLabels): HolderTrace & Holder & { readonly store?: string } {
  const text = (name: keyof typeof key) => labels[key[name]] ?? '';
  return {
    host: text('host'),
    machine: text('machine'),
    boot: text('boot'),
    pid: Number(text('pid')),
    pidNamespace: text('pidNamespace'),
    startTime: text('startTime'),
    container: text('container'),
    command: text('command'),
    stateDir: text('stateDir'),
    since: Number(text('since')),
    ...(text('store') === '' ? {} : { store: text('store') }),
  };
}
