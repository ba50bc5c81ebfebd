// Stands between a program and the engine and writes down what the program asks for: every call that is more than a look,
// with its body and the engine's answer. For recorders; tests that want a misbehaving engine have test/support/engine-proxy.

import { createServer, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface HeardCall {
  readonly method: string;
  readonly path: string;
  readonly contentType: string;
  readonly body: Buffer;
  readonly status: number;
  readonly answer: string;
}

export interface RecordingProxy {
  /** In the order of their answers. */
  readonly calls: HeardCall[];
  close(): Promise<void>;
}

export async function startRecordingProxy(target: string, socket: string): Promise<RecordingProxy> {
  const calls: HeardCall[] = [];
  const server = createServer(async (call, answer) => {
    const { method = '', url: path = '', headers } = call;
    const body = await buffer(call);
    const onward = request(
      {
        socketPath: target,
        method,
        path,
        headers: { ...headers, 'content-length': body.length },
        agent: false,
      },
      async (fromEngine: IncomingMessage) => {
        const status = fromEngine.statusCode ?? 0;
        answer.writeHead(status, fromEngine.headers);
        // An event stream or a wait is handed on as it comes.
        if (method === 'GET' || method === 'HEAD') return void fromEngine.pipe(answer);
        const said = await buffer(fromEngine);
        const contentType = headers['content-type'] ?? '';
        calls.push({ method, path, contentType, body, status, answer: said.toString() });
        answer.end(said);
      },
    );
    onward.on('error', () => call.socket.destroy());
    answer.on('close', () => onward.destroy());
    onward.end(body);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socket, resolve));
  return {
    calls,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
