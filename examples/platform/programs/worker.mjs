// Work beside the API, one role a container:
//   scheduler   gives a prompt to one known agent after another, so that the platform always has something to do
//   cleaner     removes runs older than KEEP_HOURS

import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { endCleanly, postgres, serve, setting } from './links.mjs';

const everyMs = Number(setting('EVERY_SECONDS', '10')) * 1000;
const redis = new Redis(setting('REDIS_URL', 'redis://redis:6379'), { maxRetriesPerRequest: 1 });
redis.on('error', (error) => console.error(`redis: ${error.message}`));
const database = postgres();

const roles = {
  /** Agents are known by their runs. The turn is kept in Redis, so that a restart goes on where it was. */
  scheduler: async () => {
    const { rows } = await database.query('SELECT DISTINCT agent FROM runs ORDER BY agent');
    if (rows.length === 0) return;
    const turn = await redis.incr('scheduler:turn');
    const { agent } = rows[turn % rows.length];
    await redis.rpush(`agent:${agent}:prompts`, `Report what you did since turn ${turn - rows.length}.`);
  },
  cleaner: async () => {
    const { rowCount } = await database.query("DELETE FROM runs WHERE at < now() - $1 * interval '1 hour'", [
      Number(setting('KEEP_HOURS', '24')),
    ]);
    if (rowCount > 0) console.log(`removed ${rowCount} old runs`);
  },
};

const role = process.argv[2];
const act = roles[role];
if (act === undefined) {
  console.error(`unknown role ${role}: expected one of ${Object.keys(roles).join(', ')}`);
  process.exit(64);
}

serve({ redis: () => redis.ping(), postgres: () => database.query('SELECT 1') });
endCleanly(async () => {
  redis.disconnect();
  await database.end();
});
console.log(`${role} is up`);
for (;;) {
  await act().catch((error) => console.error(`${role}: ${error.message}`));
  await pause(everyMs);
}
