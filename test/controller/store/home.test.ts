// Where a store is, and that no password is shown with it.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ReeveError } from '../../../controller/errors.ts';
import {
  passwordsIn,
  postgresHome,
  schemaOf,
  shownUrl,
  withoutPassword,
} from '../../../controller/store/home.ts';
import { refuse } from '../../../controller/store/postgres/connection.ts';
import { withPasswordOfFile } from '../../../controller/store/postgres/password-file.ts';

const urls = [
  'postgres://ann:s3cret%2F1@db.example:5432/reeve',
  'postgresql://ann:s3cret%2F1@[::1]/reeve?sslmode=require',
  'postgres://ann:s3cret%2F1@/reeve?host=/run/postgresql',
  'postgres://db/reeve?user=ann&password=s3cret/1',
];

describe('an address with a password', () => {
  test.each(urls)('%#: is shown and noted without it', (url) => {
    expect(passwordsIn(url)).toEqual(['s3cret/1']);
    for (const text of [shownUrl(url), withoutPassword(url)]) expect(text).not.toContain('s3cret');
    expect(shownUrl(url)).toMatch(/^postgres(ql)?:\/\/.*\/reeve/);
    expect(withoutPassword(withoutPassword(url))).toBe(withoutPassword(url));
  });

  test.each(['postgres//ann:s3cret@db/x', 'mysql://ann:s3cret@db/x', 'postgres://ann:s3cret@db', 's3cret'])(
    'that is none is refused without being repeated: %#',
    (url) => {
      const refused = (): unknown => postgresHome(url, 'demo');
      expect(refused).toThrow(ReeveError);
      expect(refused).toThrow(/^(?!.*s3cret)/);
    },
  );
});

describe('the password file', () => {
  const of = (lines: readonly string[], url: string, mode = 0o600): string => {
    const folder = mkdtempSync(join(tmpdir(), 'reeve-pgpass-'));
    try {
      const path = join(folder, 'pgpass');
      writeFileSync(path, `${lines.join('\n')}\n`);
      chmodSync(path, mode);
      return passwordsIn(withPasswordOfFile(url, { PGPASSFILE: path }))[0] ?? '';
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const lines = ['# ours', 'db:5433:*:ann:other', 'db:5432:reeve:ann:a:b\\\\%2F c', '*:*:*:*:any'];

  test.each([
    ['postgres://ann@db/reeve', 'a:b\\%2F c'],
    ['postgres://ann@db:5433/x', 'other'],
    ['postgres://bob@db/reeve', 'any'],
    ['postgres://ann@/reeve?host=/run/postgresql', 'any'],
    ['postgres://ann:mine@db/reeve', 'mine'],
  ])('%s', (url, password) => {
    expect(of(lines, url)).toBe(password);
  });

  test('that others may read is passed over', () => {
    expect(of(lines, 'postgres://ann@db/reeve', 0o644)).toBe('');
  });
});

test('pg is loaded for a store in Postgres alone: a start with a file does not pay for it', () => {
  const program = `
    import { createRequire } from 'node:module';
    await import('./controller/cli/run-controller.ts');
    await import('./controller/cli/look.ts');
    const loaded = Object.keys(createRequire(import.meta.url).cache).filter((path) => /node_modules.pg./.test(path));
    console.log(loaded.length);`;
  const cwd = join(import.meta.dirname, '../../..');
  const args = ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', program];
  expect(execFileSync(process.execPath, args, { cwd, encoding: 'utf8' }).trim()).toBe('0');
});

test('each platform has a schema of its own, however long its name', () => {
  expect(schemaOf('shop')).toBe('reeve_shop');
  const long = ['a', 'b'].map((end) => schemaOf(`${'x'.repeat(100)}${end}`));
  expect(new Set(long).size).toBe(2);
  for (const name of long) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
});

test('a server that is too old, or a database without every letter, is refused in words', () => {
  const home = postgresHome('postgres://db/reeve', 'demo');
  expect(() => refuse(home, 120_009, 'UTF8')).toThrow('is on Postgres 12');
  expect(() => refuse(home, 150_000, 'SQL_ASCII')).toThrow('of encoding SQL_ASCII');
  expect(() => refuse(home, 150_000, 'UTF8')).not.toThrow();
});
