// One container in full, with what its image contributes.

import type { ContainerDetail, ImageDefaults } from '../../reconcilers/observed.ts';
import { epochMs, type RawImage, type RawInspect } from './api.ts';
import type { EngineClient } from './client.ts';
import { garbledError, isMissing, shortened } from './errors.ts';
import { toImageDefaults } from './to-config.ts';
import { anonymousVolumes } from './to-mounts.ts';
import { aliasesOf, type EngineDefaults, primaryNetworkOf, type SecretMask, toSpec } from './to-spec.ts';

/** The engine's own answer; undefined: no such container. */
export async function inspectRaw(
  client: EngineClient,
  container: string,
  bounds: { readonly signal?: AbortSignal; readonly timeoutMs?: number } = {},
): Promise<RawInspect | undefined> {
  const what = `inspect container ${shortId(container)}`;
  try {
    const raw = await client.json<RawInspect>({
      method: 'GET',
      path: `/containers/${encodeURIComponent(container)}/json`,
      what,
      ...bounds,
    });
    if (typeof raw.Id !== 'string') throw garbledError(what);
    return raw;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Full ids are noise in a message. */
export function shortId(container: string): string {
  return /^[0-9a-f]{64}$/.test(container) ? container.slice(0, 12) : container;
}

export interface Inspector {
  inspect(containerId: string, mask: SecretMask): Promise<ContainerDetail | undefined>;
}

/** Inspects containers; remembers images by their id, which never change. */
export function makeInspector(
  client: EngineClient,
  defaultsOfEngine: () => Promise<EngineDefaults>,
  now: () => number,
): Inspector {
  const images = new Map<string, Promise<ImageDefaults | undefined>>();

  async function imageDefaults(imageId: string): Promise<ImageDefaults> {
    const asked = images.get(imageId) ?? readImage(client, imageId);
    images.set(imageId, asked);
    try {
      const found = await asked;
      if (found !== undefined) return found;
    } catch (error) {
      images.delete(imageId);
      throw error;
    }
    // Removed by force while its container lives: nothing can be told from it, and it may come back.
    images.delete(imageId);
    return toImageDefaults({});
  }

  return {
    async inspect(containerId, mask) {
      const at = now();
      const raw = await inspectRaw(client, containerId);
      if (raw === undefined) return undefined;
      const [image, defaults] = await Promise.all([imageDefaults(raw.Image ?? ''), defaultsOfEngine()]);
      const state = raw.State ?? {};
      return {
        at,
        startedAt: epochMs(state.StartedAt),
        finishedAt: epochMs(state.FinishedAt),
        pid: state.Pid ?? 0,
        exitCode: state.ExitCode ?? 0,
        oomKilled: state.OOMKilled ?? false,
        error: shortened(state.Error ?? ''),
        restartCount: raw.RestartCount ?? 0,
        ...(typeof state.Health?.FailingStreak === 'number'
          ? { failingStreak: state.Health.FailingStreak }
          : {}),
        ...checkOutputOf(raw),
        spec: toSpec(raw, mask, defaults),
        ...primaryNetworkOf(raw),
        imageDefaults: image,
        aliases: aliasesOf(raw),
        anonymousVolumes: anonymousVolumes(raw),
      };
    },
  };
}

const outputLength = 200;

/** What the last healthcheck that failed has printed, on one line. Of some the engine keeps no word (a busy one, seen). */
function checkOutputOf({ State }: RawInspect): { checkOutput?: string } {
  const failed = State?.Health?.Log?.filter(({ ExitCode }) => ExitCode !== 0) ?? [];
  const printed = failed.map(({ Output = '' }) => Output.replace(/\s+/g, ' ').trim());
  const output = printed.findLast((words) => words !== '') ?? '';
  if (output === '') return {};
  return { checkOutput: output.length > outputLength ? `${output.slice(0, outputLength)}…` : output };
}

async function readImage(client: EngineClient, imageId: string): Promise<ImageDefaults | undefined> {
  try {
    const image = await client.json<RawImage>({
      method: 'GET',
      path: `/images/${encodeURIComponent(imageId)}/json`,
      what: `inspect image ${imageId}`,
    });
    return toImageDefaults(image.Config ?? {});
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
