// The engine's event stream as our events. Follows one connection: to resume after a cut, with overlap, is the caller's.

import type { IncomingMessage } from 'node:http';
import { identified } from '../../reconcilers/compose-identity.ts';
import type { EngineEvent } from '../engine.ts';
import { EngineError } from '../errors.ts';
import type { RawEvent } from './api.ts';
import type { EngineClient } from './client.ts';
import { garbledError, unreachableError } from './errors.ts';
import { shortId } from './inspect.ts';

const types: readonly string[] = ['container', 'network', 'volume', 'image'] satisfies EngineEvent['type'][];

/**
 * What may change what is observed. `exec_*` (three for each probe), `attach`, `top`, `mount` and the like are left out
 * at the source. `health_status` stands for `health_status: healthy` and its siblings.
 */
const actions = [
  ...['create', 'start', 'restart', 'stop', 'kill', 'die', 'oom', 'pause', 'unpause', 'rename', 'update'],
  ...['health_status', 'destroy', 'connect', 'disconnect', 'remove'],
  ...['pull', 'tag', 'untag', 'delete', 'import', 'load'],
];

/** Events from `sinceMs` on until `signal` aborts; throws when the stream breaks or ends. */
export async function* followEvents(
  client: EngineClient,
  sinceMs: number,
  signal: AbortSignal,
): AsyncGenerator<EngineEvent> {
  yield* eventsOf(
    client,
    { since: timeText(sinceMs), filters: JSON.stringify({ type: types, event: actions }) },
    signal,
  );
  if (!signal.aborted) throw unreachableError(client.host, 'the event stream ended');
}

/** What is still known of a container, between the two; those that came before `signal` aborts. */
export async function* pastEvents(
  client: EngineClient,
  containerId: string,
  { sinceMs, untilMs }: { readonly sinceMs: number; readonly untilMs: number },
  signal: AbortSignal,
): AsyncGenerator<EngineEvent> {
  const filters = JSON.stringify({ type: ['container'], container: [containerId], event: actions });
  yield* eventsOf(client, { since: timeText(sinceMs), until: timeText(untilMs), filters }, signal);
}

/** Until the engine ends it. */
async function* eventsOf(
  client: EngineClient,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): AsyncGenerator<EngineEvent> {
  if (signal.aborted) return;
  let answer: IncomingMessage | undefined;
  try {
    answer = await client.stream({ method: 'GET', path: '/events', what: 'follow events', query, signal });
    for await (const line of linesOf(answer)) {
      const event = toEngineEvent(line);
      if (event !== undefined) yield event;
    }
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof EngineError) throw error;
    throw unreachableError(client.host, 'the event stream broke', error);
  } finally {
    answer?.destroy();
  }
}

/** So many of its last events an engine remembers, of all sorts. */
const remembered = 256;

/**
 * Whether a container was sent a signal between these times: what a stop or a restart begins with. undefined: the engine does
 * not remember so far back.
 */
export async function wasSignalled(
  client: EngineClient,
  containerId: string,
  { sinceMs, untilMs }: { readonly sinceMs: number; readonly untilMs: number },
): Promise<boolean | undefined> {
  const answer = await client.stream({
    method: 'GET',
    path: '/events',
    what: `look for signals to container ${shortId(containerId)}`,
    // Without a filter: whether it remembers so far back is told by how many there are.
    query: { since: timeText(sinceMs), until: timeText(untilMs) },
    signal: AbortSignal.timeout(lookMs),
  });
  let count = 0;
  for await (const line of linesOf(answer)) {
    count++;
    const { Type, Action, Actor } = parseEvent(line);
    if (Type === 'container' && Action === 'kill' && Actor?.ID === containerId) return true;
  }
  return count < remembered ? false : undefined;
}

const lookMs = 10_000;

/** Seconds with nanoseconds, as the engine wants them. */
function timeText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const nanoseconds = Math.floor((ms - seconds * 1000) * 1e6);
  return `${seconds}.${String(nanoseconds).padStart(9, '0')}`;
}

/** Lines of a stream of JSON objects; a multi-byte character may be split between two chunks. */
export async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield line;
  }
  if (rest.trim() !== '') yield rest;
}

/** Pure: one line of the stream; undefined: of a type we do not follow. */
function toEngineEvent(line: string): EngineEvent | undefined {
  const raw = parseEvent(line);
  const type = raw.Type ?? '';
  if (!isFollowed(type)) return undefined;
  const attributes = raw.Actor?.Attributes ?? {};
  return {
    // Nanoseconds lose their last digits in a double; a quarter of a microsecond is left.
    at: raw.timeNano ? raw.timeNano / 1e6 : (raw.time ?? 0) * 1000,
    type,
    action: raw.Action ?? '',
    id: raw.Actor?.ID ?? '',
    // Of containers alone: their labels are among an event's attributes.
    attributes:
      type === 'container' ? identified(attributes, 'container', attributes['name'] ?? '') : attributes,
  };
}

function parseEvent(line: string): RawEvent {
  try {
    const value = JSON.parse(line);
    if (value !== null && typeof value === 'object') return value;
  } catch (cause) {
    throw garbledError('follow events', cause);
  }
  throw garbledError('follow events');
}

function isFollowed(type: string): type is EngineEvent['type'] {
  return types.includes(type);
}
