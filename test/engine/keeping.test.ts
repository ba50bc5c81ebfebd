// The "keeping" table, row by row, on a real engine: a person or a fault changes something behind reeve's back, and the
// controller does the smallest sufficient act and tells why. Every test has a platform and a controller of its own.

import { beforeAll, describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../desired-state/revision.ts';
import { askEngine } from '../../scripts/lib/docker-api.ts';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor, untilAllReady } from '../support/kept.ts';
import { exec, expectUntouched, healthcheck, okFile, running, stepsOf, web } from '../support/misdeeds.ts';
import { service } from '../support/platform.ts';
import { patienceMs, throughout, until } from '../support/until.ts';
import { act, inspect, remove, timesOf } from '../support/world.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

describe.concurrent('a container that does not run as it should', () => {
  test('removed by hand, it is made anew', async (t) => {
    const p = await platformFor(t);
    // Found by its event: no resync comes in the time of this test.
    await keep(p, [service('web')], { spec: 'policy: {resync: 1h, audit: 1h}' });
    const before = await p.container(web);
    await remove(p.socket, before.Id);
    const after = await p.untilContainer(web, 'runs again', running);
    expect(after.Id).not.toBe(before.Id);
    await p.untilEvent(web, 'Removed');
  });

  test('stopped by hand, it is started, and the event says how to keep it stopped', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web')]);
    const before = await p.container(web);
    await act(p.socket, before.Id, 'stop');
    const after = await p.untilContainer(
      web,
      'runs again',
      (c) => running(c) && c.State.Pid !== before.State.Pid,
    );
    expect(after.Id).toBe(before.Id);
    await p.untilEvent(web, 'StoppedByHand', /reeve hold/);
  });

  test('killed through the API, it is started', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web')]);
    const before = await p.container(web);
    await act(p.socket, before.Id, 'kill');
    const after = await p.untilContainer(
      web,
      'runs again',
      (c) => running(c) && c.State.Pid !== before.State.Pid,
    );
    expect(after.Id).toBe(before.Id);
  });

  test('its process died by itself, it is started', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web')]);
    const before = await p.container(web);
    process.kill(before.State.Pid, 'SIGKILL');
    await p.untilContainer(web, 'runs again', (c) => running(c) && c.State.Pid !== before.State.Pid);
    await p.untilEvent(web, 'Exited');
  });

  test('exit 0 of what is to run for long is a failure to keep running', async (t) => {
    const p = await platformFor(t);
    await p.declare([service('web', ['command: [sh, -c, "sleep 0.2"]'])]);
    await p.run();
    await p.untilCondition(web, 'Degraded', /BackOff|Exited/);
  });

  // The engine calls what was paused unhealthy until its next healthcheck: no reason to restart it.
  test('paused, it is left alone for the grace and then unpaused, without a restart', async (t) => {
    const p = await platformFor(t);
    await keep(p, [
      service('web', [
        okFile,
        'healthcheck: {test: ["CMD", "test", "-e", "/tmp/ok"], interval: 2s, retries: 2}',
      ]),
    ]);
    const before = await p.container(web);
    await act(p.socket, before.Id, 'pause');
    await p.untilContainer(web, 'is unpaused', (c) => !c.State.Paused);
    const [paused, unpaused] = await timesOf(p.socket, before.Id, ['pause', 'unpause']);
    expect((unpaused ?? 0) - (paused ?? 0)).toBeGreaterThanOrEqual(defaultPolicy.pauseGraceMs);
    await p.untilCondition(web, 'Ready', /^Healthy$/);
    await expectUntouched(p, before);
  });

  test('renamed by hand, it gets its name back without a restart', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web')]);
    const before = await p.container(web);
    await askEngine(p.socket, 'POST', `/containers/${before.Id}/rename?name=${p.name}-else`);
    await p.untilContainer(web, 'has its name', (c) => c.Name === before.Name);
    await expectUntouched(p, before);
  });

  test('unhealthy, it is restarted', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web', [okFile, healthcheck])]);
    const before = await p.container(web);
    await exec(p, before.Id, ['rm', '/tmp/ok']);
    const after = await p.untilContainer(
      web,
      'was restarted and is healthy',
      (c) => c.State.StartedAt !== before.State.StartedAt && c.State.Health?.Status === 'healthy',
    );
    expect(after.Id).toBe(before.Id);
    await p.untilEvent(web, 'Unhealthy');
  });

  test('its probe failing past the threshold, it is restarted', async (t) => {
    const p = await platformFor(t);
    const probe = 'probe: {exec: {command: [test, -e, /tmp/ok]}, every: 500ms, timeout: 2s, threshold: 2}';
    await keep(p, [service('web', [okFile, probe]), service('other'), service('third'), service('fourth')]);
    const before = await p.container(web);
    await exec(p, before.Id, ['rm', '/tmp/ok']);
    await p.untilContainer(
      web,
      'was restarted',
      (c) => running(c) && c.State.StartedAt !== before.State.StartedAt,
    );
    await p.untilReady(web);
  });

  test('what depends on a broken thing is held, not restarted', async (t) => {
    const p = await platformFor(t);
    // The grace of its pause is how long db stays broken: long enough for web to be seen broken beside it.
    const spec = 'policy: {pauseGrace: 10s}';
    const documents = [
      service('db', [okFile, healthcheck]),
      service('web', [okFile, healthcheck, 'depends_on: [db]']),
    ];
    await keep(p, documents, { spec });
    const [db, dependent] = [await p.container('Service/db'), await p.container(web)];
    await askEngine(p.socket, 'POST', `/containers/${db.Id}/pause`);
    await exec(p, dependent.Id, ['rm', '/tmp/ok']);
    await p.untilCondition(web, 'Degraded', /DependencyNotReady/);
    expect((await inspect(p.socket, dependent.Id)).State.StartedAt).toBe(dependent.State.StartedAt);
    await untilAllReady(p);
  });
});

describe.concurrent('a restart policy of the engine', () => {
  test('restarts a crash by itself; reeve tells it and does not start beside it', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web', ['restart: always'])]);
    const before = await p.container(web);
    process.kill(before.State.Pid, 'SIGKILL');
    const after = await p.untilContainer(
      web,
      'runs again',
      (c) => running(c) && c.State.Pid !== before.State.Pid,
    );
    expect(after.RestartCount).toBe(1);
    await p.untilEvent(web, 'RestartedByEngine', /exited with status 137; .* started it again/);
    await p.untilReady(web);
    expect(await stepsOf(p, web)).toEqual(['createContainer', 'startContainer']);
  });

  test('does not act after a kill through the API: reeve steps in', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web', ['restart: always'])]);
    const before = await p.container(web);
    await act(p.socket, before.Id, 'kill');
    await p.untilContainer(web, 'runs again', (c) => running(c) && c.State.Pid !== before.State.Pid);
    expect((await p.container(web)).RestartCount).toBe(0);
  });
});

describe.concurrent('a job', () => {
  test('that ended well stays so, until a person wants it again', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('job', ['restart: "no"', 'command: [sh, -c, "exit 0"]'])], { ready: [] });
    await p.untilCondition('Service/job', 'Ready', /Completed/);
    const first = await p.container('Service/job');
    await throughout(
      async () => (await p.container('Service/job')).State.StartedAt === first.State.StartedAt,
      2_000,
      'it is not run again',
    );
    expect((await p.reeve('rerun', 'job', '-f', p.manifests)).code).toBe(0);
    await until(
      async () => (await p.container('Service/job')).State.StartedAt !== first.State.StartedAt,
      patienceMs,
      'it ran again',
    );
  });

  test('runs again when its spec changes', async (t) => {
    const p = await platformFor(t);
    const job = (word: string) => service('job', ['restart: "no"', `command: [sh, -c, "echo ${word}"]`]);
    await keep(p, [job('one')], { ready: [] });
    await p.untilCondition('Service/job', 'Ready', /Completed/);
    await p.declare([job('two')]);
    await until(
      async () => (await p.container('Service/job')).Config.Cmd?.at(-1) === 'echo two',
      patienceMs,
      'the new job is there',
    );
    await p.untilCondition('Service/job', 'Ready', /Completed/);
  });
});
