// An agent, whole in one file: takes prompts from its queue in Redis, and now and then its own task; asks its model
// through the model server and writes every run to Postgres. Which agent it is, its configuration says.
// GET /health on 8080 tells whether Redis, Postgres and the model are there for it.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';

/** From NAME, or from the file that NAME_FILE names (how secrets come in). */
function setting(name, fallback) {
  const file = process.env[`${name}_FILE`];
  return file === undefined ? (process.env[name] ?? fallback) : readFileSync(file, 'utf8').trim();
}

const config = JSON.parse(readFileSync(setting('AGENT_CONFIG', '/etc/agent/config.json'), 'utf8'));
const modelServer = setting('MODEL_SERVER', 'http://ollama:11434');
const queue = `agent:${config.name}:prompts`;
const everyMs = config.everySeconds * 1000;

const redis = new Redis(setting('REDIS_URL', 'redis://redis:6379'), {
  maxRetriesPerRequest: null,
  retryStrategy: (times) => Math.min(200 * times, 2000),
});
redis.on('error', (error) => console.error(`redis: ${error.message}`));

const database = new pg.Pool({
  host: setting('PGHOST', 'postgres'),
  user: setting('PGUSER', 'postgres'),
  database: setting('PGDATABASE', 'demo'),
  password: setting('PGPASSWORD'),
  max: 1,
  idleTimeoutMillis: 60_000,
  connectionTimeoutMillis: 3000,
  query_timeout: 3000,
});
// A connection that breaks while idle: the next query makes a new one.
database.on('error', (error) => console.error(`postgres: ${error.message}`));

/** Up to five tries, 0.5 s, 1 s, 2 s, 4 s apart (with jitter: many agents fail at the same moment). */
async function withBackOff(call) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt === 5) throw error;
      await pause(250 * 2 ** attempt * (0.75 + Math.random() / 2));
    }
  }
}

async function askModelServer(path, body, timeoutMs) {
  const answer = await fetch(`${modelServer}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error ?? `status ${answer.status}`);
  return value;
}

/** One run: a prompt, the model's answer or why there is none, and a row that remembers both. */
async function run(prompt) {
  const started = performance.now();
  const request = {
    model: config.base_model,
    system: config.instructions,
    prompt,
    stream: false,
    options: { temperature: config.temperature, num_predict: config.maxTokens },
  };
  let answer = null;
  let failure = null;
  try {
    answer = (await withBackOff(() => askModelServer('/api/generate', request, 60_000))).response;
  } catch (error) {
    failure = error.message;
    console.error(`the model gave no answer: ${failure}`);
  }
  const ms = Math.round(performance.now() - started);
  const row = [config.name, config.base_model, prompt, answer, failure, ms];
  const insert =
    'INSERT INTO runs (agent, model, prompt, answer, failure, ms) VALUES ($1, $2, $3, $4, $5, $6)';
  await withBackOff(() => database.query(insert, row));
}

let ending = false;

/** One blocking read holds the connection to Redis; a second one is not needed. */
async function work() {
  // Agents that start together must not all ask the model server at once.
  let nextTask = Date.now() + Math.random() * everyMs;
  while (!ending) {
    try {
      const item = await redis.blpop(queue, 5);
      if (item !== null) {
        await run(item[1]);
      } else if (Date.now() >= nextTask) {
        nextTask = Date.now() + everyMs;
        await run(config.task);
      }
    } catch (error) {
      if (!ending) console.error(`a run is lost: ${error.message}`);
    }
  }
}

/** A known model stays known for a minute: many agents are asked for their health every few seconds. */
let modelKnownUntil = 0;

const checks = {
  redis: async () => {
    if (redis.status !== 'ready') throw new Error(`not connected (${redis.status})`);
  },
  postgres: () => database.query('SELECT 1'),
  model: async () => {
    if (Date.now() < modelKnownUntil) return;
    await askModelServer('/api/show', { model: config.base_model }, 2000);
    modelKnownUntil = Date.now() + 60_000;
  },
};

async function health() {
  const results = await Promise.allSettled(Object.values(checks).map((check) => check()));
  const words = results.map(({ reason }) => (reason === undefined ? 'ok' : reason.message));
  return Object.fromEntries(Object.keys(checks).map((name, i) => [name, words[i]]));
}

const server = createServer(async (request, response) => {
  const found = request.url === '/health';
  const answer = found ? await health() : { error: 'no such path' };
  const fine = Object.values(answer).every((word) => word === 'ok');
  response.writeHead(!found ? 404 : fine ? 200 : 503, { 'Content-Type': 'application/json' });
  response.end(`${JSON.stringify(answer)}\n`);
});
server.listen(8080);

async function end() {
  ending = true;
  // Whatever hangs, it ends within a second.
  setTimeout(() => process.exit(0), 900).unref();
  redis.disconnect();
  await database.end();
  process.exit(0);
}
process.once('SIGTERM', end);
process.once('SIGINT', end);

console.log(`agent ${config.name} with model ${config.base_model} is up`);
await work();
