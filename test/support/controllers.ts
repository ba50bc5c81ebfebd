// Several controllers of one platform on one machine: each with a state folder of its own, its own way to the engine, which
// records what it does there, and its own way to Postgres, which can be cut.

import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type CallRecord, startEngineProxy } from './engine-proxy.ts';
import type { TestPlatform } from './platform.ts';
import type { TestPostgres } from './postgres.ts';
import { type CliResult, type Running, reeve, spawnReeve } from './reeve.ts';
import { startTcpGate, type TcpGate } from './tcp-gate.ts';
import { until } from './until.ts';

/** A call that is more than a look, as it came to the engine. */
export interface EngineAct extends CallRecord {
  readonly at: number;
  readonly by: Contender;
}

export interface Contender {
  readonly name: string;
  readonly state: string;
  /** Its way to Postgres. */
  readonly gate: TcpGate;
  readonly running: Running;
  /** By the last word of its log on it. */
  stands(): 'leads' | 'stands by' | 'neither';
  isAlive(): boolean;
  /** Starts it again after it has ended. */
  start(): void;
  signal(name: NodeJS.Signals): void;
  /** A command on its state folder, through its way to the engine and to Postgres. */
  reeve(...args: readonly string[]): Promise<CliResult>;
}

export interface Contenders {
  readonly all: readonly Contender[];
  /** Acts of all, in the order in which they came. */
  readonly acts: readonly EngineAct[];
  close(): Promise<void>;
}

/** Containers only: a lock's marker on the engine and a probe's exec are no acts on the platform. */
const containerAct = /^\/containers\/(?!json)[^?]*/;

export interface ContendersOptions {
  readonly names: readonly string[];
  readonly database: string;
  readonly lease: string;
  /** Asked for each piece that Postgres sends to one of them: holds it up, or loses it. */
  readonly mayDeliver?: (piece: Buffer, to: Contender) => boolean | Promise<boolean>;
}

export async function startContenders(
  p: TestPlatform,
  postgres: TestPostgres,
  { names, database, lease, mayDeliver = () => true }: ContendersOptions,
): Promise<Contenders> {
  const acts: EngineAct[] = [];
  const ends: (() => Promise<void>)[] = [];
  const key = join(p.state, 'key');
  const all: Contender[] = [];
  for (const name of names) {
    const state = join(p.folder, `state-${name}`);
    await mkdir(state, { mode: 0o700 });
    await copyFile(key, join(state, 'key'));
    const gate = await startTcpGate(postgres.port, (piece) => mayDeliver(piece, contender));
    const through = join(p.folder, `engine-${name}.sock`);
    const record = (call: CallRecord): void => {
      if (call.method === 'GET' || !containerAct.test(call.path) || call.path.endsWith('/exec')) return;
      acts.push({ method: call.method, path: call.path, at: Date.now(), by: contender });
    };
    const proxy = await startEngineProxy({
      target: p.socket,
      socket: through,
      listener: { began: record, ended: () => undefined },
    });
    const options = {
      state,
      cwd: p.manifests,
      socket: through,
      env: { REEVE_STORE: postgres.url(database, { port: gate.port }) },
    };
    const start = () => spawnReeve(['run', '-f', p.manifests, '--lease', lease], options);
    let running = start();
    const contender: Contender = {
      name,
      state,
      gate,
      get running() {
        return running;
      },
      stands: () => standing(running),
      isAlive: () => running.process.exitCode === null && running.process.signalCode === null,
      start: () => {
        running = start();
      },
      signal: (signal) => void running.process.kill(signal),
      reeve: (...args) => reeve(args, options),
    };
    all.push(contender);
    ends.push(async () => {
      running.process.kill('SIGKILL');
      await running.ended;
      await proxy.close();
      await gate.close();
    });
  }
  return {
    all,
    acts,
    close: async () => {
      for (const end of ends) await end();
    },
  };
}

function standing({ output }: Running): ReturnType<Contender['stands']> {
  const words = [...output().stderr.matchAll(/"msg":"(standing by|keeping)"/g)].at(-1)?.[1];
  return words === undefined ? 'neither' : words === 'keeping' ? 'leads' : 'stands by';
}

export interface LeaseSeen {
  readonly token: number;
  /** By pid. */
  readonly leader: { readonly pid: number; readonly id: string } | undefined;
}

/** As the database has it. */
export async function leaseOf(
  postgres: TestPostgres,
  database: string,
  platform: string,
): Promise<LeaseSeen> {
  const [row] = await postgres.sql(database, `SELECT token, leader FROM reeve_${platform}.lease`);
  const leader = row?.['leader'];
  return {
    token: Number(row?.['token']),
    leader: typeof leader === 'string' ? JSON.parse(leader) : undefined,
  };
}

/** Waits until one leads and all others stand by; the leader. */
export async function untilOneLeads(
  contenders: Contenders,
  look: () => Promise<LeaseSeen>,
  ms: number,
): Promise<Contender> {
  return until(
    async () => {
      const { leader } = await look();
      const leading = contenders.all.find((c) => c.running.pid === leader?.pid && c.isAlive());
      if (leading?.stands() !== 'leads') throw new Error(`led by ${leader?.pid}`);
      const busy = contenders.all.filter((c) => c !== leading && c.isAlive() && c.stands() !== 'stands by');
      if (busy.length > 0) throw new Error(`${busy.map((c) => c.name)} do not stand by yet`);
      return leading;
    },
    ms,
    'one leads, the others stand by',
  );
}
