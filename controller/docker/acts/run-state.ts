// Whether a container runs: start, stop, restart, signal, unpause.

import { setTimeout } from 'node:timers/promises';
import type { Hook } from '../../../desired-state/container-spec.ts';
import { EngineError, ReeveError } from '../../errors.ts';
import { epochMs, type RawInspect } from '../api.ts';
import type { EngineClient } from '../client.ts';
import { hasReason, isMissing, refusedError } from '../errors.ts';
import { inspectRaw, shortId } from '../inspect.ts';
import { type Act, type Bounds, boundsOf, surely } from './act.ts';
import { putFiles } from './files.ts';
import { runHooks } from './hooks.ts';
import { refuseSilentVolumes } from './lost-volumes.ts';

export const startContainer: Act<'startContainer'> = async (client, args, context) => {
  const { containerId, files, postStart, made } = args;
  if (containerId === undefined) throw new ReeveError('nothing to start: the container was not made');
  const bounds = boundsOf(context);
  const what = `start container ${shortId(containerId)}`;
  const before =
    made === undefined ? await mustInspect(client, containerId, what, bounds) : asMade(containerId, made);
  if (before.State?.Running === true && before.State.Paused !== true) return { changed: false, containerId };
  if (made === undefined && neverStarted(before))
    await refuseSilentVolumes(client, nameOf(before), before, bounds);
  await putFiles(client, containerId, files, context);
  const act = async () => {
    try {
      const status = await client.done({
        method: 'POST',
        path: `/containers/${encodeURIComponent(containerId)}/start`,
        what: `start container ${nameOf(before)}`,
        ...bounds,
      });
      return { changed: status !== 304 };
    } catch (error) {
      throw await missingPeer(client, containerId, error, bounds);
    }
  };
  const look = (error: EngineError) => startedSince(client, before, error, bounds);
  const outcome = await surely(act, look, context.signal);
  await afterStart(client, before, postStart, bounds);
  return { ...outcome, containerId };
};

/** A container whose hooks failed must not be taken for one that is up. */
async function afterStart(
  client: EngineClient,
  container: RawInspect,
  hooks: readonly Hook[] | undefined,
  bounds: Bounds,
): Promise<void> {
  if (hooks === undefined) return;
  try {
    await runHooks(client, { id: container.Id, name: nameOf(container) }, 'post_start', hooks, bounds);
  } catch (error) {
    // Of one that was just made its own grace is not known yet.
    const now = (await inspectRaw(client, container.Id, bounds)) ?? container;
    await client.done({
      method: 'POST',
      path: `/containers/${container.Id}/stop`,
      what: `stop container ${nameOf(container)}`,
      ...graced({ ...bounds, signal: AbortSignal.timeout(bounds.timeoutMs * 2) }, undefined, now),
    });
    throw error;
  }
}

export const stopContainer: Act<'stopContainer'> = async (client, args, context) => {
  const { containerId, graceMs, preStop } = args;
  const before = await inspectRaw(client, containerId, boundsOf(context));
  if (before === undefined) return { changed: false, containerId };
  await beforeStop(client, before, preStop, boundsOf(context));
  const bounds = graced(boundsOf(context), graceMs, before);
  const act = async () => {
    try {
      const status = await client.done({
        method: 'POST',
        path: `/containers/${encodeURIComponent(containerId)}/stop`,
        what: `stop container ${nameOf(before)}`,
        query: { t: graceMs === undefined ? undefined : Math.ceil(graceMs / 1000) },
        ...bounds,
      });
      return { changed: status !== 304 };
    } catch (error) {
      if (isMissing(error)) return { changed: false };
      throw error;
    }
  };
  const look = async () => {
    const raw = await inspectRaw(client, containerId, boundsOf(context));
    return raw?.State?.Running === true ? undefined : { changed: true };
  };
  return { ...(await surely(act, look, context.signal)), containerId };
};

export const restartContainer: Act<'restartContainer'> = async (client, args, context) => {
  const { containerId, graceMs, files, preStop, postStart } = args;
  const what = `restart container ${shortId(containerId)}`;
  const before = await mustInspect(client, containerId, what, boundsOf(context));
  const bounds = graced(boundsOf(context), graceMs, before);
  await beforeStop(client, before, preStop, boundsOf(context));
  await putFiles(client, containerId, files, context);
  const act = async () => {
    await client.done({
      method: 'POST',
      path: `/containers/${encodeURIComponent(containerId)}/restart`,
      what: `restart container ${nameOf(before)}`,
      query: { t: graceMs === undefined ? undefined : Math.ceil(graceMs / 1000) },
      ...bounds,
    });
    return { changed: true };
  };
  const look = (error: EngineError) => startedSince(client, before, error, boundsOf(context));
  const outcome = await surely(act, look, context.signal);
  await afterStart(client, before, postStart, boundsOf(context));
  return { ...outcome, containerId };
};

/** Nothing can be run in one that does not run. */
async function beforeStop(
  client: EngineClient,
  container: RawInspect,
  hooks: readonly Hook[] | undefined,
  bounds: Bounds,
): Promise<void> {
  const { Running, Paused } = container.State ?? {};
  if (Running !== true || Paused === true) return;
  await runHooks(client, { id: container.Id, name: nameOf(container) }, 'pre_stop', hooks, bounds);
}

/** Not tried again when its answer is lost: whether a signal arrived cannot be seen, and two are not one. */
export const signalContainer: Act<'signalContainer'> = async (
  client,
  { containerId, signal, files },
  context,
) => {
  const bounds = boundsOf(context);
  const before = await mustInspect(client, containerId, `signal container ${shortId(containerId)}`, bounds);
  await putFiles(client, containerId, files, context);
  try {
    await client.done({
      method: 'POST',
      path: `/containers/${encodeURIComponent(containerId)}/kill`,
      what: `send ${signal} to container ${nameOf(before)}`,
      query: { signal },
      ...bounds,
    });
    return { changed: true, containerId };
  } catch (error) {
    // It reads the file when it starts.
    if (hasReason(error, 'NotRunning')) return { changed: false, containerId };
    throw error;
  }
};

export const unpauseContainer: Act<'unpauseContainer'> = async (client, { containerId }, context) => {
  const bounds = boundsOf(context);
  const act = async () => {
    try {
      await client.done({
        method: 'POST',
        path: `/containers/${encodeURIComponent(containerId)}/unpause`,
        what: `unpause container ${shortId(containerId)}`,
        ...bounds,
      });
      return { changed: true };
    } catch (error) {
      if (isMissing(error) || hasReason(error, 'NotPaused')) return { changed: false };
      throw error;
    }
  };
  const look = async () => {
    const raw = await inspectRaw(client, containerId, bounds);
    return raw?.State?.Paused === true ? undefined : { changed: true };
  };
  return { ...(await surely(act, look, context.signal)), containerId };
};

async function mustInspect(
  client: EngineClient,
  containerId: string,
  what: string,
  bounds: Bounds,
): Promise<RawInspect> {
  const raw = await inspectRaw(client, containerId, bounds);
  if (raw === undefined) throw refusedError(what, 404, `No such container: ${shortId(containerId)}`);
  return raw;
}

/** A start answers "no such container" of the one whose network or processes it shares, too. */
async function missingPeer(
  client: EngineClient,
  containerId: string,
  error: unknown,
  bounds: Bounds,
): Promise<unknown> {
  if (!(error instanceof EngineError) || error.reason !== 'ContainerMissing') return error;
  if ((await inspectRaw(client, containerId, bounds)) === undefined) return error;
  return new EngineError(`${error.message} (whose network, processes or memory it is to share)`, {
    code: 409,
    reason: 'NamespaceMissing',
    cause: error,
  });
}

function nameOf(raw: RawInspect): string {
  return (raw.Name ?? '').replace(/^\//, '') || shortId(raw.Id);
}

const patienceMs = 10_000;

/**
 * Whether it was started since `before`; it may have run and ended by now, so a later start time counts. A call that
 * was not answered may still be at work in the engine: it is waited for, because a second restart is one too many.
 */
async function startedSince(
  client: EngineClient,
  before: RawInspect,
  error: EngineError,
  bounds: Bounds,
): Promise<{ changed: boolean } | undefined> {
  const answered = error.code !== 0;
  const deadline = performance.now() + (answered ? 0 : Math.min(patienceMs, bounds.timeoutMs));
  for (;;) {
    const raw = await mustInspect(client, before.Id, `look at container ${nameOf(before)}`, bounds);
    if (raw.State?.StartedAt !== before.State?.StartedAt) return { changed: true };
    if (performance.now() >= deadline) return undefined;
    await setTimeout(100, undefined, { signal: bounds.signal });
  }
}

/** Of a start that is not known: Go's zero time, of the year 1. */
const neverAt = '0001-01-01T00:00:00Z';

/** One whose create has just been answered. That no volume was made in silence with it is seen by the create. */
function asMade(id: string, name: string): RawInspect {
  return { Id: id, Name: `/${name}`, State: { StartedAt: neverAt } };
}

function neverStarted(raw: RawInspect): boolean {
  return epochMs(raw.State?.StartedAt) === 0;
}

/** A stop is answered only when the grace is over: that long beside the call's own time. */
function graced(bounds: Bounds, graceMs: number | undefined, raw: RawInspect): Bounds {
  const grace = graceMs ?? (raw.Config?.StopTimeout ?? 10) * 1000;
  return { ...bounds, timeoutMs: bounds.timeoutMs + grace };
}
