// A job: brings the database to the newest schema and ends. Run again, it changes nothing.

import { postgres, withBackOff } from './links.mjs';

const migrations = [
  `CREATE TABLE runs (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     agent text NOT NULL,
     model text NOT NULL,
     prompt text NOT NULL,
     answer text,
     failure text,
     ms integer NOT NULL,
     at timestamptz NOT NULL DEFAULT now()
   )`,
  'CREATE INDEX runs_by_agent ON runs (agent)',
  'CREATE INDEX runs_by_age ON runs (at)',
];

const database = postgres();
const client = await withBackOff(5, () => database.connect());
await client.query('CREATE TABLE IF NOT EXISTS migrations (number integer PRIMARY KEY)');
const { rows } = await client.query('SELECT count(*)::int AS done FROM migrations');
for (let number = rows[0].done; number < migrations.length; number++) {
  await client.query('BEGIN');
  await client.query(migrations[number]);
  await client.query('INSERT INTO migrations VALUES ($1)', [number]);
  await client.query('COMMIT');
}
client.release();
await database.end();
console.log(`${migrations.length} migrations in force, ${migrations.length - rows[0].done} new`);
