// The policy and the host's measure, at the commands and on a real engine.

import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { askEngine } from '../../scripts/lib/docker-api.ts';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { newPlatform, service, type TestPlatform } from '../support/platform.ts';
import { reeve } from '../support/reeve.ts';

let socket: string;

beforeAll(async () => {
  ({ socket } = await ensureEngine());
  await ensureTestImage(socket);
});

async function platformWith(spec: string, ...more: readonly string[]): Promise<TestPlatform> {
  const p = await newPlatform();
  onTestFinished(() => p.close(), 60_000);
  await p.declare([service('web', ['network_mode: none', ...more])], spec);
  return p;
}

test('what is denied is refused by every command with its line, and reported on with the remedy', async () => {
  const p = await platformWith('policy: {rules: {privileged: deny}}', 'privileged: true', 'pid: host');
  const line = expect.stringMatching(/reeve\.yaml:\d+:\d+: Service\/web is privileged/);
  const here = { cwd: p.manifests };
  expect(await reeve(['validate'], here)).toMatchObject({ code: 65, stderr: line });
  expect(await p.reeve('plan')).toMatchObject({ code: 65, stderr: line });
  expect(await p.reeve('apply', '--yes')).toMatchObject({ code: 65, stderr: line });
  const report = await reeve(['policy'], here);
  expect(report.code).toBe(65);
  expect(report.stdout).toContain('DENIED  privileged: 1 workload');
  expect(report.stdout).toContain('take privileged away');
  const one = await reeve(['policy', 'hostPid', '-o', 'json'], here);
  expect(JSON.parse(one.stdout)).toMatchObject({
    denied: 1,
    findings: [{ rule: 'hostPid', ref: 'Service/web', detail: 'pid' }],
  });
  expect(await reeve(['policy', 'hostpid'], here)).toMatchObject({ code: 64 });
  expect(await p.containers()).toEqual([]);
});

test('a limit above the host is refused with the remedy, and with it taken down, said, and left in peace', async () => {
  const p = await platformWith('', 'cpus: 4000', 'mem_limit: 64m');
  const refused = await p.reeve('apply', '--yes', '--timeout', '5s');
  expect(refused.code).toBe(1);
  expect(refused.stdout).toMatch(
    /LimitOutOfRange: cpus 4000 is more than the host's \d+; .*policy\.capToHost: true/,
  );

  await p.declare(
    [service('web', ['network_mode: none', 'cpus: 4000', 'mem_limit: 64m'])],
    'policy: {capToHost: true}',
  );
  const applied = await p.apply();
  expect(applied.stdout).toMatch(/LimitCapped: cpus 4000 is more than the host's \d+; taken down/);
  const { NCPU } = JSON.parse((await askEngine(socket, 'GET', '/info')).body) as { NCPU: number };
  const { Id, HostConfig } = await p.container('Service/web');
  expect(HostConfig.NanoCpus).toBe(NCPU * 1e9);
  expect(await p.reeve('plan', '--detailed-exitcode')).toMatchObject({ code: 0 });
  const controller = await p.run();
  await p.untilReady('Service/web');
  await controller.stop();
  expect((await p.container('Service/web')).Id).toBe(Id);
});

test('plan and validate count what is warned of', async () => {
  const p = await platformWith('', 'pid: host', 'mem_limit: 64m', 'cpus: 0.5', 'healthcheck: {test: "true"}');
  const counted = 'policy: 1 warning (1 hostPid); reeve policy tells each';
  expect((await p.reeve('plan')).stdout).toContain(counted);
  expect((await reeve(['validate'], { cwd: p.manifests })).stderr).toContain(counted);
});
