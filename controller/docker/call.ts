// What is asked of the engine, as plain data.

import type { Readable } from 'node:stream';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Without version and query: `/containers/json`. */
  readonly path: string;
  /** What is tried, for messages: `create container web`. */
  readonly what: string;
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  readonly body?: object;
  /** A tar archive as the body; a stream is sent as it comes. */
  readonly archive?: Buffer | Readable;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}
