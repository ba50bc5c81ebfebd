// A service with several containers, from a Compose file to the engine and back: numbers, holds, fewer, and what
// depends on it; and what is put into a container beside its image.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { newPlatform, type TestPlatform } from '../support/platform.ts';

let platform: TestPlatform;

const compose = (scale: number, value: number): string => `services:
  web:
    image: reeve-test:1
    scale: ${scale}
    stop_grace_period: 1s
    depends_on: {db: {condition: service_started, restart: true}}
    links: ["db:base"]
    ports: ["28400-28402:80"]
    post_start: [{command: [sh, -c, "echo started >> /tmp/hook"]}]
  db:
    image: reeve-test:1
    stop_grace_period: 1s
    environment: {V: "${value}"}
    configs: [{source: note, target: /etc/note, uid: "1000", gid: "1001", mode: 0440}, {source: note}]
configs: {note: {content: "hello\\n"}}
`;

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
  platform = await newPlatform();
  await platform.write('compose.yaml', compose(3, 1));
  await platform.apply('-p', platform.name);
});

afterAll(() => platform.close());

const names = async (): Promise<string[]> =>
  (await platform.containers()).map((c) => c.name.replace(`${platform.name}-`, '')).sort();

const startedAt = async (ref: string): Promise<string> => (await platform.container(ref)).State.StartedAt;

test('each instance has a container and a name of its own', async () => {
  expect(await names()).toEqual(['db-1', 'web-1', 'web-2', 'web-3']);
  const { stdout } = await platform.reeve('get', 'web', '--output', 'json', '-p', platform.name);
  const { resources } = JSON.parse(stdout) as { resources: { ref: string; ready: boolean }[] };
  expect(resources.map((r) => [r.ref, r.ready])).toEqual([
    ['Service/web', true],
    ['Service/web:2', true],
    ['Service/web:3', true],
  ]);
});

test('a hold of the service holds each instance, one of a number that alone', async () => {
  const hold = await platform.reeve('hold', 'web', '-p', platform.name);
  expect(hold.stdout.match(/^Service\/web(:\d)?: held/gm)).toHaveLength(3);
  const release = await platform.reeve('release', 'web:1', '-p', platform.name);
  expect(release.stdout).toMatch(/^Service\/web: released/);
  await platform.reeve('release', 'web:2', '-p', platform.name);
  const { stdout } = await platform.reeve('get', 'web', '-p', platform.name);
  expect(stdout.match(/\(held\)/g)).toHaveLength(1);
  await platform.reeve('release', 'web:3', '-p', platform.name);
});

test('what depends on it with restart: true is restarted once it was made anew', async () => {
  const before = await startedAt('Service/web:2');
  await platform.write('compose.yaml', compose(3, 2));
  const { stdout } = await platform.apply('-p', platform.name);
  expect(stdout).toContain('Service/web:2 restarted');
  expect(await startedAt('Service/web:2')).not.toBe(before);
});

test('fewer replicas remove the highest and leave the others alone', async () => {
  const before = await startedAt('Service/web');
  await platform.write('compose.yaml', compose(1, 2));
  await platform.apply('-p', platform.name);
  expect(await names()).toEqual(['db-1', 'web-1']);
  expect(await startedAt('Service/web')).toBe(before);
});
