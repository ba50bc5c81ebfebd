// The lock on a real engine, between real processes: never two, free at once after kill -9.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from '../../../controller/docker/client.ts';
import { lockEngine } from '../../../controller/docker/lock-port.ts';
import { acquireLock, type Lock, type LockRequest } from '../../../controller/lock/lock.ts';
import type { LockEngine } from '../../../controller/lock/port.ts';
import { askEngine, callEngine } from '../../../scripts/lib/docker-api.ts';
import { ensureEngine, startOwnEngine } from '../../support/engine.ts';
import { ensureTestImage, testImage } from '../../support/images.ts';
import { within } from '../../support/pace.ts';

const program = join(import.meta.dirname, '../../support/lock-process.ts');

let socket: string;
let engine: LockEngine;
let dir: string;
let platform: string;
const platforms: string[] = [];

beforeAll(async () => {
  ({ socket } = await ensureEngine());
  engine = lockEngine(createClient({ host: `unix://${socket}`, socketPath: socket }, 10_000));
  dir = mkdtempSync(join(tmpdir(), 'reeve-lock-'));
});
beforeEach(() => {
  platform = newPlatform();
});
afterAll(async () => {
  for (const name of platforms) await engine.removeMarker(`reeve.lock.${name}`);
  rmSync(dir, { recursive: true });
});

function newPlatform(): string {
  const name = `lock-${randomUUID().slice(0, 8)}`;
  platforms.push(name);
  return name;
}

/** As on another machine, or in a container: a folder for lock files that nobody else sees. */
function ownLocksDir(): string {
  const own = join(dir, randomUUID());
  mkdirSync(own);
  return own;
}

interface Contender {
  tell(...words: string[]): Promise<string>;
  kill9(): Promise<void>;
}

/** A process of its own; `before` may put it into other namespaces. */
function startContender(...before: string[]): Contender {
  const [command = '', ...args] = [...before, process.execPath, program, socket];
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    tell: async (...words) => {
      child.stdin.write(`${words.join(' ')}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('the contender has ended');
      return value;
    },
    kill9: async () => {
      // The group: `unshare` and what it started.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      await exit;
    },
  };
}

function request(more: Partial<LockRequest> = {}): LockRequest {
  return {
    engine,
    engineKey: `unix://${socket}`,
    platform,
    locksDir: ownLocksDir(),
    holder: {
      host: hostname(),
      pid: process.pid,
      command: 'reeve apply',
      stateDir: '/state/mine',
      since: Date.now(),
    },
    ...more,
  };
}

/** A marker whose holder was killed a moment ago. */
async function leaveStaleMarker(name: string): Promise<void> {
  const victim = startContender();
  expect(await victim.tell('acquire', name, ownLocksDir())).toBe('held');
  await victim.kill9();
}

describe('of contenders that come at once', () => {
  const rounds = 50;
  let contenders: readonly Contender[];
  beforeAll(() => {
    contenders = [startContender(), startContender(), startContender()];
  });
  afterAll(() => Promise.all(contenders.map((contender) => contender.kill9())));

  async function race(name: string, locksDirs: readonly string[]): Promise<void> {
    const answers = await Promise.all(
      contenders.map((contender, i) => contender.tell('acquire', name, locksDirs[i] ?? '')),
    );
    expect(answers.filter((answer) => answer === 'held')).toHaveLength(1);
    expect(answers.filter((answer) => answer.startsWith('refused 75 '))).toHaveLength(contenders.length - 1);
    await contenders[answers.indexOf('held')]?.tell('release');
  }

  test('on one machine exactly one wins, each time', async () => {
    const shared = ownLocksDir();
    for (let round = 0; round < rounds; round++)
      await race(
        platform,
        contenders.map(() => shared),
      );
  });

  test('with nothing in common but the engine exactly one wins, each time', async () => {
    const own = contenders.map(ownLocksDir);
    for (let round = 0; round < rounds; round++) await race(platform, own);
  });

  test('for a dead holder’s marker exactly one wins, each time', async () => {
    const own = contenders.map(ownLocksDir);
    for (let round = 0; round < 15; round++) {
      await leaveStaleMarker(platform);
      await race(platform, own);
    }
  });
});

test('who comes while a dead holder’s marker is being taken over never loses a lock that it was given', async () => {
  await leaveStaleMarker(platform);
  const name = `reeve.lock.${platform}`;
  let quicker: Promise<Lock> | undefined;
  const slow: LockEngine = {
    ...engine,
    removeMarker: async (marker) => {
      // The moment between the last look at the dead one's marker and its removal.
      if (marker === name && quicker === undefined) {
        quicker = acquireLock(request());
        await quicker.catch(() => undefined);
      }
      await engine.removeMarker(marker);
    },
  };
  const outcomes = await Promise.allSettled([acquireLock(request({ engine: slow }))]);
  outcomes.push(...(await Promise.allSettled([quicker ?? Promise.reject(new Error('never came'))])));
  const locks = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  expect(locks).toHaveLength(1);
  expect(await locks[0]?.check()).toBe(true);
  await locks[0]?.release();
});

describe('the second', () => {
  test('is told who is first, since when, with which state, and what to do', async () => {
    const first = await acquireLock(request());
    await expect(acquireLock(request())).rejects.toMatchObject({
      status: 75,
      message: expect.stringMatching(
        new RegExp(
          `^platform ${platform} is held by reeve apply \\(pid ${process.pid} on ${hostname()}, since \\d{4}-.*Z, state in /state/mine\\)$`,
        ),
      ),
      hint: expect.stringContaining('stop it first'),
    });
    await first.release();
  });

  test('may have another platform, and this one once it is released', async () => {
    const first = await acquireLock(request());
    const other = await acquireLock(request({ platform: newPlatform() }));
    await other.release();
    await first.release();
    await (await acquireLock(request())).release();
    expect(await engine.readMarker(`reeve.lock.${platform}`)).toBeUndefined();
  });

  test('gets it at once after kill -9 of the first, on this machine', async () => {
    const shared = ownLocksDir();
    const victim = startContender();
    expect(await victim.tell('acquire', platform, shared)).toBe('held');
    await expect(acquireLock(request({ locksDir: shared }))).rejects.toThrow('is held by reeve run');
    await victim.kill9();
    const lock = await within(1_000, () => acquireLock(request({ locksDir: shared })));
    await lock.release();
  });
});

describe('a marker on the engine', () => {
  test('of a dead process is taken over', async () => {
    await leaveStaleMarker(platform);
    const lock = await acquireLock(request());
    expect(await lock.check()).toBe(true);
    await lock.release();
  });

  test('left with a half-done take-over by one that was killed too is taken over', async () => {
    await leaveStaleMarker(platform);
    const stale = await engine.readMarker(`reeve.lock.${platform}`);
    const helper = newPlatform();
    await leaveStaleMarker(helper);
    const dead = await engine.readMarker(`reeve.lock.${helper}`);
    await engine.createMarker(`reeve.lock.${platform}.${stale?.['reeve.lock.token']}`, dead ?? {});
    const lock = await acquireLock(request());
    await lock.release();
    const { body } = await callEngine(socket, 'GET', '/volumes');
    expect(body).not.toContain(`reeve.lock.${platform}`);
  });

  test('of a live process in another pid namespace refuses, and is taken only by force', async () => {
    const elsewhere = startContender('unshare', '--pid', '--fork', '--mount-proc', '--kill-child');
    expect(await elsewhere.tell('acquire', platform, ownLocksDir())).toBe('held');
    await expect(acquireLock(request())).rejects.toMatchObject({
      status: 75,
      hint: expect.stringContaining('--force-unlock'),
    });
    const forced = await acquireLock(request({ force: true }));
    await elsewhere.kill9();
    await forced.release();
  });

  test('of a live process is not even taken by force', async () => {
    const first = await acquireLock(request());
    await expect(acquireLock(request({ force: true }))).rejects.toMatchObject({ status: 75 });
    await first.release();
  });

  test('held from a container refuses while it runs; stopped, restarted or removed, it is taken over', async () => {
    await ensureTestImage(socket);
    const created = await askEngine(socket, 'POST', `/containers/create?name=${platform}`, {
      Image: testImage,
    });
    const { Id } = JSON.parse(created.body) as { Id: string };
    try {
      await askEngine(socket, 'POST', `/containers/${Id}/start`);
      const hold = async () => {
        const lock = await acquireLock(request());
        const labels = await engine.readMarker(`reeve.lock.${platform}`);
        await lock.release();
        await engine.createMarker(`reeve.lock.${platform}`, {
          ...labels,
          'reeve.lock.pid': '1',
          'reeve.lock.pid-namespace': 'pid:[1]',
          'reeve.lock.container': Id,
          'reeve.lock.since': String(Date.now()),
        });
      };
      await hold();
      await expect(acquireLock(request())).rejects.toMatchObject({
        status: 75,
        hint: expect.stringContaining('stop it first'),
      });
      await askEngine(socket, 'POST', `/containers/${Id}/restart?t=0`);
      await hold();
      await askEngine(socket, 'POST', `/containers/${Id}/kill`);
      await (await acquireLock(request())).release();
    } finally {
      await callEngine(socket, 'DELETE', `/containers/${Id}?force=1`);
    }
  });

  test('that somebody pruned is made anew by the check; one taken by force is known as lost', async () => {
    const lock = await acquireLock(request());
    await engine.removeMarker(`reeve.lock.${platform}`);
    expect(await lock.check()).toBe(true);
    await expect(acquireLock(request())).rejects.toMatchObject({ status: 75 });
    await engine.removeMarker(`reeve.lock.${platform}`);
    const other = await acquireLock(request());
    expect(await lock.check()).toBe(false);
    await lock.release();
    expect(await other.check()).toBe(true);
    await other.release();
  });

  test('says that it is a lock and belongs to no platform’s resources', async () => {
    const lock = await acquireLock(request());
    const labels = await engine.readMarker(`reeve.lock.${platform}`);
    expect(labels).toMatchObject({ 'reeve.lock': platform });
    expect(labels).not.toHaveProperty('reeve.platform');
    await lock.release();
  });
});

test('a lock is still its holder’s after the engine was killed and started again', async () => {
  const own = await startOwnEngine();
  try {
    const client = createClient({ host: `unix://${own.socket}`, socketPath: own.socket }, 10_000);
    const lock = await acquireLock(request({ engine: lockEngine(client), locksDir: ownLocksDir() }));
    await own.kill9();
    await own.start();
    expect(await lock.check()).toBe(true);
    await lock.release();
  } finally {
    await own.close();
  }
});
