// Probes of a Postgres and a Redis, with the real programs: a connection of reeve's own, and their own words for "not yet".

import { beforeAll, expect, test } from 'vitest';
import { makeImages, postgres, redis } from '../../scripts/lib/demo-images.ts';
import { askEngine } from '../../scripts/lib/docker-api.ts';
import { ensureEngine } from '../support/engine.ts';
import { keep, platformFor } from '../support/kept.ts';
import { service, type TestPlatform } from '../support/platform.ts';

const db = 'Service/db';
const cache = 'Service/cache';

beforeAll(async () => {
  await ensureEngine();
  await makeImages([postgres, redis]);
}, 300_000);

const ofImage = (text: string, image: string): string => text.replace('reeve-test:1', image);
const postgresWith = (...more: readonly string[]): string =>
  ofImage(
    service('db', ['environment: {POSTGRES_DB: shop, POSTGRES_PASSWORD: not-so-secret}', ...more]),
    'reeve-demo/postgres:15',
  );
const redisWith = (...more: readonly string[]): string =>
  ofImage(service('cache', more), 'reeve-demo/redis:7');
const often = 'every: 300ms, timeout: 10s, threshold: 2, startPeriod: 3m';

async function exec(p: TestPlatform, ref: string, command: readonly string[]): Promise<void> {
  const { Id: container } = await p.container(ref);
  const { body } = await askEngine(p.socket, 'POST', `/containers/${container}/exec`, { Cmd: command });
  const { Id } = JSON.parse(body) as { Id: string };
  await askEngine(p.socket, 'POST', `/exec/${Id}/start`, { Detach: true });
}

test.concurrent('they are ready when they answer, by what their containers are given', async (t) => {
  const p = await platformFor(t);
  await keep(p, [
    postgresWith(`probe: {postgres: {}, ${often}}`),
    redisWith('command: [redis-server, --protected-mode, "no"]', `probe: {redis: {}, ${often}}`),
  ]);
  await p.untilCondition(db, 'Ready', /^ProbePassing$/);
  await p.untilCondition(cache, 'Ready', /^ProbePassing$/);
});

test.concurrent('one that wants another password than reeve has is not restarted for it', async (t) => {
  const p = await platformFor(t);
  await p.write('wrong', 'nobody knows it');
  await keep(p, [
    postgresWith(`probe: {postgres: {password: {secret: wrong}}, ${often}}`),
    redisWith('command: [redis-server, --requirepass, other]', `probe: {redis: {}, ${often}}`),
    'apiVersion: reeve/v1\nkind: Secret\nmetadata: {name: wrong}\nspec: {file: wrong}\n',
  ]);
  for (const ref of [db, cache]) await p.untilCondition(ref, 'Ready', /^ProbeUnreachable$/);
  const events = await p.events();
  expect(events.filter((e) => e.reason === 'Restarted')).toEqual([]);
});

test.concurrent('a Postgres in recovery is waited for, however long, and not restarted, though its healthcheck gives up', async (t) => {
  const p = await platformFor(t);
  // A standby that replays: until its archive has no more to give, which is when the test has looked, it takes no
  // connection (57P03).
  const recovery = [
    'touch $$PGDATA/recovery.signal',
    'echo "restore_command = \'until test -e /tmp/looked; do sleep 0.2; done; false\'" >>$$PGDATA/postgresql.conf',
    'exec postgres',
  ].join('\n');
  const command = `command: [/bin/sh, -c, ${JSON.stringify(recovery)}]`;
  // Status 1: it is there and rejects. Nothing is wrong before it listens.
  const check =
    'healthcheck: {test: ["CMD-SHELL", "pg_isready -h 127.0.0.1; test $$? -ne 1"], interval: 300ms, timeout: 5s, retries: 2}';
  await keep(p, [postgresWith(command, check, `probe: {postgres: {}, ${often}}`)], { ready: [] });
  await p.untilEvent(db, 'Started');
  const before = await p.untilContainer(db, 'runs', (c) => c.State.Running);
  await p.untilCondition(db, 'Progressing', /^Loading$/, 60_000);
  await p.untilContainer(db, 'is unhealthy', (c) => c.State.Health?.Status === 'unhealthy');
  await exec(p, db, ['touch', '/tmp/looked']);
  await p.untilReady(db, 60_000);
  const after = await p.container(db);
  expect([after.Id, after.State.StartedAt]).toEqual([before.Id, before.State.StartedAt]);
  // It was no failure: nobody is told of one.
  expect(await p.fromStore((s) => s.procedures({ limit: 1 }))).toEqual([]);
});

test.concurrent('a Redis that hangs is restarted', async (t) => {
  const p = await platformFor(t);
  await keep(p, [
    redisWith(
      'command: [redis-server, --protected-mode, "no", --enable-debug-command, "yes"]',
      'probe: {redis: {}, every: 300ms, timeout: 2s, threshold: 2, startPeriod: 3m}',
    ),
  ]);
  const before = await p.container(cache);
  await exec(p, cache, ['redis-cli', 'DEBUG', 'SLEEP', '60']);
  await p.untilEvent(cache, 'ProbeFailing', /no answer in time/);
  await p.untilContainer(cache, 'was restarted', (c) => c.State.StartedAt !== before.State.StartedAt);
  await p.untilReady(cache);
});
