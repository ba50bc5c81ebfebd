// What the programs of this platform share: their secrets, Postgres, the model server, health answers and a clean end.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

/** A setting from NAME, or from the file that NAME_FILE names (how secrets come in). */
export function setting(name, fallback) {
  const file = process.env[`${name}_FILE`];
  return file === undefined ? (process.env[name] ?? fallback) : readFileSync(file, 'utf8').trim();
}

/** One connection to Postgres, made when it is first needed and made anew when it was lost. */
export function postgres() {
  const pool = new pg.Pool({
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
  pool.on('error', (error) => console.error(`postgres: ${error.message}`));
  return pool;
}

/** Calls until it succeeds: waits 0.5 s, 1 s, 2 s … between, and gives up with the last error. */
export async function withBackOff(attempts, call) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt === attempts) throw error;
      await pause(250 * 2 ** attempt * (0.75 + Math.random() / 2));
    }
  }
}

/** Serves HTTP on 8080: `/health` from the checks given (each throws when its link is broken), the rest by routes. */
export function serve(checks, routes = {}) {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    try {
      if (url.pathname === '/health') return await answerHealth(response, checks);
      const route = routes[`${request.method} ${url.pathname.replace(/^(\/agents)\/[^/]+/, '$1/:name')}`];
      if (route === undefined) return sendJson(response, 404, { error: 'no such path' });
      await route({ request, response, url });
    } catch (error) {
      sendJson(response, 503, { error: error.message });
    }
  });
  server.listen(8080);
  return server;
}

async function answerHealth(response, checks) {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        await check();
        return [name, 'ok'];
      } catch (error) {
        return [name, error.message];
      }
    }),
  );
  const healthy = results.every(([, result]) => result === 'ok');
  sendJson(response, healthy ? 200 : 503, Object.fromEntries(results));
}

export function sendJson(response, status, value) {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(value));
}

/** On TERM or INT: closes what it is given and ends within a second, whatever hangs. */
export function endCleanly(close) {
  const end = async () => {
    setTimeout(() => process.exit(0), 900).unref();
    await close();
    process.exit(0);
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}
