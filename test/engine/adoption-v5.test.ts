// A project that Compose v5 brought up, under reeve and back: its calls to the engine were recorded and are done again here,
// so that no Compose is needed. Nothing is restarted, and Compose's labels stay as they were.

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeImages, postgres, redis } from '../../scripts/lib/demo-images.ts';
import { askEngine } from '../../scripts/lib/docker-api.ts';
import { type ProjectRecording, readRecording, recordedFolder } from '../compose/calls.ts';
import { ensureEngine } from '../support/engine.ts';
import { execIn } from '../support/exec-in.ts';
import { ensureTestImage } from '../support/images.ts';
import { newPlatform } from '../support/platform.ts';
import { replay } from '../support/replay.ts';
import { patienceMs, until } from '../support/until.ts';
import { type Inspected, inspect, remove } from '../support/world.ts';

interface Life {
  readonly id: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly labels: Readonly<Record<string, string>>;
}

test('20 containers of Compose v5 are adopted and given back: same ids, pids, labels and data', async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
  await makeImages([postgres, redis]);
  const p = await newPlatform();
  onTestFinished(async () => {
    for (const id of await idsOf(socket, p.name)) await remove(socket, id);
    await p.close();
  });
  cpSync(join(recordedFolder, 'project'), p.manifests, { recursive: true });
  await replay(socket, readRecording<ProjectRecording>('project.json'), {
    project: p.name,
    folder: p.manifests,
  });
  await until(
    async () => (await inspect(socket, `${p.name}-migrate-1`)).State.Status === 'exited',
    patienceMs,
    'the one-shot service has ended',
  );
  const sql = (text: string): Promise<string> =>
    execIn(
      socket,
      `${p.name}-postgres-1`,
      'psql',
      '-At',
      '-c',
      text,
      'postgres://postgres:not-so-secret@127.0.0.1/demo',
    );
  await until(async () => (await sql('select 1')) === '1', patienceMs, 'Postgres answers');
  await sql("create table kept (word text); insert into kept values ('postgres')");
  await execIn(socket, `${p.name}-redis-1`, 'redis-cli', 'set', 'kept', 'redis');
  await execIn(socket, `${p.name}-writer-1`, 'sh', '-c', 'echo volume > /files/kept');
  const before = await lives(socket, p.name);
  expect(Object.keys(before)).toHaveLength(20);

  // By name alone: the files are the ones that Compose wrote on the containers.
  const adopted = await p.reeve('adopt', '-p', p.name);
  expect(adopted, adopted.stdout).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('nothing differs'),
  });
  const planned = await p.reeve('plan', '-p', p.name, '-f', p.manifests, '--detailed-exitcode');
  expect(planned, planned.stdout).toMatchObject({ code: 0 });
  expect(await lives(socket, p.name)).toEqual(before);

  const disowned = await p.reeve('disown', '-p', p.name);
  expect(disowned).toMatchObject({ code: 0, stdout: expect.stringContaining('20 containers are no longer') });
  expect(await lives(socket, p.name)).toEqual(before);
  expect([
    await sql('select word from kept'),
    await execIn(socket, `${p.name}-redis-1`, 'redis-cli', 'get', 'kept'),
    await execIn(socket, `${p.name}-writer-1`, 'cat', '/files/kept'),
  ]).toEqual(['postgres', 'redis', 'volume']);
});

async function idsOf(socket: string, project: string): Promise<readonly string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`com.docker.compose.project=${project}`] }));
  const { body } = await askEngine(socket, 'GET', `/containers/json?all=1&filters=${filters}`);
  return (JSON.parse(body) as { Id: string }[]).map(({ Id }) => Id);
}

/** By container name. */
async function lives(socket: string, project: string): Promise<Record<string, Life>> {
  const found = (await idsOf(socket, project)).map((id) => inspect(socket, id));
  const life = ({ Id, Name, State, Config }: Inspected): [string, Life] => [
    Name,
    { id: Id, pid: State.Pid, startedAt: State.StartedAt, labels: Config.Labels },
  ];
  return Object.fromEntries((await Promise.all(found)).map(life));
}
