// The lock's marker as a volume without data. Its label is `reeve.lock`, never `reeve.platform`: it is no platform's
// volume, and no plan lists or removes it.

import type { LockEngine, MarkerLabels } from '../lock/port.ts';
import type { EngineClient } from './client.ts';
import { isMissing } from './errors.ts';

interface RawMarker {
  readonly Labels?: MarkerLabels | null;
}

interface RawRunning {
  readonly State?: { readonly Running?: boolean; readonly StartedAt?: string } | null;
}

export function lockEngine(client: EngineClient): LockEngine {
  const read = (name: string) =>
    orMissing(
      client.json<RawMarker>({
        method: 'GET',
        path: `/volumes/${encodeURIComponent(name)}`,
        what: `look at lock ${name}`,
      }),
    );
  const create = async (name: string, labels: MarkerLabels): Promise<MarkerLabels> => {
    const made = await client.json<RawMarker>({
      method: 'POST',
      path: '/volumes/create',
      what: `make lock ${name}`,
      body: { Name: name, Labels: labels },
    });
    if (made.Labels !== undefined && made.Labels !== null) return made.Labels;
    // Restarted, an engine answers so for a volume that was there before, labels or not, until it has been read once.
    const found = await read(name);
    return found === undefined ? create(name, labels) : (found.Labels ?? {});
  };
  return {
    createMarker: create,
    readMarker: async (name) => {
      const found = await read(name);
      return found === undefined ? undefined : (found.Labels ?? {});
    },
    removeMarker: async (name) => {
      await orMissing(
        client.done({
          method: 'DELETE',
          path: `/volumes/${encodeURIComponent(name)}`,
          what: `remove lock ${name}`,
        }),
      );
    },
    runningSince: async (containerId) => {
      const found = await orMissing(
        client.json<RawRunning>({
          method: 'GET',
          path: `/containers/${encodeURIComponent(containerId)}/json`,
          what: `look at container ${containerId}`,
        }),
      );
      return found?.State?.Running === true ? Date.parse(found.State.StartedAt ?? '') || 0 : undefined;
    },
  };
}

async function orMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
