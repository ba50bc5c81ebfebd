// What is asked of the engine, as plain data.

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Without version and query: `/containers/json`. */
  readonly path: string;
  /** What is tried, for messages: `create container web`. */
  readonly what: string;
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  readonly body?: object;
  /** A tar archive as the body. */
  readonly archive?: Buffer;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}
