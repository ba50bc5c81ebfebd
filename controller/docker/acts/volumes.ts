// Volumes: made and removed.

import type { Volume } from '../../../desired-state/resource.ts';
import type { RawVolume } from '../api.ts';
import type { EngineClient } from '../client.ts';
import { isMissing } from '../errors.ts';
import { type Act, type Bounds, boundsOf, surely } from './act.ts';

/** The engine answers alike for a volume that it made and one that was there: looked for before. */
export const createVolume: Act<'createVolume'> = async (client, { volume }, context) => {
  const bounds = boundsOf(context);
  if ((await findVolume(client, volume.engineName, bounds)) !== undefined) return { changed: false };
  const act = () =>
    client.done({
      method: 'POST',
      path: '/volumes/create',
      what: `create volume ${volume.engineName}`,
      body: volumeBody(volume),
      ...bounds,
    });
  // Creating it again is harmless.
  await surely(act, async () => undefined, context.signal);
  return { changed: true };
};

/** The body of the engine's create call. */
export function volumeBody(volume: Volume): object {
  return {
    Name: volume.engineName,
    Driver: volume.driver ?? 'local',
    DriverOpts: volume.driverOpts,
    Labels: volume.labels,
  };
}

export const removeVolume: Act<'removeVolume'> = async (client, { name }, context) => ({
  changed: await deleteVolume(client, name, boundsOf(context)),
});

/** false: it was gone already. */
export async function deleteVolume(client: EngineClient, name: string, bounds: Bounds): Promise<boolean> {
  const act = async () => {
    try {
      await client.done({
        method: 'DELETE',
        path: `/volumes/${encodeURIComponent(name)}`,
        what: `remove volume ${name}`,
        ...bounds,
      });
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  };
  return surely(act, async () => undefined, bounds.signal);
}

/** undefined: no such volume. */
export async function findVolume(
  client: EngineClient,
  name: string,
  bounds: Bounds,
): Promise<RawVolume | undefined> {
  try {
    return await client.json<RawVolume>({
      method: 'GET',
      path: `/volumes/${encodeURIComponent(name)}`,
      what: `look for volume ${name}`,
      ...bounds,
    });
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
