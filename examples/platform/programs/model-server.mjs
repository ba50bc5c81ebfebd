// A stand-in for a model server: speaks Ollama's HTTP API (shapes and errors as documented) without any model behind
// it. Text is made from the prompt's hash, so equal requests give equal answers. Version and banner say "stand-in".

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import {
  ApiError,
  folder,
  fullName,
  installed,
  keepAliveMs,
  loaded,
  modelNamed,
  pull,
  remove,
  touch,
} from './models.mjs';

const version = '0.5.1-stand-in';
const [host, port] = (process.env.OLLAMA_HOST ?? '0.0.0.0:11434').split(':');
/** How long a token takes. */
const tokenMs = Number(process.env.STANDIN_TOKEN_MS ?? 4);

// --- Text ----------------------------------------------------------------------------------------------------------

const words =
  'the model server is a stand in so this answer says nothing about your question except that it was read and counted'.split(
    ' ',
  );

/** The answer's tokens: always the same for the same model, system text and prompt. */
function tokensFor(model, system, prompt, limit) {
  const hash = createHash('sha256').update(`${model}\n${system}\n${prompt}`).digest();
  const count = Math.min(limit > 0 ? limit : 128, 8 + (hash[0] % 16));
  const start = hash[1] % words.length;
  return Array.from({ length: count }, (_, i) => {
    const word = words[(start + i) % words.length];
    return i === 0 ? `[stand-in ${hash.toString('hex', 2, 5)}] ${word}` : ` ${word}`;
  });
}

async function* complete(body, { prompt, piece }) {
  const started = process.hrtime.bigint();
  const model = modelNamed(body.model);
  const name = body.model;
  const loadStarted = loaded.has(model.name) ? 0 : 1_000_000;
  touch(model.name, body.keep_alive);
  const stamp = () => ({ model: name, created_at: new Date().toISOString() });
  if (prompt === '') {
    const reason = keepAliveMs(body.keep_alive) === 0 ? 'unload' : 'load';
    yield { ...stamp(), ...piece(''), done: true, done_reason: reason };
    return;
  }
  let tokens = tokensFor(model.name, body.system ?? '', prompt, body.options?.num_predict ?? 0);
  if (body.format === 'json') tokens = [JSON.stringify({ answer: tokens.join('').trim() })];
  for (const token of tokens) {
    await pause(tokenMs);
    yield { ...stamp(), ...piece(token), done: false };
  }
  const total = Number(process.hrtime.bigint() - started);
  yield {
    ...stamp(),
    ...piece(''),
    done: true,
    done_reason: 'stop',
    total_duration: total,
    load_duration: loadStarted,
    prompt_eval_count: prompt.split(/\s+/).length,
    prompt_eval_duration: 1_000_000,
    eval_count: tokens.length,
    eval_duration: Math.max(1, total - loadStarted - 1_000_000),
  };
}

// --- HTTP ----------------------------------------------------------------------------------------------------------

async function readBody(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 1 << 22) throw new ApiError(413, 'request body too large');
  }
  if (text.trim() === '') throw new ApiError(400, 'missing request body');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiError(400, error.message);
  }
}

function sendJson(response, status, value) {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
  response.end(value === undefined ? '' : JSON.stringify(value));
}

/** A line for each object; once lines are out, an error is a line too, as with the real server. */
async function sendLines(response, objects) {
  const send = (value) => {
    if (!response.headersSent) response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
    response.write(`${JSON.stringify(value)}\n`);
  };
  try {
    for await (const value of objects) send(value);
  } catch (error) {
    if (!response.headersSent) throw error;
    send({ error: error.message });
  }
  response.end();
}

async function lastOf(objects) {
  let last;
  for await (const value of objects) last = value;
  return last;
}

/** Text in one answer: what the pieces say together, with the figures of the last. */
async function joined(objects, textOf, piece) {
  let text = '';
  let last;
  for await (const value of objects) {
    text += textOf(value);
    last = value;
  }
  return { ...last, ...piece(text) };
}

const routes = {
  'GET /': async ({ response }) => {
    response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' });
    response.end('Ollama is running (stand-in: there is no model behind it)');
  },
  'GET /api/version': async ({ response }) => sendJson(response, 200, { version }),
  'GET /api/tags': async ({ response }) => sendJson(response, 200, { models: installed() }),
  'GET /api/ps': async ({ response }) => {
    const models = installed()
      .filter(({ name }) => (loaded.get(name) ?? 0) > Date.now())
      .map(({ modified_at: _, ...model }) => ({
        ...model,
        expires_at: new Date(loaded.get(model.name)).toISOString(),
        size_vram: 0,
        context_length: 4096,
      }));
    sendJson(response, 200, { models });
  },
  'POST /api/show': async ({ request, response }) => {
    const body = await readBody(request);
    const model = modelNamed(body.model ?? body.name);
    sendJson(response, 200, {
      modelfile: `# Modelfile generated by "ollama show" (stand-in)\nFROM ${model.name}\nTEMPLATE {{ .Prompt }}`,
      parameters: 'num_ctx                        4096',
      template: '{{ .Prompt }}',
      details: model.details,
      model_info: { 'general.architecture': model.details.family, 'general.stand_in': true },
      capabilities: ['completion'],
      modified_at: model.modified_at,
    });
  },
  'POST /api/pull': async ({ request, response }) => {
    const body = await readBody(request);
    const name = fullName(body.model ?? body.name, 'invalid model name');
    const objects = pull(name, () => response.destroyed);
    if (body.stream === false) sendJson(response, 200, await lastOf(objects));
    else await sendLines(response, objects);
  },
  'DELETE /api/delete': async ({ request, response }) => {
    const body = await readBody(request);
    const model = modelNamed(body.model ?? body.name);
    remove(model.name);
    sendJson(response, 200);
  },
  'POST /api/generate': async ({ request, response }) => {
    const body = await readBody(request);
    const piece = (text) => ({ response: text });
    const objects = complete(body, { prompt: body.prompt ?? '', piece });
    if (body.stream === false)
      sendJson(response, 200, await joined(objects, (value) => value.response, piece));
    else await sendLines(response, objects);
  },
  'POST /api/chat': async ({ request, response }) => {
    const body = await readBody(request);
    const prompt = (body.messages ?? []).map(({ role, content }) => `${role}: ${content}`).join('\n');
    const piece = (text) => ({ message: { role: 'assistant', content: text } });
    const objects = complete(body, { prompt, piece });
    if (body.stream === false)
      sendJson(response, 200, await joined(objects, (value) => value.message.content, piece));
    else await sendLines(response, objects);
  },
};

const server = createServer((request, response) => {
  const path = new URL(request.url ?? '/', 'http://model-server').pathname;
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const route = routes[`${method} ${path}`];
  if (route === undefined) {
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end('404 page not found');
    return;
  }
  route({ request, response }).catch((error) => {
    if (!(error instanceof ApiError)) console.error(error);
    if (response.headersSent) response.destroy();
    else sendJson(response, error.status ?? 500, { error: error.message });
  });
});
server.listen(Number(port), host, () => {
  console.log(`model server stand-in ${version} on ${host}:${server.address().port}, models in ${folder}`);
});
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}
