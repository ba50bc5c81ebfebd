// Secrets and configs that are no file of the host, as the container sees them.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WatchedFile } from '../../../desired-state/resource.ts';
import { openRig, type Rig } from '../../support/rig.ts';
import { patienceMs } from '../../support/until.ts';

let rig: Rig;

beforeAll(async () => {
  rig = await openRig();
});

afterAll(() => rig.close());

test('whoever runs in it can read them, unless owner and rights are given', async () => {
  const file = (copyTo: string, rights: Partial<WatchedFile> = {}): WatchedFile => ({
    path: copyTo,
    digest: 'd',
    onChange: 'ignore',
    copyTo,
    secret: 'token',
    ...rights,
  });
  const files = [file('/run/secrets/token'), file('/etc/own', { uid: 1000, gid: 1001, mode: 0o440 })];
  const secrets = new Map([['token', 'value']]);
  const args = rig.creation({ user: '5' }, { files });
  const { containerId = '' } = await rig.perform('createContainer', args, { secrets });
  await rig.perform('startContainer', { containerId, files }, { secrets });
  const run = (...command: string[]) => rig.engine.exec(containerId, command, patienceMs);
  const { output } = await run('sh', '-c', 'ls -ln /run/secrets/token /etc/own');
  const rights = output
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/).filter((_, i) => [0, 2, 3, 8].includes(i)));
  expect(rights.sort()).toEqual([
    ['-r--r-----', '1000', '1001', '/etc/own'],
    ['-r--r--r--', '0', '0', '/run/secrets/token'],
  ]);
  expect((await run('sh', '-c', 'cat /run/secrets/token')).output).toBe('value');
  expect((await run('sh', '-c', 'cat /etc/own')).exitCode).not.toBe(0);
});
