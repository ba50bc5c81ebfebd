// An image made by the engine's own builder from a context that is sent, with progress in words. What a step of the
// Dockerfile printed last comes with its failure.

import { readBuildContext } from '../../../desired-state/build/context.ts';
import type { Build } from '../../../desired-state/container-spec.ts';
import type { StepOutcome } from '../../engine.ts';
import { EngineError, ReeveError } from '../../errors.ts';
import type { RawImage } from '../api.ts';
import type { EngineClient } from '../client.ts';
import { lostError, refusedError, timedOutError } from '../errors.ts';
import { type Act, type ActContext, type Bounds, boundsOf } from './act.ts';
import { packContext } from './build-archive.ts';
import { layerWords, type ProgressLine, progressOf } from './progress.ts';

export const buildImage: Act<'buildImage'> = async (
  client,
  { image, build },
  context,
): Promise<StepOutcome> => {
  const what = `build image ${image}`;
  const broken = new AbortController();
  const deadline = AbortSignal.any([context.signal, AbortSignal.timeout(context.timeoutMs), broken.signal]);
  const bounds = { ...boundsOf(context), signal: deadline };
  try {
    const sent = build.remote ? undefined : readContext(what, build);
    const { header, problem } = await context.credentials.forBuild();
    if (problem !== undefined) context.progress(`${image}: without some credentials: ${problem}`);
    const query = queryOf(image, build, sent?.dockerfile);
    const body =
      sent === undefined ? {} : { archive: packContext(sent.entries, (error) => broken.abort(error)) };
    const call = {
      method: 'POST',
      path: '/build',
      what,
      query,
      headers: header,
      ...body,
      ...bounds,
    } as const;
    const answer = await client.stream(call);
    try {
      await follow(progressOf(answer, what), what, image, context);
    } finally {
      answer.destroy();
    }
    return { changed: true, imageId: await idOf(client, image, bounds) };
  } catch (error) {
    if (context.signal.aborted) throw context.signal.reason;
    if (broken.signal.aborted) throw unreadable(what, build, broken.signal.reason);
    if (deadline.aborted) throw timedOutError(what, context.timeoutMs);
    if (error instanceof ReeveError) throw error;
    throw lostError(what, 'the connection broke', error);
  }
};

function readContext(what: string, build: Build): ReturnType<typeof readBuildContext> {
  try {
    return readBuildContext(build);
  } catch (cause) {
    throw unreadable(what, build, cause);
  }
}

function unreadable(what: string, build: Build, cause: unknown): EngineError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new EngineError(`${what}: the context ${build.context} cannot be read: ${why}`, {
    code: 400,
    reason: 'BuildContextUnreadable',
    cause,
  });
}

async function idOf(client: EngineClient, image: string, bounds: Bounds): Promise<string> {
  const path = `/images/${encodeURI(image)}/json`;
  return (await client.json<RawImage>({ method: 'GET', path, what: `inspect image ${image}`, ...bounds })).Id;
}

/** `POST /build` of the Engine API; version 1 is the builder that needs no session with its client. */
function queryOf(image: string, build: Build, dockerfile: string | undefined) {
  return {
    version: '1',
    t: [image, ...build.tags],
    dockerfile: dockerfile ?? build.dockerfile,
    remote: build.remote ? remoteOf(build.context) : undefined,
    buildargs: JSON.stringify(build.args),
    labels: JSON.stringify(build.labels),
    cachefrom: JSON.stringify(build.cacheFrom),
    extrahosts: build.extraHosts,
    target: build.target,
    networkmode: build.network,
    shmsize: build.shmSizeBytes,
    ulimits: JSON.stringify(
      Object.entries(build.ulimits).map(([Name, { soft, hard }]) => ({ Name, Soft: soft, Hard: hard })),
    ),
    platform: build.platform,
    isolation: build.isolation,
    pull: build.pull ? '1' : undefined,
    nocache: build.noCache ? '1' : undefined,
    rm: '1',
    forcerm: '1',
  };
}

/** The engine knows git URLs by their scheme or their end. */
function remoteOf(context: string): string {
  return context.startsWith('github.com/') ? `https://${context}` : context;
}

/** The builder's own words about layers and containers: of no use in a failure. */
const builderWords = /^( ---> |Removing intermediate container |Removed intermediate container )/;
/** What a failure shows of the output before it. */
const lastLines = 12;

async function follow(
  lines: AsyncIterable<ProgressLine>,
  what: string,
  image: string,
  { progress: tell }: ActContext,
): Promise<void> {
  const layers = layerWords(image);
  const printed: string[] = [];
  let said = '';
  for await (const line of lines) {
    if (line.wrong !== undefined) throw buildFailed(what, line.wrong, printed);
    const words = stepWords(image, line) ?? layers(line);
    for (const text of (line.stream ?? '').split('\n')) {
      if (text.trim() !== '' && !builderWords.test(text)) printed.push(text);
    }
    printed.splice(0, printed.length - lastLines);
    if (words === undefined || words === said) continue;
    said = words;
    tell(words);
  }
}

/** `Step 2/5 : RUN make` → `app: step 2 of 5: RUN make`. */
function stepWords(image: string, { stream = '' }: ProgressLine): string | undefined {
  const [, step, of, instruction] = /^Step (\d+)\/(\d+) : (.*)/.exec(stream) ?? [];
  return step === undefined ? undefined : `${image}: step ${step} of ${of}: ${instruction?.slice(0, 100)}`;
}

function buildFailed(what: string, wrong: string, printed: readonly string[]): EngineError {
  const told = refusedError(what, 400, wrong);
  const output = printed.length === 0 ? '' : `\n  ${printed.join('\n  ')}`;
  const needsBuildKit = /requires BuildKit|unknown flag: (mount|security|network|link|chmod|parents)/i.test(
    wrong,
  );
  return new EngineError(`${told.message}${output}`, {
    code: 400,
    reason: 'BuildFailed',
    hint: needsBuildKit
      ? "the engine's own builder cannot do this: build it with docker buildx build, and set image: and pull_policy: never"
      : 'the lines above are the last that the build printed; the old container runs on',
    cause: told,
  });
}
