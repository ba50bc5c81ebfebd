// A Postgres of a test's own, from Debian's package: started in a folder of its own, stopped, killed and removed by the test.
// Its default collation is a language's, so that what must sort by bytes shows whether it does.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { shell } from './engine.ts';
import { until } from './until.ts';

const run = promisify(execFile);
const programs = '/usr/lib/postgresql/15/bin';
/** Of the server's owner; tests look for it where it must not be. */
export const postgresPassword = 'open sesame/42';

export interface TestPostgres {
  readonly port: number;
  /** Of a database in it, as its owner, through `port` (a proxy's) or its own. */
  url(database: string, options?: { readonly port?: number; readonly user?: string }): string;
  /** An empty database; its name. */
  newDatabase(): Promise<string>;
  /** Runs SQL as its owner; the rows of the last statement. */
  sql(database: string, text: string): Promise<readonly Record<string, unknown>[]>;
  start(): Promise<void>;
  /** SIGKILL, as from a machine that runs out of memory: it recovers when it is started again. */
  kill9(): Promise<void>;
  close(): Promise<void>;
}

export async function startPostgres(): Promise<TestPostgres> {
  await shell('ensure_postgres');
  const folder = await mkdtemp(join(tmpdir(), 'reeve-postgres-'));
  const as = await asOwner(folder);
  const data = join(folder, 'data');
  await writeFile(join(folder, 'password'), postgresPassword, { mode: 0o644 });
  const locale = ['--encoding=UTF8', '--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en-US'];
  const access = ['--username=owner', '--auth=scram-sha-256', `--pwfile=${join(folder, 'password')}`];
  const [command = '', ...more] = [
    ...as,
    `${programs}/initdb`,
    '-D',
    data,
    '--no-sync',
    ...access,
    ...locale,
  ];
  await run(command, more);
  const port = await freePort();
  const log = join(folder, 'log');
  let server: ChildProcess | undefined;
  let made = 0;

  const client = async <T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const one = new pg.Client({ connectionString: postgres.url(database), connectionTimeoutMillis: 2_000 });
    one.on('error', () => undefined);
    await one.connect();
    try {
      return await work(one);
    } finally {
      await one.end();
    }
  };
  const postgres: TestPostgres = {
    port,
    url: (database, options = {}) =>
      `postgres://${options.user ?? 'owner'}:${encodeURIComponent(postgresPassword)}@127.0.0.1:${options.port ?? port}/${database}`,
    newDatabase: async () => {
      const name = `db${++made}`;
      await postgres.sql('postgres', `CREATE DATABASE ${name}`);
      return name;
    },
    sql: (database, text) =>
      client(database, async (one) => {
        const results = (await one.query(text)) as unknown as pg.QueryResult | pg.QueryResult[];
        return (Array.isArray(results) ? results.at(-1)?.rows : results.rows) ?? [];
      }),
    start: async () => {
      // What a killed one has left of its shared memory goes with the last of its children.
      await until(
        async () => {
          if (server === undefined || server.exitCode !== null || server.signalCode !== null) {
            server = launch([...as, `${programs}/postgres`], data, folder, port, log);
          }
          return client('postgres', async (one) => (await one.query('SELECT 1')).rows.length === 1);
        },
        20_000,
        `Postgres answers; its log: ${await readFile(log, 'utf8').catch(() => '')}`,
      );
    },
    kill9: () => end(server, 'SIGKILL'),
    close: async () => {
      await end(server, 'SIGQUIT');
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await postgres.start();
    return postgres;
  } catch (error) {
    await postgres.close();
    throw error;
  }
}

function launch(
  program: readonly string[],
  data: string,
  folder: string,
  port: number,
  log: string,
): ChildProcess {
  const [command = '', ...more] = program;
  const settings = ['fsync=off', 'listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`];
  const out = openSync(log, 'a');
  return spawn(command, [...more, '-D', data, '-p', `${port}`, ...settings.flatMap((one) => ['-c', one])], {
    stdio: ['ignore', out, out],
  });
}

/** Postgres refuses root; and it ends with the test's process, whatever ends that. */
async function asOwner(folder: string): Promise<readonly string[]> {
  const dying = ['setpriv', '--pdeathsig', 'QUIT'];
  if (process.getuid?.() !== 0) return dying;
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (what) => Number((await run('id', [what, 'postgres'])).stdout)),
  );
  await chown(folder, uid ?? 0, gid ?? 0);
  return [...dying, '--reuid', 'postgres', '--regid', 'postgres', '--clear-groups'];
}

async function end(server: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill(signal);
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
