// The platform's API: gives prompts to agents and shows their runs.
//   POST /agents/NAME/runs {"prompt": …}   GET /agents   GET /runs?limit=20   GET /metrics   GET /health

import { json } from 'node:stream/consumers';
import { Redis } from 'ioredis';
import { endCleanly, postgres, sendJson, serve, setting } from './links.mjs';

const redis = new Redis(setting('REDIS_URL', 'redis://redis:6379'), { maxRetriesPerRequest: 1 });
redis.on('error', (error) => console.error(`redis: ${error.message}`));
const database = postgres();

const routes = {
  'POST /agents/:name/runs': async ({ request, response, url }) => {
    const name = decodeURIComponent(url.pathname.split('/')[2]);
    const { prompt } = await json(request).catch(() => ({}));
    if (typeof prompt !== 'string') return sendJson(response, 400, { error: 'send {"prompt": "…"}' });
    const waiting = await redis.rpush(`agent:${name}:prompts`, prompt);
    sendJson(response, 202, { agent: name, waiting });
  },
  'GET /agents': async ({ response }) => {
    const { rows } = await database.query(
      'SELECT agent, count(*)::int AS runs, count(failure)::int AS failed, max(at) AS last FROM runs GROUP BY agent ORDER BY agent',
    );
    sendJson(response, 200, rows);
  },
  'GET /runs': async ({ response, url }) => {
    const limit = Math.min(Number(url.searchParams.get('limit')) || 20, 500);
    const { rows } = await database.query('SELECT * FROM runs ORDER BY id DESC LIMIT $1', [limit]);
    sendJson(response, 200, rows);
  },
  'GET /metrics': async ({ response }) => {
    const { rows } = await database.query(
      'SELECT agent, count(*)::int AS runs, count(failure)::int AS failed FROM runs GROUP BY agent',
    );
    const lines = ['# TYPE agent_runs gauge', '# TYPE agent_runs_failed gauge'];
    for (const { agent, runs, failed } of rows) {
      lines.push(`agent_runs{agent="${agent}"} ${runs}`, `agent_runs_failed{agent="${agent}"} ${failed}`);
    }
    response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4' }).end(`${lines.join('\n')}\n`);
  },
};

const server = serve({ redis: () => redis.ping(), postgres: () => database.query('SELECT 1') }, routes);
endCleanly(async () => {
  server.close();
  redis.disconnect();
  await database.end();
});
console.log('api is up');
