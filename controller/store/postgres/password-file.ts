// The password file that psql reads too (~/.pgpass or PGPASSFILE): a line a server, HOST:PORT:DATABASE:USER:PASSWORD, where `*`
// is any and `\` keeps what follows from being a sign. Read by ourselves: pg warns that it will not for much longer.

import { readFileSync, statSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { passwordsIn, withPassword } from '../home.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The address with a password, where the file has one for it and nothing else gives one. */
export function withPasswordOfFile(text: string, env: Env): string {
  if (passwordsIn(text).length > 0 || (env['PGPASSWORD'] ?? '') !== '') return text;
  const path = env['PGPASSFILE'] ?? join(env['HOME'] ?? homedir(), '.pgpass');
  const lines = readPrivate(path)?.split(/\r?\n/) ?? [];
  const wanted = addressOf(text);
  for (const line of lines) {
    if (line.startsWith('#')) continue;
    const fields = fieldsOf(line);
    const password = fields[4];
    if (password !== undefined && wanted.every((one, i) => fields[i] === '*' || fields[i] === one)) {
      return withPassword(text, password);
    }
  }
  return text;
}

/** As psql does it: a file that others may read is passed over, and the server then says that it wants a password. */
function readPrivate(path: string): string | undefined {
  try {
    const { mode } = statSync(path);
    return (mode & 0o077) === 0 ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

/** Host, port, database, user; a socket's host is localhost. */
function addressOf(text: string): readonly string[] {
  const url = new URL(text.replace('@/', '@localhost/'));
  const host = url.searchParams.get('host') ?? url.hostname;
  const user = url.searchParams.get('user') ?? decodeURIComponent(url.username);
  return [
    host === '' || host.startsWith('/') ? 'localhost' : host.replace(/^\[|\]$/g, ''),
    url.port === '' ? '5432' : url.port,
    decodeURIComponent(url.pathname.slice(1)),
    user === '' ? userInfo().username : user,
  ];
}

/** The first four by their colons; a password may hold some. */
function fieldsOf(line: string): readonly string[] {
  const match = /^((?:\\.|[^:\\])*):((?:\\.|[^:\\])*):((?:\\.|[^:\\])*):((?:\\.|[^:\\])*):(.+)$/.exec(line);
  return (match ?? []).slice(1).map((field) => field.replace(/\\(.)/g, '$1'));
}
