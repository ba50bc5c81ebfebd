// An image from its registry, with progress in words and the credentials that Docker's CLI would use. By digest where
// the revision knows one: the tag is then set to it, unless somebody gave the tag another meaning here.

import type { StepArgs } from '../../../reconcilers/plan.ts';
import type { StepOutcome } from '../../engine.ts';
import { EngineError } from '../../errors.ts';
import type { RawImage } from '../api.ts';
import type { EngineClient } from '../client.ts';
import { hasReason, isMissing, lostError, refusedError, timedOutError } from '../errors.ts';
import type { Headers } from '../registry/credentials.ts';
import { referenceQuery, repositoryOf, tagOf } from '../registry/reference.ts';
import { type Act, type ActContext, type Bounds, boundsOf } from './act.ts';
import { layerWords, progressOf } from './progress.ts';

export const pullImage: Act<'pullImage'> = async (client, args, context): Promise<StepOutcome> => {
  const { image, digest } = args;
  const what = `pull image ${image}`;
  const deadline = AbortSignal.any([context.signal, AbortSignal.timeout(context.timeoutMs)]);
  const bounds = { ...boundsOf(context), signal: deadline };
  const { header, problem } = await context.credentials.forImage(image);
  if (problem !== undefined) context.progress(`${image}: without credentials: ${problem}`);
  try {
    const pulled = await follow(client, { ...args, header }, bounds, context);
    const name = digest === undefined ? image : `${repositoryOf(image)}@${digest}`;
    const id = await idOf(client, name, bounds);
    if (digest !== undefined && id !== undefined) await tagAlso(client, image, id, bounds);
    const meant = digest ?? pulled.digest;
    return {
      changed: pulled.changed,
      ...(id === undefined ? {} : { imageId: id }),
      ...(meant === undefined ? {} : { digest: meant, message: meant }),
    };
  } catch (error) {
    if (context.signal.aborted) throw context.signal.reason;
    if (deadline.aborted) throw timedOutError(what, context.timeoutMs);
    if (!(error instanceof EngineError)) throw lostError(what, 'the connection broke', error);
    throw pullFailed(error, header, problem);
  }
};

interface Pulled {
  readonly changed: boolean;
  readonly digest?: string;
}

async function follow(
  client: EngineClient,
  { image, digest, platform, header }: StepArgs['pullImage'] & { readonly header: Headers },
  bounds: Bounds,
  { progress: tell }: ActContext,
): Promise<Pulled> {
  const what = `pull image ${image}`;
  const answer = await client.stream({
    method: 'POST',
    path: '/images/create',
    what,
    query: { ...referenceQuery(image, digest), platform },
    headers: header,
    ...bounds,
  });
  const words = layerWords(image);
  let found: Pulled = { changed: true };
  let said = '';
  try {
    for await (const line of progressOf(answer, what)) {
      // The answer was 200 long ago: a failure is told in the stream alone.
      if (line.wrong !== undefined) throw refusedError(what, 404, line.wrong);
      const { status = '' } = line;
      const meant = /^Digest: (sha256:[0-9a-f]{64})/.exec(status)?.[1];
      if (meant !== undefined) found = { ...found, digest: meant };
      if (/image is up to date/i.test(status)) found = { ...found, changed: false };
      const now = words(line);
      if (now === undefined || now === said) continue;
      said = now;
      tell(now);
    }
    return found;
  } finally {
    answer.destroy();
  }
}

async function idOf(client: EngineClient, name: string, bounds: Bounds): Promise<string | undefined> {
  try {
    const path = `/images/${encodeURI(name)}/json`;
    return (await client.json<RawImage>({ method: 'GET', path, what: `inspect image ${name}`, ...bounds }))
      .Id;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** So that people find it by the name they know; a tag that is there already is somebody's. */
async function tagAlso(client: EngineClient, image: string, id: string, bounds: Bounds): Promise<void> {
  const tag = tagOf(image);
  if (tag === undefined || (await idOf(client, image, bounds)) !== undefined) return;
  await client.done({
    method: 'POST',
    path: `/images/${encodeURI(id)}/tag`,
    what: `tag image ${image}`,
    query: { repo: repositoryOf(image), tag },
    ...bounds,
  });
}

/** A registry that cannot be reached may be reached later, whatever the status. */
function pullFailed(error: EngineError, header: Headers, problem: string | undefined): EngineError {
  // Docker Hub's words for a name that nobody has: its hint tells of logging in, too.
  if (hasReason(error, 'ImageMissing')) return error;
  const denied = /unauthorized|authentication required|no basic auth|denied|incorrect username/i.test(
    error.message,
  );
  if (denied) {
    const without = problem === undefined ? 'there are no credentials for it' : problem;
    const why =
      Object.keys(header).length === 0 ? without : 'it does not take the credentials of docker login';
    return new EngineError(`${error.message} (${why})`, {
      code: 401,
      reason: 'ImagePullDenied',
      hint: 'docker login, as the user that runs reeve (or with its DOCKER_CONFIG)',
      cause: error,
    });
  }
  if (!hasReason(error, 'EngineRefused')) return error;
  return new EngineError(error.message, {
    code: 502,
    reason: 'ImagePullFailed',
    hint: 'can the registry be reached from the engine?',
    cause: error,
  });
}
