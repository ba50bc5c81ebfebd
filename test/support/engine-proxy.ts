// A real HTTP proxy on a Unix socket in front of a real engine, which misbehaves as it is told: hangs, fails, answers
// garbage, loses the answer after the engine acted, cuts or thins out the event stream.

import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';

export interface FaultRule {
  /**
   * `hang`: takes the call and never answers; the engine does not see it. `hangAfter`: the engine acts, no answer.
   * `refuse`: 500, the engine does not see it. `refuseAfter`: the engine acts, the answer is a 500.
   * `garbage`: the engine acts, the answer is 200 and no JSON. `drop`: the connection closes, the engine does not see
   * the call. `dropAnswer`: the engine acts, the connection closes without an answer. `cutAnswer`: half of the answer.
   * `deny`: a 403 with the `words` of an engine, which does not see it. `slow`: the engine sees it a second later. `mute`: event streams stay open and say nothing. `thin`: every second event is swallowed.
   */
  readonly kind:
    | 'hang'
    | 'hangAfter'
    | 'refuse'
    | 'refuseAfter'
    | 'garbage'
    | 'drop'
    | 'dropAnswer'
    | 'cutAnswer'
    | 'deny'
    | 'slow'
    | 'mute'
    | 'thin';
  readonly words?: string;
  readonly method?: string;
  /** Tested against the path with its query and without the version: `/containers/create?name=web`. */
  readonly path?: RegExp;
  /** How many calls it hits; absent: all until cleared. */
  readonly times?: number;
}

export interface EngineProxy {
  readonly socket: string;
  /** Adds a rule; the first that fits a call counts. */
  fault(rule: FaultRule): void;
  /** Takes all rules away. Calls that hang keep hanging. */
  clear(): void;
  /** Closes the event streams that are open. */
  cutEvents(): void;
  /** Calls so far by shape, `POST /containers/:/start`; hit ones too. */
  readonly counts: ReadonlyMap<string, number>;
  /** Calls that a rule has hit. */
  hits(): number;
  /** Stops listening and breaks all connections, as an engine that dies. */
  close(): Promise<void>;
}

/** A call on its way, the same object at its begin and its end. */
export interface CallRecord {
  readonly method: string;
  /** With its query, without the version. */
  readonly path: string;
  /** JSON, for a listener: of what makes a container, network or volume, or joins one to another. */
  readonly body?: string;
}

export interface CallListener {
  began(call: CallRecord): void;
  /** The engine has been sent all of it, and this is what it carried. */
  sent?(call: CallRecord, body: string): void;
  /** Answered, refused, or its connection closed. */
  ended(call: CallRecord): void;
}

/** Stands at the two ends of a call: what it waits for holds the call up. */
export interface CallGuard {
  /** False: the engine never sees it, and its connection closes. */
  mayPass(call: CallRecord): Promise<boolean>;
  /** The engine has answered. False: the answer is never delivered. */
  mayAnswer(call: CallRecord): Promise<boolean>;
}

const slowMs = 1_000;
const bodyTold = /^\/(?:containers\/create|networks\/create|networks\/[^/]+\/\w+|volumes\/create)/;

interface LiveRule {
  readonly rule: FaultRule;
  left: number;
}

export async function startEngineProxy(options: {
  target: string;
  socket: string;
  listener?: CallListener;
  guard?: CallGuard;
}): Promise<EngineProxy> {
  const { target, socket } = options;
  const rules: LiveRule[] = [];
  const counts = new Map<string, number>();
  const connections = new Set<Duplex>();
  const eventStreams = new Set<ServerResponse>();
  let hits = 0;

  /** The first rule that fits and has hits left; event rules are looked up for each event, and used up by none. */
  function ruleFor(call: IncomingMessage, ofEvents: boolean): FaultRule | undefined {
    const path = unversioned(call.url ?? '');
    const found = rules.find(
      ({ rule, left }) =>
        left > 0 &&
        (rule.kind === 'mute' || rule.kind === 'thin') === ofEvents &&
        (rule.method === undefined || rule.method === call.method) &&
        (rule.path === undefined || rule.path.test(path)),
    );
    if (found === undefined) return undefined;
    if (!ofEvents) {
      found.left--;
      hits++;
    }
    return found.rule;
  }

  const server = createServer(async (call, answer) => {
    const { guard } = options;
    count(counts, call);
    const path = unversioned(call.url ?? '');
    const isRead = options.listener !== undefined && call.method === 'POST' && bodyTold.test(path);
    let body: string | undefined;
    try {
      if (isRead) body = await text(call);
    } catch (error) {
      // Cut off by whoever sends it: the engine is not asked with half of it.
      return void call.socket.destroy(error instanceof Error ? error : undefined);
    }
    const record = { method: call.method ?? '', path, ...(body === undefined ? {} : { body }) };
    options.listener?.began(record);
    answer.on('close', () => options.listener?.ended(record));
    const rule = ruleFor(call, false);
    const kind = rule?.kind;
    if (kind === 'hang') return void call.resume();
    if (kind === 'drop') return void call.socket.destroy();
    if (kind === 'refuse') return void onceRead(call, () => refuse(answer));
    if (kind === 'deny') return void onceRead(call, () => refuse(answer, 403, rule?.words));
    if (guard !== undefined && !(await guard.mayPass(record))) return void call.socket.destroy();
    const onward = request(
      { socketPath: target, method: call.method, path: call.url, headers: call.headers, agent: false },
      async (fromEngine) => {
        if (guard !== undefined && !(await guard.mayAnswer(record))) return void call.socket.destroy();
        if (isEvents(call)) {
          eventStreams.add(answer);
          answer.on('close', () => eventStreams.delete(answer));
          return forwardEvents(fromEngine, answer, () => ruleFor(call, true)?.kind);
        }
        return deliver(kind, fromEngine, call, answer);
      },
    );
    onward.on('error', () => call.socket.destroy());
    answer.on('close', () => onward.destroy());
    const send = (): void => {
      const { listener } = options;
      if (body !== undefined) {
        listener?.sent?.(record, body);
        onward.end(body);
        return;
      }
      if (listener?.sent !== undefined) {
        const chunks: Buffer[] = [];
        call.on('data', (chunk: Buffer) => chunks.push(chunk));
        call.on('end', () => listener.sent?.(record, Buffer.concat(chunks).toString()));
      }
      call.pipe(onward);
    };
    if (kind === 'slow') setTimeout(send, slowMs);
    else send();
  });
  // `docker exec` and `attach` take the connection over.
  server.on('upgrade', (call, client: Duplex, head) => {
    count(counts, call);
    const engine = connect(target);
    tie(client, engine);
    const lines = [`${call.method} ${call.url} HTTP/1.1`];
    for (let i = 0; i < call.rawHeaders.length; i += 2) {
      lines.push(`${call.rawHeaders[i]}: ${call.rawHeaders[i + 1]}`);
    }
    engine.write(`${lines.join('\r\n')}\r\n\r\n`);
    engine.write(head);
  });
  server.on('connection', (connection: Socket) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    connection.on('error', () => connection.destroy());
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socket, resolve));

  return {
    socket,
    counts,
    fault: (rule) => void rules.push({ rule, left: rule.times ?? Number.POSITIVE_INFINITY }),
    clear: () => void rules.splice(0),
    cutEvents() {
      for (const stream of eventStreams) stream.socket?.destroy();
    },
    hits: () => hits,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of connections) connection.destroy();
      await closed;
    },
  };
}

function deliver(
  kind: FaultRule['kind'] | undefined,
  fromEngine: IncomingMessage,
  call: IncomingMessage,
  answer: ServerResponse,
): void {
  if (kind === undefined || kind === 'slow') {
    answer.writeHead(fromEngine.statusCode ?? 502, fromEngine.headers);
    answer.flushHeaders();
    fromEngine.on('error', () => call.socket.destroy()).pipe(answer);
    return;
  }
  const chunks: Buffer[] = [];
  fromEngine.on('data', (chunk: Buffer) => chunks.push(chunk));
  fromEngine.on('end', () => {
    const body = Buffer.concat(chunks);
    switch (kind) {
      case 'refuseAfter':
        return refuse(answer);
      case 'garbage':
        return void answer.writeHead(200, { 'content-type': 'application/json' }).end('{"Id": "abc');
      case 'cutAnswer':
        answer.writeHead(fromEngine.statusCode ?? 502, { 'content-length': String(body.length + 1) });
        return void answer.write(body.subarray(0, body.length / 2), () => call.socket.destroy());
      case 'dropAnswer':
        return void call.socket.destroy();
      default:
        // hangAfter: the engine has acted, and nobody hears of it.
        return undefined;
    }
  });
}

function onceRead(call: IncomingMessage, then: () => void): void {
  if (call.readableEnded) then();
  else call.resume().on('end', then);
}

function refuse(answer: ServerResponse, code = 500, message = 'the proxy was told to fail'): void {
  answer.writeHead(code, { 'content-type': 'application/json' });
  answer.end(JSON.stringify({ message }));
}

function forwardEvents(
  fromEngine: IncomingMessage,
  answer: ServerResponse,
  kindNow: () => FaultRule['kind'] | undefined,
): void {
  answer.writeHead(fromEngine.statusCode ?? 502, fromEngine.headers);
  answer.flushHeaders();
  let rest = '';
  let seen = 0;
  fromEngine.setEncoding('utf8');
  fromEngine.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const kind = kindNow();
      if (kind === 'mute' || (kind === 'thin' && seen++ % 2 === 0)) continue;
      answer.write(`${line}\n`);
    }
  });
  fromEngine.on('end', () => answer.end());
  fromEngine.on('error', () => answer.socket?.destroy());
}

function tie(a: Duplex, b: Duplex): void {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
}

function unversioned(url: string): string {
  return url.replace(/^\/v[\d.]+(?=\/)/, '');
}

function isEvents(call: IncomingMessage): boolean {
  return unversioned(call.url ?? '').startsWith('/events');
}

/** `/containers/4f…/start` and `/containers/web/start` are one shape. */
function count(counts: Map<string, number>, call: IncomingMessage): void {
  const path = unversioned(call.url ?? '').replace(/\?.*$/, '');
  const fixed = /^\/(?:containers|networks|volumes|images)\/(?:create|json|prune)$/;
  const shape = fixed.test(path) ? path : path.replace(/^(\/\w+\/)[^/]+/, '$1:');
  const key = `${call.method} ${shape}`;
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
