// Fault 6: containers that cannot run. Each is Degraded with the right reason, the others are Ready, and the controller
// stays near idle.

import { beforeAll, describe, expect, test } from 'vitest';
import { ensureEngine } from '../support/engine.ts';
import { freePort } from '../support/free-port.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor } from '../support/kept.ts';
import { cpuShare } from '../support/pace.ts';
import { service } from '../support/platform.ts';
import { throughout, until } from '../support/until.ts';
import { inspect, remove, runForeign } from '../support/world.ts';
import { rounds, tell } from './scale.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

const bad = 'Service/bad';
/** More than it may have: the kernel ends it. */
const eat = 'command: [sh, -c, "sleep 0.3; exec tail -c 64m /dev/zero"]';

interface Row {
  readonly what: string;
  readonly image?: string;
  readonly spec: readonly string[];
  readonly reason: RegExp;
  readonly message: RegExp;
}

const rows: readonly Row[] = [
  {
    what: 'exits at once',
    spec: ['command: [sh, -c, "echo no use; exit 3"]'],
    reason: /^(CrashLoopBackOff|BackOff|Exited)$/,
    message: /status 3/,
  },
  {
    what: 'has a bad command',
    spec: ['command: [no-such-program]'],
    reason: /^CommandNotFound$/,
    message: /no-such-program/,
  },
  {
    what: 'has an image that is nowhere',
    image: 'localhost:1/no/such:1',
    spec: [],
    reason: /^ImagePullFailed$/,
    message: /localhost:1\/no\/such:1/,
  },
  {
    what: 'is out of memory again and again',
    spec: [eat, 'mem_limit: 8m'],
    reason: /^(OomKilled|CrashLoopBackOff|BackOff)$/,
    message: /memory/,
  },
  {
    what: 'is out of memory in a loop of the engine’s restart policy',
    spec: [eat, 'mem_limit: 8m', 'restart: always'],
    reason: /^(OomKilled|CrashLoopBackOff|BackOff|EngineRestarting)$/,
    message: /memory/,
  },
];

/** Share of a core that a controller with one broken container may take over the window. */
const nearIdle = 0.05;

describe.concurrent('a container that cannot run is Degraded with the reason, and the others run', () => {
  test.for(rows)('$what', async ({ image, spec, reason, message }, t) => {
    const p = await platformFor(t);
    const text = service('bad', spec);
    await keep(p, [image === undefined ? text : text.replace('reeve-test:1', image), service('good')], {
      ready: ['Service/good'],
    });
    const good = await p.container('Service/good');
    await until(
      async () => {
        const mine = (await p.fromStore((s) => s.conditions())).filter(
          (c) => c.ref === bad && c.type === 'Degraded',
        );
        const found = mine.find((c) => c.status && reason.test(c.reason) && message.test(c.message));
        if (found === undefined)
          throw new Error(mine.map((c) => `${c.status} ${c.reason}: ${c.message}`).join('; '));
        return true;
      },
      60_000,
      `it is Degraded ${reason} ${message}`,
    );
    const after = await p.container('Service/good');
    expect(after.State.StartedAt).toBe(good.State.StartedAt);
    const explained = await p.reeve('explain', 'bad', '-f', p.manifests);
    expect(explained.stdout).toMatch(message);
  });

  test('a port taken: Degraded names the holder, which is not touched', async (t) => {
    const p = await platformFor(t);
    const port = await freePort();
    const foreign = await runForeign(p.socket, `${p.name}-holder`, {
      Image: 'reeve-test:1',
      ExposedPorts: { '80/tcp': {} },
      HostConfig: { PortBindings: { '80/tcp': [{ HostPort: String(port) }] } },
    });
    t.onTestFinished(() => remove(p.socket, foreign));
    await keep(p, [service('bad', [`ports: ["${port}:80"]`]), service('good')], { ready: ['Service/good'] });
    const { message } = await p.untilCondition(bad, 'Degraded', /PortTaken/);
    expect(message).toContain(`${p.name}-holder`);
    expect((await inspect(p.socket, foreign)).State.Running).toBe(true);
  });
});

test('with all of them at once, the controller is near idle', async (t) => {
  const p = await platformFor(t);
  const documents = rows.map(({ image, spec }, i) => {
    const text = service(`bad${i}`, spec);
    return image === undefined ? text : text.replace('reeve-test:1', image);
  });
  const controller = await keep(p, [...documents, service('good')], { ready: ['Service/good'] });
  // The first tries, until back-off has grown.
  await until(
    async () =>
      (await p.fromStore((s) => s.conditions())).filter((c) => c.type === 'Degraded' && c.status).length >=
      rows.length,
    60_000,
    'all are Degraded',
  );
  const windowMs = rounds(8_000, 60_000);
  const share = await cpuShare(controller.cpuMs, () =>
    throughout(() => controller.process.exitCode === null, windowMs, 'the controller runs'),
  );
  tell(
    `CPU of the controller with five broken containers: ${(share * 100).toFixed(1)} % of a core over ${windowMs / 1_000} s`,
  );
  expect(share).toBeLessThan(nearIdle);
});
