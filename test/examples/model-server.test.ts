// The model server's stand-in against the shapes and errors that Ollama documents for its HTTP API.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';

const program = join(import.meta.dirname, '../../examples/platform/programs/model-server.mjs');
const isoTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
const hexDigest = expect.stringMatching(/^[0-9a-f]{64}$/);
const details = {
  parent_model: '',
  format: 'gguf',
  family: 'llama',
  families: ['llama'],
  parameter_size: '1.1B',
  quantization_level: 'Q4_0',
};

let folder: string;
let server: ChildProcess;
let base: string;

async function start(): Promise<void> {
  server = spawn(process.execPath, [program], {
    env: {
      ...process.env,
      OLLAMA_HOST: '127.0.0.1:0',
      OLLAMA_MODELS: folder,
      STANDIN_PULL_MS: '40',
      STANDIN_TOKEN_MS: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (server.stdout === null) throw new Error('no output');
  for await (const line of createInterface(server.stdout)) {
    const port = /on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    base = `http://127.0.0.1:${port}`;
    return;
  }
}

async function stop(): Promise<number | null> {
  server.kill('SIGTERM');
  const [code] = (await once(server, 'exit')) as [number | null];
  return code;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reeve-models-'));
  await start();
});
afterAll(async () => {
  await stop();
  await rm(folder, { recursive: true });
});

async function call(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; type: string; text: string }> {
  const answer = await fetch(`${base}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() };
}

async function json(method: string, path: string, body?: unknown): Promise<unknown> {
  return JSON.parse((await call(method, path, body)).text);
}

async function lines(path: string, body: unknown): Promise<readonly Record<string, unknown>[]> {
  const { text, type } = await call('POST', path, body);
  expect(type).toBe('application/x-ndjson');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('says that it runs, and that it is a stand-in, in banner and version', async () => {
  expect((await call('GET', '/')).text).toMatch(/^Ollama is running.*stand-in/);
  expect(await json('GET', '/api/version')).toEqual({ version: expect.stringContaining('stand-in') });
});

test('an empty server lists no models', async () => {
  expect(await json('GET', '/api/tags')).toEqual({ models: [] });
  expect(await json('GET', '/api/ps')).toEqual({ models: [] });
});

test('a pull streams manifest, growing progress, verification and success, and the model is listed after', async () => {
  const progress = await lines('/api/pull', { model: 'tinyllama' });
  expect(progress[0]).toEqual({ status: 'pulling manifest' });
  expect(progress.slice(-3).map(({ status }) => status)).toEqual([
    'verifying sha256 digest',
    'writing manifest',
    'success',
  ]);
  const downloads = progress.filter(
    ({ status }) => String(status).startsWith('pulling ') && status !== 'pulling manifest',
  );
  expect(downloads[0]).not.toHaveProperty('completed');
  expect(downloads.at(-1)).toEqual({
    status: expect.stringMatching(/^pulling [0-9a-f]{12}$/),
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    total: 637_700_138,
    completed: 637_700_138,
  });
  expect(await json('GET', '/api/tags')).toEqual({
    models: [
      {
        name: 'tinyllama:latest',
        model: 'tinyllama:latest',
        modified_at: isoTime,
        size: 637_700_138,
        digest: hexDigest,
        details,
      },
    ],
  });
});

test('a pull with stream false answers once', async () => {
  expect(await json('POST', '/api/pull', { model: 'tinyllama', stream: false })).toEqual({
    status: 'success',
  });
});

test('pulling what the library does not have is an error line in the stream, or status 500 without a stream', async () => {
  const error = 'pull model manifest: file does not exist';
  expect((await lines('/api/pull', { model: 'no-such-model' })).at(-1)).toEqual({ error });
  const once = await call('POST', '/api/pull', { model: 'no-such-model', stream: false });
  expect(once.status).toBe(500);
  expect(JSON.parse(once.text)).toEqual({ error });
});

test('two clients share the progress of one pull', async () => {
  const both = await Promise.all([
    lines('/api/pull', { model: 'qwen2.5:0.5b' }),
    lines('/api/pull', { model: 'qwen2.5:0.5b' }),
  ]);
  for (const progress of both) expect(progress.at(-1)).toEqual({ status: 'success' });
});

test('show tells details, template and capabilities', async () => {
  expect(await json('POST', '/api/show', { model: 'tinyllama' })).toEqual({
    modelfile: expect.stringContaining('FROM tinyllama:latest'),
    parameters: expect.any(String),
    template: expect.any(String),
    details,
    model_info: expect.objectContaining({ 'general.architecture': 'llama' }),
    capabilities: ['completion'],
    modified_at: isoTime,
  });
});

test('generate streams pieces and ends with figures', async () => {
  const pieces = await lines('/api/generate', { model: 'tinyllama', prompt: 'Why is the sky blue?' });
  expect(pieces[0]).toEqual({
    model: 'tinyllama',
    created_at: isoTime,
    response: expect.any(String),
    done: false,
  });
  expect(pieces.at(-1)).toEqual({
    model: 'tinyllama',
    created_at: isoTime,
    response: '',
    done: true,
    done_reason: 'stop',
    total_duration: expect.any(Number),
    load_duration: expect.any(Number),
    prompt_eval_count: 5,
    prompt_eval_duration: expect.any(Number),
    eval_count: pieces.length - 1,
    eval_duration: expect.any(Number),
  });
});

test('generate without a stream answers once with all of the text, equal for equal requests', async () => {
  const request = { model: 'tinyllama', prompt: 'Why is the sky blue?', stream: false };
  const first = (await json('POST', '/api/generate', request)) as { response: string; done: boolean };
  const second = (await json('POST', '/api/generate', request)) as { response: string };
  expect(first).toMatchObject({ done: true, done_reason: 'stop' });
  expect(first.response).toMatch(/^\[stand-in /);
  expect(second.response).toBe(first.response);
});

test('JSON mode answers with a JSON object', async () => {
  const answer = (await json('POST', '/api/generate', {
    model: 'tinyllama',
    prompt: 'Answer in JSON',
    format: 'json',
    stream: false,
  })) as { response: string };
  expect(JSON.parse(answer.response)).toEqual({ answer: expect.any(String) });
});

test('an empty prompt loads the model, keep_alive 0 unloads it, and ps shows which are loaded', async () => {
  const load = await json('POST', '/api/generate', { model: 'tinyllama', stream: false });
  expect(load).toEqual({
    model: 'tinyllama',
    created_at: isoTime,
    response: '',
    done: true,
    done_reason: 'load',
  });
  expect(await json('GET', '/api/ps')).toEqual({
    models: [
      {
        name: 'tinyllama:latest',
        model: 'tinyllama:latest',
        size: 637_700_138,
        digest: hexDigest,
        details,
        expires_at: isoTime,
        size_vram: expect.any(Number),
        context_length: expect.any(Number),
      },
    ],
  });
  expect(
    await json('POST', '/api/generate', { model: 'tinyllama', keep_alive: 0, stream: false }),
  ).toMatchObject({
    done_reason: 'unload',
  });
  expect(await json('GET', '/api/ps')).toEqual({ models: [] });
});

test('chat answers as the assistant', async () => {
  const messages = [{ role: 'user', content: 'hello' }];
  expect(await json('POST', '/api/chat', { model: 'tinyllama', messages, stream: false })).toMatchObject({
    message: { role: 'assistant', content: expect.stringMatching(/^\[stand-in /) },
    done: true,
  });
});

test.each([
  {
    name: 'generate, unknown model',
    method: 'POST',
    path: '/api/generate',
    body: { model: 'none', prompt: 'x' },
    status: 404,
    error: "model 'none' not found",
  },
  {
    name: 'show, unknown model',
    method: 'POST',
    path: '/api/show',
    body: { model: 'none' },
    status: 404,
    error: "model 'none' not found",
  },
  {
    name: 'delete, unknown model',
    method: 'DELETE',
    path: '/api/delete',
    body: { model: 'none' },
    status: 404,
    error: "model 'none' not found",
  },
  {
    name: 'show, no model',
    method: 'POST',
    path: '/api/show',
    body: {},
    status: 400,
    error: 'model is required',
  },
  {
    name: 'pull, bad name',
    method: 'POST',
    path: '/api/pull',
    body: { model: 'a b' },
    status: 400,
    error: 'invalid model name',
  },
  {
    name: 'no body',
    method: 'POST',
    path: '/api/generate',
    body: undefined,
    status: 400,
    error: 'missing request body',
  },
])('$name: $status', async ({ method, path, body, status, error }) => {
  const answer = await call(method, path, body);
  expect({ status: answer.status, ...(JSON.parse(answer.text) as object) }).toEqual({ status, error });
});

test('a path that does not exist is 404', async () => {
  expect(await call('GET', '/api/nothing')).toMatchObject({ status: 404, text: '404 page not found' });
});

test('models outlive a restart until they are deleted, and TERM ends the server at once', async () => {
  const before = Date.now();
  expect(await stop()).toBe(0);
  expect(Date.now() - before).toBeLessThan(1000);
  await start();
  const names = async (): Promise<readonly string[]> => {
    const { models } = (await json('GET', '/api/tags')) as { models: { name: string }[] };
    return models.map(({ name }) => name).sort();
  };
  expect(await names()).toEqual(['qwen2.5:0.5b', 'tinyllama:latest']);
  expect((await call('DELETE', '/api/delete', { model: 'tinyllama' })).status).toBe(200);
  expect(await names()).toEqual(['qwen2.5:0.5b']);
});
