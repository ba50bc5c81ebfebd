// A container's removal. Never by force: what runs is stopped by a step of its own before.

import { setTimeout } from 'node:timers/promises';
import { isAnonymousVolume } from '../api.ts';
import type { EngineClient } from '../client.ts';
import { hasReason, isMissing, timedOutError } from '../errors.ts';
import { inspectRaw } from '../inspect.ts';
import { type Act, type Bounds, boundsOf, surely } from './act.ts';
import { deleteVolume } from './volumes.ts';

export const removeContainer: Act<'removeContainer'> = async (
  client,
  { containerId, name, volumes },
  context,
) => ({
  changed: await deleteContainer(
    client,
    { id: containerId, name, volumes: volumes ? 'all' : 'none' },
    boundsOf(context),
  ),
});

export interface Doomed {
  readonly id: string;
  readonly name: string;
  /** Which anonymous volumes go too: `own` those made for it, `all` those moved along from a predecessor as well. */
  readonly volumes: 'none' | 'own' | 'all';
}

/** false: it was gone already. */
export async function deleteContainer(
  client: EngineClient,
  { id, name, volumes }: Doomed,
  bounds: Bounds,
): Promise<boolean> {
  const anonymous = volumes === 'all' ? await anonymousOf(client, id, bounds) : [];
  const changed = await surely(
    () => deleteOnce(client, id, name, volumes !== 'none', bounds),
    async () => ((await inspectRaw(client, id, bounds)) === undefined ? true : undefined),
    bounds.signal,
  );
  // The engine takes a moved volume for a named one and leaves it.
  for (const volume of anonymous) {
    try {
      await deleteVolume(client, volume, bounds);
    } catch (error) {
      if (!hasReason(error, 'VolumeInUse')) throw error;
    }
  }
  return changed;
}

async function anonymousOf(client: EngineClient, id: string, bounds: Bounds): Promise<string[]> {
  const raw = await inspectRaw(client, id, bounds);
  return (raw?.Mounts ?? []).flatMap((m) =>
    m.Type === 'volume' && m.Name && isAnonymousVolume(m.Name) ? [m.Name] : [],
  );
}

async function deleteOnce(
  client: EngineClient,
  id: string,
  name: string,
  volumes: boolean,
  bounds: Bounds,
): Promise<boolean> {
  try {
    await client.done({
      method: 'DELETE',
      path: `/containers/${encodeURIComponent(id)}`,
      what: `remove container ${name}`,
      query: { v: volumes },
      ...bounds,
    });
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    if (!hasReason(error, 'RemovalInProgress')) throw error;
    await untilGone(client, id, name, bounds);
    return true;
  }
}

/** Somebody else, or a call whose answer was lost, is removing it. */
async function untilGone(client: EngineClient, id: string, name: string, bounds: Bounds): Promise<void> {
  for (let waitedMs = 0; waitedMs < bounds.timeoutMs; waitedMs += 50) {
    if ((await inspectRaw(client, id, bounds)) === undefined) return;
    await setTimeout(50, undefined, { signal: bounds.signal });
  }
  throw timedOutError(`remove container ${name}`, bounds.timeoutMs);
}
