import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ReeveError } from '../../controller/errors.ts';
import { listPlatforms, openStateDir, stateDir, statePaths } from '../../controller/state-dir.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'reeve-state-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));
const uid = process.getuid?.() ?? 0;
const user = () => ({ env: { XDG_STATE_HOME: base, XDG_RUNTIME_DIR: base }, uid });

describe('where state lives', () => {
  test.each([
    ['--state wins', { flag: '/srv/st', env: { XDG_STATE_HOME: '/x' }, uid: 0 }, '/srv/st'],
    ['then XDG_STATE_HOME', { env: { XDG_STATE_HOME: '/x', HOME: '/h' }, uid: 0 }, '/x/reeve/demo'],
    ['root without it', { env: { HOME: '/root' }, uid: 0 }, '/var/lib/reeve/demo'],
    ['others without it', { env: { HOME: '/home/ann' }, uid: 1000 }, '/home/ann/.local/state/reeve/demo'],
    ['a relative XDG_STATE_HOME is ignored', { env: { XDG_STATE_HOME: 'x' }, uid: 0 }, '/var/lib/reeve/demo'],
  ])('%s', (_rule, context, expected) => {
    expect(stateDir('demo', context)).toBe(expected);
  });

  test.each(['../x', 'a/b', '', '.', '..'])('a name like "%s" does not lead elsewhere', (name) => {
    expect(() => stateDir(name, user())).toThrow(/is no platform's name/);
  });

  test('platforms are those with a store', () => {
    for (const name of ['b', 'a', 'empty']) mkdirSync(join(base, 'reeve', name), { recursive: true });
    for (const name of ['b', 'a']) writeFileSync(join(base, 'reeve', name, 'store.db'), '');
    expect(listPlatforms(user())).toEqual([
      { platform: 'a', dir: join(base, 'reeve/a') },
      { platform: 'b', dir: join(base, 'reeve/b') },
    ]);
    expect(listPlatforms({ env: { XDG_STATE_HOME: join(base, 'none') }, uid })).toEqual([]);
  });
});

describe('a state folder', () => {
  test('is made with its parents, closed to others, with a key of its own once one is needed', () => {
    const state = openStateDir(join(base, 'deep/er/demo'), user());
    expect(statSync(state.dir).mode & 0o777).toBe(0o700);
    state.keyedDigest('x');
    expect(statSync(join(state.dir, 'key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(state.dir, 'key'))).toHaveLength(32);
    expect(readdirSync(state.dir)).toEqual(['key']);
  });

  test('keeps its key: the same digest ever after, another elsewhere', () => {
    const digest = openStateDir(join(base, 'a'), user()).keyedDigest('pw');
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(openStateDir(join(base, 'a'), user()).keyedDigest(Buffer.from('pw'))).toBe(digest);
    expect(openStateDir(join(base, 'b'), user()).keyedDigest('pw')).not.toBe(digest);
  });

  test('of ours that became open to others is closed again; a folder used for more keeps its mode', () => {
    const ours = openStateDir(join(base, 'a'), user()).dir;
    writeFileSync(join(ours, 'store.db'), '');
    chmodSync(ours, 0o755);
    openStateDir(ours, user());
    expect(statSync(ours).mode & 0o777).toBe(0o700);
    const shared = join(base, 'shared');
    mkdirSync(shared, { mode: 0o755 });
    writeFileSync(join(shared, 'notes.txt'), '');
    openStateDir(shared, user());
    expect(statSync(shared).mode & 0o777).toBe(0o755);
  });

  test('with a damaged key says so and keeps the file', () => {
    const { dir } = openStateDir(join(base, 'a'), user());
    writeFileSync(join(dir, 'key'), 'short');
    expect(() => openStateDir(dir, user()).keyedDigest('x')).toThrow(
      /key file .* is damaged: it has 5 bytes, not 32/,
    );
    expect(readFileSync(join(dir, 'key'), 'utf8')).toBe('short');
  });

  test('that cannot be made is told in words', () => {
    writeFileSync(join(base, 'file'), '');
    const open = () => openStateDir(join(base, 'file/demo'), user());
    expect(open).toThrow(ReeveError);
    expect(open).toThrow(/state folder .* cannot be used/);
  });
});

describe('the socket', () => {
  test('is in the state folder where its path fits', () => {
    expect(openStateDir(join(base, 'a'), user()).socketPath).toBe(join(base, 'a/control.sock'));
  });

  test('of a folder with a long path is elsewhere, short, always the same, and its folder is there', () => {
    const long = join(base, 'x'.repeat(60), 'y'.repeat(60));
    const { socketPath } = openStateDir(long, user());
    expect(Buffer.byteLength(socketPath)).toBeLessThanOrEqual(107);
    expect(statePaths(long, user()).socketPath).toBe(socketPath);
    expect(statePaths(`${long}2`, user()).socketPath).not.toBe(socketPath);
    expect(existsSync(join(socketPath, '..'))).toBe(true);
  });
});
