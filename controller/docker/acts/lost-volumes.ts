// A create makes a missing named volume silently. Here it is noticed, before anything runs on the empty one: the mount
// carries a label that only a volume made by that very create gets.

import { EngineError } from '../../errors.ts';
import type { RawInspect } from '../api.ts';
import type { EngineClient } from '../client.ts';
import { silentVolumeLabel } from '../create-mounts.ts';
import { hasReason } from '../errors.ts';
import type { Bounds } from './act.ts';
import { deleteContainer } from './remove-container.ts';
import { deleteVolume, findVolume } from './volumes.ts';

/** Throws VolumeLost if one is not there; nothing was made yet. */
export async function requireVolumes(
  client: EngineClient,
  container: string,
  names: readonly string[],
  bounds: Bounds,
): Promise<void> {
  const found = await Promise.all(names.map((name) => findVolume(client, name, bounds)));
  const missing = names.filter((_, i) => found[i] === undefined);
  if (missing.length > 0) throw volumeLost(container, missing);
}

/** Of a container that never ran: removes it and its silently made, empty volumes, and throws VolumeLost. */
export async function refuseSilentVolumes(
  client: EngineClient,
  container: string,
  raw: RawInspect,
  bounds: Bounds,
): Promise<void> {
  const guarded = (raw.HostConfig?.Mounts ?? [])
    .filter((m) => m.VolumeOptions?.Labels?.[silentVolumeLabel] !== undefined)
    .map((m) => m.Source ?? '');
  const found = await Promise.all(guarded.map((name) => findVolume(client, name, bounds)));
  const silent = guarded.filter((_, i) => found[i]?.Labels?.[silentVolumeLabel] !== undefined);
  if (silent.length === 0) return;
  await deleteContainer(client, { id: raw.Id, name: container, volumes: 'own' }, bounds);
  for (const name of silent) {
    try {
      await deleteVolume(client, name, bounds);
    } catch (error) {
      // Somebody uses it meanwhile: it is theirs now.
      if (!hasReason(error, 'VolumeInUse')) throw error;
    }
  }
  throw volumeLost(container, silent);
}

function volumeLost(container: string, names: readonly string[]): EngineError {
  const which = names.length === 1 ? `volume ${names[0]} is` : `volumes ${names.join(', ')} are`;
  return new EngineError(`${container}: ${which} gone, and would be made anew and empty`, {
    code: 409,
    reason: 'VolumeLost',
    hint: 'bring the volume back, or accept the loss: reeve release NAME --accept-data-loss',
  });
}
