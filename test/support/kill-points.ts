// A controller that is killed −9 at an exact point of a procedure, from outside: at its ways to Postgres and to the engine, which
// hold every commit's answer and every act until it is known in which state the procedure is. Nothing in reeve knows of it.

import { join } from 'node:path';
import pg from 'pg';
import { RemoteControl } from '../../controller/http/client.ts';
import type { Word } from '../../controller/procedures/procedures.ts';
import { type CallRecord, startEngineProxy } from './engine-proxy.ts';
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

export interface KillPoint {
  readonly kind: string;
  readonly state: string;
  readonly point: Point;
}

export interface Mortal {
  /** The next time the controller comes to it, it is killed. */
  arm(point: KillPoint): void;
  /** It came to it. */
  readonly wasKilled: boolean;
  readonly running: Running;
  /** Acts that the engine has seen: `POST start web`. */
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

/** A controller of `p`, its store in `database`. */
export async function startMortal(
  p: TestPlatform,
  postgres: TestPostgres,
  database: string,
): Promise<Mortal> {
  let armed: KillPoint | undefined;
  let wasKilled = false;
  const acts: string[] = [];
  const names = new Map((await p.containers()).map(({ id, ref }) => [id, ref]));
  const observer = new pg.Client({ connectionString: postgres.url(database) });
  observer.on('error', () => undefined);
  await observer.connect();

  /** Kills it if it has come to what it was armed for. */
  const comesTo = async (point: Point): Promise<boolean> => {
    const at = armed;
    if (at?.point !== point) return false;
    const { rows } = await observer.query(
      `SELECT machine::json->>'state' AS state FROM reeve_${p.name}.procedures WHERE kind = $1 ORDER BY began_at DESC LIMIT 1`,
      [at.kind],
    );
    if (rows[0]?.state !== at.state || armed !== at) return false;
    armed = undefined;
    wasKilled = true;
    running.process.kill('SIGKILL');
    return true;
  };
  const isAct = ({ method, path }: CallRecord): boolean =>
    method === 'POST' && (containerAct.test(path) || networkAct.test(path));

  const gate = await startTcpGate(postgres.port, async (piece) =>
    armed?.point === 'stored' && piece.includes('COMMIT\0') ? !(await comesTo('stored')) : true,
  );
  const socket = join(p.folder, 'mortal.sock');
  const proxy = await startEngineProxy({
    target: p.socket,
    socket,
    guard: {
      mayPass: async (call) => {
        if (!isAct(call)) return true;
        if (await comesTo('intended')) return false;
        const [, id = '', verb = ''] = containerAct.exec(call.path) ?? [];
        if (verb !== '') acts.push(`${verb} ${names.get(id) ?? id}`);
        await comesTo('acting');
        return true;
      },
      mayAnswer: async (call) => !isAct(call) || !(await comesTo('acted')),
    },
  });
  const env = { REEVE_STORE: postgres.url(database, { port: gate.port }) };
  const options = { state: p.state, cwd: p.manifests, socket, env };
  const start = (): Running => spawnReeve(['run', '-f', p.manifests, '--lease', '2s'], options);
  let running = start();
  return {
    arm: (point) => {
      armed = point;
      wasKilled = false;
    },
    get wasKilled() {
      return wasKilled;
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
