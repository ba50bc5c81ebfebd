// What a rollout does before anything is stopped, and what it asks a canary at the end of its time: images of all waves are
// had first, from a real registry; a canary with too many errors takes its revision back.

import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { askEngine } from '../../scripts/lib/docker-api.ts';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor } from '../support/kept.ts';
import { exec } from '../support/misdeeds.ts';
import { service, type TestPlatform } from '../support/platform.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { removeImagesUnder, throwawayImage, untag } from '../support/throwaway-image.ts';
import { patienceMs, until } from '../support/until.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

async function registryFor(t: TestContext): Promise<Registry> {
  const registry = await startRegistry();
  t.onTestFinished(async () => {
    await registry.close();
    await removeImagesUnder(`${registry.host}/`);
  }, 60_000);
  return registry;
}

/** In the registry, and not on the engine. */
async function pushed(registry: Registry): Promise<string> {
  const made = `made-${randomBytes(4).toString('hex')}:1`;
  const name = `r${randomBytes(4).toString('hex')}:1`;
  await throwawayImage(made);
  await registry.push(made, name);
  await untag(`${registry.host}/${name}`, made);
  return `${registry.host}/${name}`;
}

const patient = 'trap "exit 0" TERM; sleep 9999 & wait';
const versioned = (name: string, version: number, ...more: readonly string[]): string =>
  service(name, [`environment: {V: "${version}"}`, `command: [sh, -c, '${patient}']`, ...more]);
const using = (image: string, document: string): string => document.replace('reeve-test:1', image);
const idOf = async (p: TestPlatform, name: string): Promise<string> =>
  (await p.container(`Service/${name}`)).Id;

describe.concurrent('images', () => {
  test('of later waves are here before the first wave is ready', async (t) => {
    const registry = await registryFor(t);
    const p = await platformFor(t);
    const image = await pushed(registry);
    const db = (version: number, ...more: readonly string[]) =>
      versioned('db', version, 'tier: core', ...more);
    await keep(p, [db(1), versioned('web', 1)]);
    const web = await idOf(p, 'web');
    await p.declare([
      db(2, 'probe: {exec: {command: "test -e /go"}, every: 100ms, startPeriod: 3m}'),
      using(image, versioned('web', 2)),
    ]);
    await p.untilEvent('Service/web', 'ImagePulled');
    await p.untilEvent('Service/db', 'SpecChanged');
    expect((await askEngine(p.socket, 'GET', `/images/${image}/json`)).status).toBe(200);
    expect(await idOf(p, 'web')).toBe(web);
    const events = (await p.events()).filter((e) => ['ImagePulled', 'SpecChanged'].includes(e.reason));
    expect(events.map((e) => e.reason)).toEqual(['ImagePulled', 'SpecChanged']);
    await until(
      async () => {
        const mine = (await p.containers()).filter((c) => c.ref === 'Service/db' && c.state === 'running');
        await Promise.all(mine.map((c) => exec(p, c.id, ['touch', '/go'])));
        return (await p.events()).some((e) => e.reason === 'RolloutDone');
      },
      patienceMs,
      'the rollout is done',
    );
    expect(await idOf(p, 'web')).not.toBe(web);
  });

  test('that cannot be had end the rollout before anything is stopped', async (t) => {
    const registry = await registryFor(t);
    const p = await platformFor(t);
    const policy = 'policy: {progressDeadline: 1s}';
    const db = (version: number) => versioned('db', version, 'tier: core');
    await keep(p, [db(1), versioned('web', 1)], { spec: policy });
    const [before, web] = [await p.container('Service/db'), await idOf(p, 'web')];
    await p.declare([db(2), using(`${registry.host}/none:1`, versioned('web', 2))], policy);
    await p.untilEvent(`Platform/${p.name}`, 'ImagesNotPulled', /none:1/);
    await p.untilEvent(`Platform/${p.name}`, 'RolledBack');
    const after = await p.container('Service/db');
    expect([after.Id, after.State.StartedAt]).toEqual([before.Id, before.State.StartedAt]);
    expect(await idOf(p, 'web')).toBe(web);
    expect((await p.reeve('status', '-f', p.manifests)).stdout).toMatch(
      /quarantined[\s\S]*its images could not be had/,
    );
  });
});

describe.concurrent('a canary', () => {
  const policy = (errors: string) => `policy: {rollout: {canaryFor: 3s, canaryErrors: ${errors}}}`;
  /** In version 2 every third call of its probe fails: never often enough in a row to make it not ready. */
  const flaky = (name: string, version: number): string =>
    versioned(
      name,
      version,
      'probe: {exec: {command: "n=$$(cat /n || echo 0); n=$$((n+1)); echo $$n > /n; test $$V = 1 || test $$((n % 3)) != 0"}, every: 200ms}',
    );

  test('of whose probe calls too many fail takes its revision back, though it was ready all the time', async (t) => {
    const p = await platformFor(t);
    const all = (version: number) => [flaky('a', version), flaky('b', version)];
    await keep(p, all(1), { spec: policy('{max: 10%}') });
    const b = await idOf(p, 'b');
    await p.declare(all(2), policy('{max: 10%}'));
    await p.untilEvent(`Platform/${p.name}`, 'WaveFailed', /of its \d+ calls failed \(\d.*more than the 10%/);
    await p.untilEvent(`Platform/${p.name}`, 'RolledBack');
    expect(await idOf(p, 'b')).toBe(b);
  });

  test('is asked for its own counters', async (t) => {
    const p = await platformFor(t);
    const counted = (name: string, version: number, errors: number): string =>
      service(name, [
        `environment: {V: "${version}"}`,
        `command: ${JSON.stringify([
          'sh',
          '-c',
          `mkdir /www; printf 'calls_total{code="200"} ${100 - errors}\\ncalls_total{code="500"} ${errors}\\n' > /www/metrics; trap 'exit 0' TERM; httpd -f -p 9090 -h /www & wait`,
        ])}`,
      ]);
    const spec = policy(
      `{max: 5%, metrics: {port: 9090, failed: "calls_total{code=\\"500\\"}", all: calls_total}}`,
    );
    const all = (version: number, errors: number) => [
      counted('a', version, errors),
      counted('b', version, errors),
    ];
    await keep(p, all(1, 0), { spec });
    await p.declare(all(2, 4), spec);
    await p.untilEvent(`Platform/${p.name}`, 'RolloutDone');
    const b = await idOf(p, 'b');
    await p.declare(all(3, 6), spec);
    await p.untilEvent(`Platform/${p.name}`, 'WaveFailed', /6 of its 100 calls failed \(6%\)/);
    await p.untilEvent(`Platform/${p.name}`, 'RolledBack');
    expect(await idOf(p, 'b')).toBe(b);
  });
});
