// Commands that a manifest has run in the container after its start and before its stop, on a real engine.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Hook } from '../../../desired-state/container-spec.ts';
import { openRig, type Rig } from '../../support/rig.ts';
import { patienceMs } from '../../support/until.ts';

let rig: Rig;

beforeAll(async () => {
  rig = await openRig();
});

afterAll(() => rig.close());

const hook = (script: string, more: Partial<Hook> = {}): Hook => ({
  command: ['sh', '-c', script],
  environment: {},
  ...more,
});

const output = async (id: string, file: string): Promise<string> =>
  (await rig.engine.exec(id, ['cat', file], patienceMs)).output;

const isRunning = async (id: string): Promise<boolean> => {
  const { State } = (await rig.ask('GET', `/containers/${id}/json`)) as { State: { Running: boolean } };
  return State.Running;
};

test('hooks run in order after the start, with their own user, folder and variables', async () => {
  const containerId = await rig.create({ user: '1000' });
  const postStart = [
    hook('echo "$PWD $WHO $(id -u)" > /log', { user: '0', workingDir: '/etc', environment: { WHO: 'me' } }),
    hook('echo second >> /log', { user: '0' }),
  ];
  const outcome = await rig.perform('startContainer', { containerId, files: [], postStart });
  expect(outcome.changed).toBe(true);
  expect(await output(containerId, '/log')).toBe('/etc me 0\nsecond\n');
  // It runs already: nothing is started, and nothing is run again.
  expect((await rig.perform('startContainer', { containerId, files: [], postStart })).changed).toBe(false);
  expect(await output(containerId, '/log')).toBe('/etc me 0\nsecond\n');
});

test('a hook gets the variables of its container but those that it names without a value', async () => {
  const containerId = await rig.create({ environment: { KEPT: 'kept', GONE: 'gone' } });
  const own = { environment: { EMPTY: '' }, unsetEnvironment: ['GONE', 'UNKNOWN'] };
  const script = 'echo "$KEPT ${GONE-none} ${UNKNOWN-none} ${EMPTY-none}" > /log';
  await rig.perform('startContainer', { containerId, files: [], postStart: [hook(script, own)] });
  expect(await output(containerId, '/log')).toBe('kept none none \n');
});

test('one that fails ends the others, stops the container and fails the start', async () => {
  const containerId = await rig.create({});
  const postStart = [hook('echo no such table >&2; exit 3'), hook('touch /never')];
  await expect(rig.perform('startContainer', { containerId, files: [], postStart })).rejects.toMatchObject({
    reason: 'PostStartFailed',
    message: expect.stringContaining('ended with status 3: no such table'),
  });
  expect(await isRunning(containerId)).toBe(false);
});

test('pre_stop runs before the stop, and one that fails keeps the container running', async () => {
  const containerId = await rig.create({ mounts: [{ type: 'volume', target: '/kept' }] });
  await rig.perform('startContainer', { containerId, files: [] });
  await expect(
    rig.perform('stopContainer', { containerId, graceMs: 0, preStop: [hook('exit 1')] }),
  ).rejects.toMatchObject({ reason: 'PreStopFailed' });
  expect(await isRunning(containerId)).toBe(true);
  const preStop = [hook('echo bye > /kept/log')];
  await rig.perform('restartContainer', {
    containerId,
    graceMs: 0,
    files: [],
    preStop,
    postStart: [hook('echo hi >> /kept/log')],
  });
  expect(await output(containerId, '/kept/log')).toBe('bye\nhi\n');
  await rig.perform('stopContainer', { containerId, graceMs: 0, preStop });
  expect(await isRunning(containerId)).toBe(false);
  // One that does not run has nothing to run a hook in.
  expect((await rig.perform('stopContainer', { containerId, preStop: [hook('exit 1')] })).changed).toBe(
    false,
  );
});
