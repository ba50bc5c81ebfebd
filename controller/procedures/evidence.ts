// What is read of a container that has failed, beside the passes and bounded in time and size: its last lines, what its
// healthcheck printed, why it could not be started; where a restart has not helped, what the engine tells of it and of its own
// disk too. Secrets are scrubbed here: what comes out is stored.

import {
  type EngineDisk,
  type EngineNote,
  type Evidence,
  eventLimits,
  logLimits,
} from '../../reconcilers/recovery/evidence.ts';
import { diskFullWords } from '../../reconcilers/recovery/verdict.ts';
import type { Engine, EngineEvent } from '../engine.ts';

/** What a pass saw of it before it was started again. */
export interface Glimpse {
  readonly reason: string;
  readonly message: string;
  readonly containerId?: string;
  readonly exitCode?: number;
}

const timeoutMs = 5_000;
/** Characters: of lines beyond all measure no more is read. */
const mostRead = 1_000_000;

export type Readable = Pick<Engine, 'inspect' | 'logs' | 'pastEvents'>;

/** Never throws: what could not be read is said in it. `deep`: a restart has not helped. */
export async function gatherEvidence(
  engine: Readable,
  glimpse: Glimpse,
  { deep, scrub, digest, now, askDisk }: Tools & { readonly deep: boolean },
): Promise<Evidence> {
  const { containerId, message, exitCode, reason } = glimpse;
  const troubles: string[] = [];
  const noted = (what: string) => (error: unknown) => {
    troubles.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  };
  if (containerId === undefined) troubles.push('it has no container that could be looked at');
  const [detail, log = []] =
    containerId === undefined
      ? []
      : await Promise.all([
          inTime(engine.inspect(containerId, { secretKeys: new Set(), digest })).catch(noted('its state')),
          lastLines(engine, containerId, scrub).catch(noted('its log')),
        ]);
  const status = exitCode ?? exitIn(message);
  const isFull =
    reason === 'NoSpace' ||
    [message, detail?.error, detail?.checkOutput, ...log].some((text) => diskFullWords.test(text ?? ''));
  const [events = [], engineDisk] = await Promise.all([
    deep && containerId !== undefined
      ? lastEvents(engine, containerId, now()).catch(noted('its events'))
      : [],
    deep || isFull ? askDisk().catch(noted("the engine's disk")) : undefined,
  ]);
  return {
    at: now(),
    message: scrub(message),
    ...(status === undefined ? {} : { exitCode: status }),
    oomKilled: reason === 'OomKilled' || detail?.oomKilled === true || /\bout of memory\b/.test(message),
    ...(detail === undefined || detail.error === '' ? {} : { engineError: scrub(detail.error) }),
    ...(detail?.checkOutput === undefined ? {} : { healthOutput: scrub(detail.checkOutput) }),
    log,
    ...(events.length === 0 ? {} : { events }),
    ...(engineDisk === undefined ? {} : { engineDisk }),
    ...(troubles.length === 0 ? {} : { trouble: scrub(troubles.join('; ')) }),
  };
}

interface Tools {
  readonly askDisk: () => Promise<EngineDisk>;
  readonly scrub: (text: string) => string;
  readonly digest: (value: string) => string;
  readonly now: () => number;
}

async function lastEvents(
  engine: Pick<Engine, 'pastEvents'>,
  id: string,
  untilMs: number,
): Promise<readonly EngineNote[]> {
  const notes: EngineNote[] = [];
  const sinceMs = untilMs - eventLimits.withinMs;
  for await (const event of engine.pastEvents(id, { sinceMs, untilMs }, AbortSignal.timeout(timeoutMs))) {
    notes.push(noteOf(event));
    if (notes.length > eventLimits.count) notes.shift();
  }
  return notes;
}

/** Nothing of its attributes but these is taken: labels may hold anything. */
function noteOf({ at, action, attributes: { exitCode, signal } }: EngineEvent): EngineNote {
  const more = [
    ...(exitCode === undefined ? [] : [`status ${exitCode}`]),
    ...(signal === undefined ? [] : [`signal ${signal}`]),
  ];
  return { at: Math.round(at), what: [action, ...more].join(', ') };
}

async function lastLines(
  engine: Pick<Engine, 'logs'>,
  id: string,
  scrub: (text: string) => string,
): Promise<readonly string[]> {
  const lines: string[] = [];
  const signal = AbortSignal.timeout(timeoutMs);
  let read = 0;
  for await (const { line } of engine.logs(id, { tail: logLimits.lines, signal })) {
    read += line.length;
    if (read > mostRead) break;
    lines.push(cut(scrub(line)));
  }
  return lastOf(lines);
}

/** The last lines say most: where there is too much, the first go. */
function lastOf(lines: readonly string[]): readonly string[] {
  let bytes = 0;
  const tooMuch = lines.findLastIndex((line) => {
    bytes += Buffer.byteLength(line) + 1;
    return bytes > logLimits.bytes;
  });
  return lines.slice(tooMuch + 1);
}

/** After the scrubbing: half a secret is not known as one. */
function cut(line: string): string {
  return line.length > logLimits.lineLength ? `${line.slice(0, logLimits.lineLength)}…` : line;
}

function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs / 1_000} s`)), timeoutMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Of an end that no pass saw: the attempt remembers it in words. */
function exitIn(message: string): number | undefined {
  const found = /\bexited with (?:unknown )?status (\d+)/.exec(message)?.[1];
  return found === undefined ? undefined : Number(found);
}
