// What the engine keeps on its disk, as `docker system df` counts it.

import type { EngineDisk } from '../../reconcilers/recovery/evidence.ts';
import type { RawDiskUse } from './api.ts';
import type { EngineClient } from './client.ts';

export async function diskUse(client: EngineClient, timeoutMs: number): Promise<EngineDisk> {
  const raw = await client.json<RawDiskUse>({
    method: 'GET',
    path: '/system/df',
    what: 'ask what is on its disk',
    timeoutMs,
  });
  return {
    images: raw.LayersSize ?? 0,
    containers: sum((raw.Containers ?? []).map((c) => c.SizeRw)),
    volumes: sum((raw.Volumes ?? []).map((v) => v.UsageData?.Size)),
    // What is shared is counted with the images.
    buildCache: sum((raw.BuildCache ?? []).filter((c) => c.Shared !== true).map((c) => c.Size)),
  };
}

function sum(sizes: readonly (number | null | undefined)[]): number {
  return sizes.reduce<number>((all, size) => all + Math.max(0, size ?? 0), 0);
}
