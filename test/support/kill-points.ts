// A controller that is killed −9 at an exact point of a procedure, from outside: at its ways to Postgres and to the engine, which
// hold every commit's answer and every act until it is known in which state the procedure is. Nothing in reeve knows of it.

import { join } from 'node:path';
import pg from 'pg';
import { RemoteControl } from '../../controller/http/client.ts';
import type { Word } from '../../controller/procedures/procedures.ts';
import { type CallRecord, type EngineProxy, startEngineProxy } from './engine-proxy.ts';
import type { TestPlatform } from './platform.ts';
import type { TestPostgres } from './postgres.ts';
import { type CliResult, type Running, reeve, spawnReeve } from './reeve.ts';
import { startTcpGate } from './tcp-gate.ts';

/**
 * `stored`: the state's commit is made, and nobody has heard of it. `intended`: that an act begins is stored, and the engine
 * does not see it. `acting`: the engine has it, and does it or not. `acted`: the engine has answered, and nobody hears it.
 */
export const points = ['stored', 'intended', 'acting', 'acted'] as const;
export type Point = (typeof points)[number];

export type Kill =
  | { readonly state: string; readonly point: Point }
  /** The how many-eth moment since it was armed: an answer of Postgres, a call to the engine or the engine's answer. */
  | { readonly moment: number };

export interface Which {
  readonly kind: string;
  /** Whose it is; absent: whosever. */
  readonly ref?: string;
}

export interface Mortal {
  /** The next time the controller comes to one of them in the newest such procedure it is killed; once by each. */
  arm(which: Which, kills: readonly Kill[]): void;
  /** Those to which it has not come yet. */
  readonly left: readonly Kill[];
  /** Since it was armed: between two of them it does nothing that anybody could see. */
  readonly moments: number;
  readonly running: Running;
  /** What is between it and the engine: to be told to misbehave. */
  readonly engine: EngineProxy;
  /** Acts that the engine has seen: `start Service/web`. */
  readonly acts: readonly string[];
  restart(): void;
  /** A command to it. */
  reeve(...args: readonly string[]): Promise<CliResult>;
  /** A person's word to it, over its socket and at once: a command takes as long to start as some states last. */
  say(id: string, word: Word): Promise<void>;
  close(): Promise<void>;
}

const containerAct = /^\/containers\/([^/?]+)\/(start|stop|restart|kill)/;
/** What moves an alias; which container it is for stands in the body. */
const networkAct = /^\/networks\/[^/?]+\/(connect|disconnect)/;
const prune = /^\/(images|build|containers|networks|volumes)\/prune/;

/** A controller of `p`, its store in `database`. */
export async function startMortal(
  p: TestPlatform,
  postgres: TestPostgres,
  database: string,
): Promise<Mortal> {
  let armed: { readonly which: Which; left: readonly Kill[] } = { which: { kind: '' }, left: [] };
  let moments = 0;
  const acts: string[] = [];
  const names = new Map<string, string>();
  /** Whose container it is; looked up once, for it may be gone by the next time. */
  const nameOf = async (id: string): Promise<string> => {
    if (!names.has(id)) for (const { id: one, ref } of await p.containers()) names.set(one, ref);
    return names.get(id) ?? id;
  };
  const observer = new pg.Client({ connectionString: postgres.url(database) });
  observer.on('error', () => undefined);
  await observer.connect();

  const kill = (due: Kill): true => {
    armed.left = armed.left.filter((one) => one !== due);
    running.process.kill('SIGKILL');
    return true;
  };
  /** Kills it if this is the moment. */
  const isItsMoment = (): boolean => {
    moments++;
    const due = armed.left.find((one) => 'moment' in one && one.moment <= moments);
    return due !== undefined && kill(due);
  };
  /** Kills it if it has come to a point that it was armed for. */
  const comesTo = async (point: Point): Promise<boolean> => {
    const { which, left } = armed;
    if (!left.some((one) => 'point' in one && one.point === point)) return false;
    const { rows } = await observer.query(
      `SELECT machine::json->>'state' AS state FROM reeve_${p.name}.procedures
        WHERE kind = $1 AND ($2::text IS NULL OR machine::json->'context'->>'ref' = $2) ORDER BY began_at DESC LIMIT 1`,
      [which.kind, which.ref],
    );
    const due = armed.left.find(
      (one) => 'point' in one && one.point === point && one.state === rows[0]?.state,
    );
    return due !== undefined && kill(due);
  };
  const isAct = ({ method, path }: CallRecord): boolean =>
    method === 'POST' && (containerAct.test(path) || networkAct.test(path));

  const gate = await startTcpGate(postgres.port, async (piece) => {
    if (isItsMoment()) return false;
    return !piece.includes('COMMIT\0') || !(await comesTo('stored'));
  });
  const socket = join(p.folder, 'mortal.sock');
  const proxy = await startEngineProxy({
    target: p.socket,
    socket,
    guard: {
      mayPass: async (call) => {
        if (isItsMoment()) return false;
        if (!isAct(call)) return true;
        if (await comesTo('intended')) return false;
        const [, id = '', verb = ''] = containerAct.exec(call.path) ?? [];
        if (verb !== '') acts.push(`${verb} ${await nameOf(id)}`);
        await comesTo('acting');
        return true;
      },
      mayAnswer: async (call) => !isItsMoment() && (!isAct(call) || !(await comesTo('acted'))),
    },
  });
  // The engine is everybody's.
  const keepTheirs = (): void => proxy.fault({ kind: 'refuse', method: 'POST', path: prune });
  keepTheirs();
  const env = { REEVE_STORE: postgres.url(database, { port: gate.port }) };
  const options = { state: p.state, cwd: p.manifests, socket, env };
  const start = (): Running => spawnReeve(['run', '-f', p.manifests, '--lease', '2s'], options);
  let running = start();
  return {
    arm: (which, kills) => {
      armed = { which, left: kills };
      moments = 0;
    },
    get left() {
      return armed.left;
    },
    get moments() {
      return moments;
    },
    engine: {
      ...proxy,
      clear: () => {
        proxy.clear();
        keepTheirs();
      },
    },
    get running() {
      return running;
    },
    acts,
    restart: () => {
      running = start();
    },
    reeve: (...args) => reeve(args, options),
    say: async (id, word) => {
      const control = new RemoteControl(join(p.state, 'control.sock'));
      try {
        await control.procedures.say(id, word, 'a person');
      } finally {
        await control.close();
      }
    },
    close: async () => {
      running.process.kill('SIGKILL');
      await running.ended;
      await observer.end();
      await proxy.close();
      await gate.close();
    },
  };
}
