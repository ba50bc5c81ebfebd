// A container's log lines.

import type { IncomingMessage } from 'node:http';
import type { LogLine, LogOptions } from '../engine.ts';
import { EngineError } from '../errors.ts';
import type { EngineClient } from './client.ts';
import { demultiplex, rawPieces, toLines } from './demux.ts';
import { lostError, refusedError } from './errors.ts';
import { inspectRaw, shortId } from './inspect.ts';

/** Lines of stdout and stderr; with `follow` until the container stops or the signal aborts. */
export async function* readLogs(
  client: EngineClient,
  container: string,
  options: LogOptions,
  now: () => number,
): AsyncGenerator<LogLine> {
  const { signal } = options;
  const what = `logs of ${shortId(container)}`;
  if (signal?.aborted) return;
  let answer: IncomingMessage | undefined;
  try {
    const raw = await inspectRaw(client, container, signal === undefined ? {} : { signal });
    if (raw === undefined) throw refusedError(what, 404, `No such container: ${container}`);
    answer = await client.stream({
      method: 'GET',
      path: `/containers/${raw.Id}/logs`,
      what,
      query: {
        stdout: true,
        stderr: true,
        follow: options.follow,
        timestamps: options.timestamps,
        tail: options.tail,
        since:
          options.sinceSeconds === undefined ? undefined : Math.floor(now() / 1000 - options.sinceSeconds),
      },
      ...(signal === undefined ? {} : { signal }),
    });
    yield* toLines(raw.Config?.Tty ? rawPieces(answer) : demultiplex(answer));
  } catch (error) {
    if (signal?.aborted) return;
    if (error instanceof EngineError) throw error;
    throw lostError(what, 'the connection broke', error);
  } finally {
    answer?.destroy();
  }
}
