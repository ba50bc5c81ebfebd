// An image from its registry, with progress in words. Anonymous: no credentials are sent.

import type { StepOutcome } from '../../engine.ts';
import { EngineError } from '../../errors.ts';
import type { EngineClient } from '../client.ts';
import { garbledError, hasReason, lostError, refusedError, timedOutError } from '../errors.ts';
import { linesOf } from '../events.ts';
import { type Act, type Bounds, boundsOf } from './act.ts';

interface RawProgress {
  readonly id?: string;
  readonly status?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
  readonly errorDetail?: { readonly message?: string };
}

export const pullImage: Act<'pullImage'> = async (client, { image }, context): Promise<StepOutcome> => {
  const what = `pull image ${image}`;
  const deadline = AbortSignal.any([context.signal, AbortSignal.timeout(context.timeoutMs)]);
  try {
    const answer = await openPull(client, image, { ...boundsOf(context), signal: deadline });
    try {
      return await followPull(answer, image, context.progress);
    } finally {
      answer.destroy();
    }
  } catch (error) {
    if (context.signal.aborted) throw context.signal.reason;
    if (deadline.aborted) throw timedOutError(what, context.timeoutMs);
    if (!(error instanceof EngineError)) throw lostError(what, 'the connection broke', error);
    throw hasReason(error, 'EngineRefused') ? pullFailed(error) : error;
  }
};

async function followPull(
  answer: AsyncIterable<Buffer>,
  image: string,
  tell: (message: string) => void,
): Promise<StepOutcome> {
  const what = `pull image ${image}`;
  const words = progressWords(image);
  let changed = true;
  let said = '';
  for await (const line of linesOf(answer)) {
    const progress = parseProgress(line, what);
    const wrong = progress.errorDetail?.message ?? progress.error;
    // The answer was 200 long ago: a failure is told in the stream alone.
    if (wrong !== undefined) throw refusedError(what, 404, wrong);
    if (/image is up to date/i.test(progress.status ?? '')) changed = false;
    const now = words(progress);
    if (now === undefined || now === said) continue;
    said = now;
    tell(now);
  }
  return { changed };
}

/** A registry that cannot be reached may be reached later, whatever the status. */
function pullFailed(error: EngineError): EngineError {
  return new EngineError(error.message, {
    code: 502,
    reason: 'PullFailed',
    hint: 'can the registry be reached from the engine?',
    cause: error,
  });
}

function openPull(client: EngineClient, image: string, bounds: Bounds) {
  return client.stream({
    method: 'POST',
    path: '/images/create',
    what: `pull image ${image}`,
    query: referenceQuery(image),
    ...bounds,
  });
}

/** Without a tag the engine would pull every tag there is. */
export function referenceQuery(image: string): { fromImage: string; tag: string } {
  const digest = image.indexOf('@');
  if (digest > 0) {
    // A tag beside a digest says nothing, and the engine wants none.
    const name = image.slice(0, digest).replace(/:[^/:]+$/, '');
    return { fromImage: name, tag: image.slice(digest + 1) };
  }
  const colon = image.lastIndexOf(':');
  if (colon > image.lastIndexOf('/'))
    return { fromImage: image.slice(0, colon), tag: image.slice(colon + 1) };
  return { fromImage: image, tag: 'latest' };
}

/** `postgres:15: downloading 34 %`, over all layers known so far. */
function progressWords(image: string): (progress: RawProgress) => string | undefined {
  const layers = new Map<string, { current: number; total: number }>();
  return ({ id, status, progressDetail }) => {
    if (id === undefined || status === undefined) return undefined;
    if (status === 'Extracting' && [...layers.values()].every((l) => l.current >= l.total)) {
      return `${image}: extracting`;
    }
    const { current = 0, total = 0 } = progressDetail ?? {};
    if (status === 'Downloading' && total > 0) layers.set(id, { current, total });
    else if (status === 'Download complete') completeLayer(layers, id);
    else return undefined;
    const all = [...layers.values()];
    const done = all.reduce((sum, l) => sum + l.current, 0);
    const whole = all.reduce((sum, l) => sum + l.total, 0);
    return whole === 0 ? undefined : `${image}: downloading ${Math.floor((done / whole) * 100)} %`;
  };
}

function completeLayer(layers: Map<string, { current: number; total: number }>, id: string): void {
  const layer = layers.get(id);
  if (layer !== undefined) layers.set(id, { current: layer.total, total: layer.total });
}

function parseProgress(line: string, what: string): RawProgress {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw garbledError(what, cause);
  }
}
