// The lease in a real Postgres: given to one, run out by its holder's own clock before others may have it, and with it the
// right to write.

import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Candidate, type Elected } from '../../../controller/lease/candidate.ts';
import { LeaseLapsed } from '../../../controller/lease/lease.ts';
import type { LeaseTable } from '../../../controller/lease/port.ts';
import { identifyProcess } from '../../../controller/lock/holder.ts';
import { type PostgresHome, postgresHome } from '../../../controller/store/home.ts';
import { openLeaseAt, openStoreAt, readLeaseAt } from '../../../controller/store/open.ts';
import type { Store } from '../../../controller/store/store.ts';
import { startPostgres, type TestPostgres } from '../../support/postgres.ts';
import { startTcpGate, type TcpGate } from '../../support/tcp-gate.ts';
import { until } from '../../support/until.ts';
import { makeEvent } from '../store/make.ts';

let postgres: TestPostgres;
let gate: TcpGate;
beforeAll(async () => {
  postgres = await startPostgres();
  gate = await startTcpGate(postgres.port);
}, 120_000);
afterAll(async () => {
  await gate?.close();
  await postgres?.close();
});

const leaseMs = 1_500;
const logger = pino({ level: 'silent' });
let platforms = 0;

/** A platform of a test's own; `through`: its way may be shut. */
function newHome(through?: TcpGate): PostgresHome {
  const port = through === undefined ? {} : { port: through.port };
  return postgresHome(postgres.url('postgres', port), `lease-${++platforms}`);
}

/** Another way to the same platform. */
function sameHome({ platform }: PostgresHome): PostgresHome {
  return postgresHome(postgres.url('postgres'), platform);
}

/** On another machine, as far as anybody can tell: whether it lives is not seen from here. */
async function newCandidate(home: PostgresHome, command: string): Promise<Candidate & { table: LeaseTable }> {
  const table = await openLeaseAt(home);
  onTestFinished(() => table.close());
  const me = traceOf(command);
  return Object.assign(new Candidate({ table, me, leaseMs, engine: 'e', logger }), { table });
}

function traceOf(command: string) {
  const here = identifyProcess(process.pid);
  const place = { boot: 'another', machine: '', host: 'elsewhere', pid: 1, stateDir: '/nowhere' };
  return { ...here, ...place, command, since: 0, key: 'k' };
}

async function elect(candidate: Candidate): Promise<Elected['lease']> {
  const elected = await candidate.tryToLead();
  if (elected === undefined) throw new Error('it does not lead');
  onTestFinished(() => elected.lease.release());
  return elected.lease;
}

function openAs(home: PostgresHome, { token, leader }: Elected['lease']): Promise<Store> {
  return openStoreAt(home, { token, id: leader.id });
}

describe('who leads', () => {
  test('of many at once one leads, and each new leader has a greater token', async () => {
    const home = newHome();
    const candidates = await Promise.all(['a', 'b', 'c', 'd'].map((name) => newCandidate(home, name)));
    for (let last = 0, round = 0; round < 3; round++) {
      const elected = (await Promise.all(candidates.map((c) => c.tryToLead()))).filter(
        (e) => e !== undefined,
      );
      expect(elected).toHaveLength(1);
      const lease = elected[0]?.lease;
      expect(lease?.token).toBeGreaterThan(last);
      last = lease?.token ?? 0;
      expect((await readLeaseAt(home))?.leader?.command).toBe(lease?.leader.command);
      await lease?.release();
      expect((await readLeaseAt(home))?.leader).toBeUndefined();
    }
  });

  test('a lease that is renewed stays, long after its time', async () => {
    const home = newHome();
    const lease = await elect(await newCandidate(home, 'a'));
    const second = await newCandidate(home, 'b');
    for (const end = Date.now() + 2 * leaseMs; Date.now() < end; await pause(50)) {
      expect(await second.tryToLead()).toBeUndefined();
      expect(lease.isHeld).toBe(true);
    }
  });

  test.each(['cut', 'hole'] as const)(
    'a leader that cannot renew (%s) may not act before another leads; told of it once it can be',
    async (how) => {
      const way = await startTcpGate(postgres.port);
      onTestFinished(() => way.close());
      const home = newHome(way);
      const lease = await elect(await newCandidate(home, 'a'));
      const second = await newCandidate(sameHome(home), 'b');
      await second.tryToLead();
      const shutAt = Date.now();
      way.shut(how);
      const next = await until(
        async () => {
          const held = lease.isHeld;
          const elected = await second.tryToLead();
          if (elected !== undefined) expect(held, 'the first still holds it').toBe(false);
          return elected;
        },
        10 * leaseMs,
        'the second leads',
      );
      onTestFinished(() => next.lease.release());
      expect(Date.now() - shutAt).toBeLessThanOrEqual(1.5 * leaseMs);
      expect(() => lease.mustHold()).toThrow(LeaseLapsed);
      expect(lease.lost.aborted).toBe(false);
      way.open();
      await until(() => lease.lost.aborted, 10 * leaseMs, 'the first hears of it');
      expect(() => lease.mustHold()).toThrow(LeaseLapsed);
    },
  );

  test('a leader that was cut off for longer than its lease leads on where nobody took it', async () => {
    const way = await startTcpGate(postgres.port);
    onTestFinished(() => way.close());
    const lease = await elect(await newCandidate(newHome(way), 'a'));
    way.shut('cut');
    await until(() => !lease.isHeld, 10 * leaseMs, 'it lapses');
    way.open();
    await until(() => lease.isHeld, 10 * leaseMs, 'it is renewed');
    expect(lease.lost.aborted).toBe(false);
  });

  test('who could not see the lease for a while waits its whole time anew', async () => {
    const way = await startTcpGate(postgres.port);
    onTestFinished(() => way.close());
    const home = newHome();
    const { table } = await newCandidate(home, 'a');
    // Never renewed.
    const leader = { ...traceOf('a'), id: 'silent' };
    await table.take(await table.read(1_000), { leader, leaseMs, engine: 'e' }, 1_000);
    const shutHome = postgresHome(postgres.url('postgres', { port: way.port }), home.platform);
    const second = await newCandidate(shutHome, 'b');
    const abort = new AbortController();
    const leading = second.lead(abort.signal);
    onTestFinished(async () => {
      abort.abort();
      await (await leading)?.lease.release();
    });
    await until(() => second.leader !== undefined, leaseMs, 'it looks');
    way.shut('cut');
    await until(async () => (await table.read(1_000)).ageMs > 1.5 * leaseMs, 3 * leaseMs, 'its time is over');
    const openedAt = Date.now();
    way.open();
    expect((await leading)?.lease.token).toBe(2);
    expect(Date.now() - openedAt).toBeGreaterThanOrEqual(leaseMs - 20);
  });

  test('a dead process of this machine is succeeded at once', async () => {
    const home = newHome();
    const lease = await elect(await newCandidate(home, 'a'));
    const dead = { ...lease.leader, ...identifyProcess(process.pid), pid: 2 ** 22 + 1, startTime: '1' };
    await postgres.sql('postgres', `UPDATE "${home.schema}".lease SET leader = '${JSON.stringify(dead)}'`);
    expect((await (await newCandidate(home, 'b')).tryToLead())?.lease.token).toBe(lease.token + 1);
  });
});

describe('a write of an older token', () => {
  test('is refused by the database in its own transaction, and nothing of it is kept', async () => {
    const home = newHome();
    const first = await elect(await newCandidate(home, 'a'));
    const old = await openAs(home, first);
    await old.record([makeEvent({ message: 'of the first' })]);
    await first.release();
    const second = await elect(await newCandidate(home, 'b'));
    // Before the new one has written anything, or even opened the store.
    await expect(old.record([makeEvent({ message: 'too late' })])).rejects.toMatchObject({ status: 75 });
    await expect(openAs(home, first)).rejects.toMatchObject({ status: 75 });
    const store = await openAs(home, second);
    await store.record([makeEvent({ message: 'of the second' })]);
    await expect(old.setFacts([{ fact: 'pins', key: 'a', value: 'x' }])).rejects.toMatchObject({
      status: 75,
    });
    expect((await store.events({})).map((event) => event.message)).toEqual(['of the first', 'of the second']);
    expect((await store.facts()).pins).toEqual({});
    await Promise.all([old.close(), store.close()]);
  });

  test('does not hold its successor up: a session frozen in a transaction is ended', async () => {
    const home = newHome();
    const { table } = await newCandidate(home, 'a');
    const leader = { ...traceOf('a'), id: 'frozen' };
    const token = await table.take(await table.read(1_000), { leader, leaseMs, engine: 'e' }, 1_000);
    const old = await openStoreAt(home, { token: token ?? 0, id: leader.id });
    await old.record([makeEvent({ message: 'kept' })]);
    await old.close();
    // As a process that stands still after its first write.
    const frozen = new pg.Client({ connectionString: home.url, application_name: 'reeve x frozen y' });
    frozen.on('error', () => undefined);
    const ended = new Promise((resolve) => frozen.once('end', resolve));
    await frozen.connect();
    await frozen.query('BEGIN');
    await frozen.query(`UPDATE "${home.schema}".last_commit SET mark = 'frozen'`);
    const startedAt = Date.now();
    const elected = await (await newCandidate(home, 'b')).lead(new AbortController().signal);
    if (elected === undefined) throw new Error('nobody leads');
    onTestFinished(() => elected.lease.release());
    expect(Date.now() - startedAt).toBeLessThan(1.5 * leaseMs);
    await ended;
    const store = await openAs(home, elected.lease);
    await store.record([makeEvent({ message: 'of the second' })]);
    expect((await store.events({})).map((event) => event.message)).toEqual(['kept', 'of the second']);
    await store.close();
  });
});
