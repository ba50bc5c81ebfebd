// The bare references: raw node:http over the engine's Unix socket, nothing but the calls themselves. What the engine
// costs anybody; the rows measure reeve against it in the same run.

import { Agent, type IncomingMessage, request } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 32 });

export class BareEngine {
  readonly socketPath: string;

  constructor(socketPath: string) {
    this.socketPath = socketPath;
  }

  /** One call; throws unless it is answered with 2xx, 304 or an allowed status. Gives the body's bytes. */
  async call(method: string, path: string, body?: object, allowed: readonly number[] = []): Promise<Buffer> {
    const answer = await this.#open(method, path, body);
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const status = answer.statusCode ?? 0;
    if ((status < 200 || status > 299) && status !== 304 && !allowed.includes(status)) {
      throw new Error(`${method} ${path}: ${status} ${bytes.toString().trim()}`);
    }
    return bytes;
  }

  async json<T>(method: string, path: string, body?: object): Promise<T> {
    return JSON.parse((await this.call(method, path, body)).toString()) as T;
  }

  /** Events as the engine writes them, a JSON object a line, until `signal` aborts. */
  async *events(
    filters: Readonly<Record<string, readonly string[]>>,
    signal: AbortSignal,
  ): AsyncGenerator<BareEvent> {
    const path = `/events?filters=${encodeURIComponent(JSON.stringify(filters))}`;
    const answer = await this.#open('GET', path, undefined, signal);
    let rest = '';
    try {
      for await (const chunk of answer.setEncoding('utf8')) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as BareEvent;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #open(method: string, path: string, body?: object, signal?: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers = text === undefined ? {} : { 'Content-Type': 'application/json' };
      const call = request(
        {
          socketPath: this.socketPath,
          method,
          path,
          headers,
          agent,
          ...(signal === undefined ? {} : { signal }),
        },
        resolve,
      );
      call.on('error', reject);
      call.end(text);
    });
  }
}

export interface BareEvent {
  readonly Action: string;
  readonly timeNano: number;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

/** Runs `work` on all items, `width` at once. */
export async function inFlight<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
