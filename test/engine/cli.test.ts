// The command line on a real engine: what people type in a day, with and without a controller, and how each ends.

import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { platformFor } from '../support/kept.ts';
import { within } from '../support/pace.ts';
import { document, service, type TestPlatform } from '../support/platform.ts';
import { reeve } from '../support/reeve.ts';
import { patienceMs, until } from '../support/until.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

/** A platform of this test's own: a web with a secret, and its db. */
async function begin(t: TestContext): Promise<TestPlatform> {
  const p = await platformFor(t);
  process.env['TEST_CLI_TOKEN'] = 'hunter2-token';
  await p.declare([
    document('Secret', 'token', '{env: TEST_CLI_TOKEN}'),
    service('db', ['network_mode: none', 'tier: core', loop('echo db is up')]),
    service('web', [
      'network_mode: none',
      'depends_on: [db]',
      'environment: {TOKEN: {secret: token}}',
      loop('echo my token is $$TOKEN'),
    ]),
  ]);
  return p;
}

function loop(first: string): string {
  return `command: ['sh', '-c', '${first}; trap "exit 0" TERM; while :; do sleep 1 & wait $$!; done']`;
}

describe('apply', () => {
  test.concurrent('without a terminal and without --yes does nothing', async (t) => {
    const p = await begin(t);
    const { code, stderr } = await p.reeve('apply');
    expect({ code, stderr }).toMatchObject({ code: 64, stderr: expect.stringContaining('--yes') });
    expect(await p.containers()).toEqual([]);
  });

  test.concurrent('tells its steps by wave and how it ended, in lines without colours', async (t) => {
    const p = await begin(t);
    const { code, stdout } = await p.reeve('apply', '--yes');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^wave \d+ {2}Service\/web started \(/m);
    expect(stdout).toMatch(/^applied: \d+ steps done, 2 of 2 ready, in /m);
    expect(stdout).not.toContain('\u001b');
  });

  test.concurrent('of a saved plan is refused once the manifests have changed', async (t) => {
    const p = await begin(t);
    expect((await p.reeve('plan', '--out', 'change.plan')).code).toBe(0);
    await p.replaceIn('reeve.yaml', 'db is up', 'db is there');
    const stale = await p.reeve('apply', 'change.plan');
    expect(stale).toMatchObject({ code: 73, stderr: expect.stringContaining('stale') });
    expect(await p.containers()).toEqual([]);
    await p.reeve('plan', '--out', 'change.plan');
    expect((await p.reeve('apply', 'change.plan')).code).toBe(0);
  });

  test.concurrent('that fails says why, shows the last words and what to type next', async (t) => {
    const p = await begin(t);
    await p.replaceIn('reeve.yaml', 'echo db is up;', 'echo no disk; exit 3;');
    // Given up at the first restart, however long that takes to come.
    await p.replaceIn('reeve.yaml', 'spec: {}', 'spec: {policy: {restartBudget: {restarts: 1}}}');
    const { code, stdout } = await p.reeve('apply', '--yes');
    expect(code).toBe(1);
    expect(stdout).toContain('| no disk');
    expect(stdout).toContain('next: reeve explain Service/db');
  });

  test.concurrent('of broken manifests says every mistake and touches nothing', async (t) => {
    const p = await begin(t);
    await p.replaceIn('reeve.yaml', 'tier: core', 'tyre: core');
    const { code, stderr } = await p.reeve('apply', '--yes');
    expect(code).toBe(65);
    expect(stderr).toMatch(/reeve\.yaml:\d+:\d+: .*tyre/);
    expect(await p.containers()).toEqual([]);
  });
});

describe('reading, once it is applied', () => {
  const applied = async (t: TestContext): Promise<TestPlatform> => {
    const p = await begin(t);
    await p.apply();
    return p;
  };

  test.concurrent('plan --detailed-exitcode ends with 0, and with 2 when there is something to do', async (t) => {
    const p = await applied(t);
    expect((await p.reeve('plan', '--detailed-exitcode', '-f', p.manifests)).code).toBe(0);
    await p.replaceIn('reeve.yaml', 'db is up', 'db is there');
    expect((await p.reeve('plan', '--detailed-exitcode', '-f', p.manifests)).code).toBe(2);
  });

  test.concurrent('status, get, describe, explain, history, events and graph each tell of it', async (t) => {
    const p = await applied(t);
    const line = (args: string[]) => p.reeve(...args).then(({ stdout }) => stdout);
    expect(await line(['status'])).toContain('2 of 2 ready');
    expect(await line(['get', 'services'])).toMatch(/^db +Service +core +yes/m);
    expect(await line(['describe', 'web'])).toMatch(/^needs +Service\/db ready: is ready/m);
    expect(await line(['explain', 'web'])).toContain('nothing needs to be done');
    expect(await line(['history'])).toContain('(apply)');
    expect(await line(['events', '--for', 'web'])).toContain('Started');
    expect(await line(['graph', 'web'])).toContain('Service/web\n  Service/db');
    for (const command of ['status', 'get', 'events', 'history', 'graph']) {
      expect(JSON.parse(await line([command, '-o', 'json'])).platform).toBe(p.name);
    }
  });

  test.concurrent('logs name who speaks and blank out secrets', async (t) => {
    const p = await applied(t);
    const { stdout } = await until(
      async () => {
        const result = await p.reeve('logs');
        const both = result.stdout.includes('my token') && result.stdout.includes('db is up');
        return both ? result : undefined;
      },
      patienceMs,
      'both have spoken',
    );
    expect(stdout).toContain('Service/db  | db is up');
    expect(stdout).toContain('Service/web | my token is (secret)');
    expect(stdout).not.toContain('hunter2');
  });

  test.concurrent('logs -o json is an object a line, secrets blanked out there too', async (t) => {
    const p = await applied(t);
    const { stdout } = await until(
      async () => {
        const result = await p.reeve('logs', 'web', '-o', 'json');
        return result.stdout === '' ? undefined : result;
      },
      patienceMs,
      'it has spoken',
    );
    const [first] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).toMatchObject({
      ref: 'Service/web',
      container: expect.stringContaining('-web-1'),
      stream: 'stdout',
      time: expect.stringMatching(/^\d{4}-/),
      line: 'my token is (secret)',
    });
  });

  test.concurrent('no secret is in anything that is shown or saved', async (t) => {
    const p = await applied(t);
    for (const args of [
      ['resolve'],
      ['plan', '-o', 'json'],
      ['describe', 'web', '-o', 'json'],
      ['events', '-o', 'json'],
    ]) {
      expect((await p.reeve(...args)).stdout, args.join(' ')).not.toContain('hunter2');
    }
  });

  test.concurrent('a name that nobody has is answered with the near one', async (t) => {
    const p = await applied(t);
    expect(await p.reeve('explain', 'wbe')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('did you mean "web"?'),
    });
  });

  test.concurrent('broken manifests do not hide how it is', async (t) => {
    const p = await applied(t);
    await p.replaceIn('reeve.yaml', 'tier: core', 'tyre: core');
    const { code, stdout } = await p.reeve('status', '-f', p.manifests);
    expect(code).toBe(0);
    expect(stdout).toContain('2 of 2 ready');
    expect(stdout).toContain('tyre');
  });

  test.concurrent('down lists what goes, takes it away, and keeps it so', async (t) => {
    const p = await applied(t);
    const { code, stdout } = await p.reeve('down', '--yes', '-f', p.manifests);
    expect(code).toBe(0);
    expect(stdout).toMatch(/2 containers: .*-web-1, .*-db-1/);
    expect(stdout).toContain('taken down');
    expect(await p.containers()).toEqual([]);
    expect((await p.reeve('status')).stdout).toContain('SUSPENDED');
  });
});

test.concurrent('where no manifests are and no platform is named, the only one is shown and not changed', async (t) => {
  const p = await begin(t);
  await p.apply();
  await mkdir(join(p.folder, 'home/reeve/empty'), { recursive: true });
  await symlink(p.state, join(p.folder, 'home/reeve', p.name));
  const elsewhere = {
    cwd: join(p.folder, 'home/reeve/empty'),
    socket: p.socket,
    env: { XDG_STATE_HOME: join(p.folder, 'home') },
  };
  expect((await reeve(['status'], elsewhere)).stdout).toContain(p.name);
  await p.declare([service('db', ['network_mode: none', loop('echo other')])]);
  expect((await p.reeve('status')).stdout).toMatch(/^revision \w+, not in force yet$/m);
  for (const verb of ['down', 'apply']) {
    const { code, stderr } = await reeve([verb, '--yes'], elsewhere);
    expect(code).toBe(64);
    expect(stderr).toContain(`-p ${p.name}`);
  }
  expect(await p.containers()).toHaveLength(2);
});

describe('with a controller', () => {
  const kept = async (t: TestContext): Promise<TestPlatform> => {
    const p = await begin(t);
    await p.run();
    await p.untilReady('Service/web');
    return p;
  };

  test.concurrent('commands go through it', async (t) => {
    const p = await kept(t);
    expect((await p.reeve('status')).stdout).toContain('kept by a controller');
    expect((await p.reeve('hold', 'web', '--reason', 'looking')).stdout).toContain('Service/web: held');
    expect((await p.reeve('status')).stdout).toMatch(/HELD Service\/web .*looking/);
    expect((await p.reeve('release', 'web')).code).toBe(0);
    expect((await p.reeve('apply', '--yes', '-f', p.manifests)).code).toBe(0);
    expect((await p.reeve('plan')).stdout).toContain('nothing to do');
  });

  test.concurrent('an apply of other manifests is refused, naming those it keeps', async (t) => {
    const p = await kept(t);
    const other = join(p.folder, 'other.yaml');
    await writeFile(other, p.manifest([service('db')]));
    const { code, stderr } = await p.reeve('apply', '--yes', '-f', other);
    expect(code).toBe(75);
    expect(stderr).toContain(p.manifests);
    expect((await p.reeve('plan', '-f', other)).stdout).toContain('Service/db');
  });

  test.concurrent('mistakes in other manifests are said, though it could be found by one of those it keeps', async (t) => {
    const p = await kept(t);
    const twice = join(p.folder, 'twice.yaml');
    await writeFile(twice, service('db'));
    for (const verb of [['plan'], ['apply', '--yes']]) {
      const { code, stderr } = await p.reeve(...verb, '-f', p.manifests, '-f', twice);
      expect(code).toBe(65);
      expect(stderr).toContain('twice.yaml');
    }
    await p.replaceIn('reeve.yaml', 'tier: core', 'tyre: core');
    expect(await p.reeve('plan', '-f', p.manifests)).toMatchObject({
      code: 65,
      stderr: expect.stringContaining('tyre'),
    });
  });

  test.concurrent('a second one is refused, saying who is there', async (t) => {
    const p = await kept(t);
    const { code, stderr } = await p.reeve('run', '-f', p.manifests);
    expect(code).toBe(75);
    expect(stderr).toContain('(run)');
  });

  test.concurrent('events -f shows what happens as it happens', async (t) => {
    const p = await kept(t);
    const following = p.spawn('events', '-f', '--for', 'web');
    await until(() => following.output().stdout.includes('Started'), patienceMs, 'what was, is shown');
    await p.reeve('hold', 'web');
    await until(() => /Held/.test(following.output().stdout), patienceMs, 'what comes, is shown');
    following.process.kill('SIGTERM');
    await following.ended;
  });
});

test('run ends within five seconds of SIGTERM, and at once on the second SIGINT', async (t) => {
  const p = await begin(t);
  const first = await p.run();
  await p.untilReady('Service/web');
  expect((await within(5_000, () => first.stop())).code).toBe(0);
  const second = await p.run();
  second.process.kill('SIGINT');
  second.process.kill('SIGINT');
  const { code, signal } = await second.ended;
  expect([0, 130]).toContain(code);
  expect(signal).toBeNull();
});
