// A reeve that was killed leaves the folder of its relay behind; the next one removes it, and nobody else's.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSshFolder, sshFolderPrefix } from '../../../controller/docker/ssh-folder.ts';
import { identifyProcess } from '../../../controller/lock/holder.ts';

test('folders of processes that are gone are removed as the next one is made; all others stay', async (t) => {
  const parent = await mkdtemp(join(tmpdir(), 'reeve-folders-'));
  t.onTestFinished(() => rm(parent, { recursive: true, force: true }));
  const child = spawn('sleep', ['1000']);
  t.onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  const other = identifyProcess(child.pid ?? 0);
  const leave = async (name: string): Promise<string> => {
    await mkdir(join(parent, name));
    await writeFile(join(parent, name, 'engine.sock'), '');
    return name;
  };
  const itsOwn = await leave(`${sshFolderPrefix(other)}aaaaaa`);
  const kept = await Promise.all([
    leave('reeve-ssh-bbbbbb'),
    leave(`${sshFolderPrefix({ ...other, pidNamespace: 'pid:[1]', startTime: '1' })}cccccc`),
    leave('somebody-else'),
  ]);
  const mine = [basename(await makeSshFolder(parent))];
  expect((await readdir(parent)).sort()).toEqual([...kept, ...mine, itsOwn].sort());
  child.kill('SIGKILL');
  await once(child, 'exit');
  // Its pid given to another process.
  await leave(`${sshFolderPrefix({ ...identifyProcess(process.pid), startTime: '1' })}dddddd`);
  mine.push(basename(await makeSshFolder(parent)));
  expect((await readdir(parent)).sort()).toEqual([...kept, ...mine].sort());
});
