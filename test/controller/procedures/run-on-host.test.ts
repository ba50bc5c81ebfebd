// A command run on the host: without a shell, without reeve's secrets, killed with all that it has started when its time is
// over, and what it has started living on when it ends by itself.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { runOnHost } from '../../../controller/procedures/run-on-host.ts';
import { until } from '../../support/until.ts';

async function folderFor(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-host-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a command on the host', () => {
  test('tells how it ended and the end of what it wrote, on one line', async () => {
    const ran = await runOnHost(['sh', '-c', 'echo one; echo two >&2; exit 3'], 5_000);
    expect(ran).toEqual({ status: 3, output: 'one | two' });
  });

  test('is no shell: what is written is what it gets', async () => {
    expect(await runOnHost(['printf', '%s;', '$HOME', 'a b', '; exit 1'], 5_000)).toEqual({
      status: 0,
      output: '$HOME;a b;; exit 1;',
    });
  });

  test('that is not there is an answer and no crash', async () => {
    const { why, status } = await runOnHost(['/no/such/program'], 5_000);
    expect([status, why]).toEqual([undefined, expect.stringContaining('could not be run: ')]);
  });

  test('gets nothing of reeve’s environment but where things are', async () => {
    vi.stubEnv('REEVE_STORE', 'postgres://reeve:not-so-secret@db/reeve');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { output } = await runOnHost(['env'], 5_000);
    expect(output).toContain('PATH=');
    expect(output).not.toContain('not-so-secret');
  });

  test('that is still at it when its time is over is killed, and so is what it has started', async () => {
    const file = join(await folderFor(), 'pid');
    const ran = await runOnHost(['sh', '-c', `echo at it; sleep 99 & echo $! > ${file}; wait`], 1_000);
    expect(ran).toEqual({ why: 'was killed after 1s', output: 'at it' });
    const pid = Number(await readFile(file, 'utf8'));
    await until(async () => !runs(pid), 5_000, 'what it has started is gone');
  });

  test('what it has started goes on after its end, and may go on writing', async () => {
    const file = join(await folderFor(), 'done');
    const script = `(sleep 0.3; echo late; echo late >&2; echo alive > ${file}) & echo begun`;
    expect(await runOnHost(['sh', '-c', script], 5_000)).toEqual({ status: 0, output: 'begun' });
    await until(async () => (await readFile(file, 'utf8')) === 'alive\n', 5_000, 'it lives');
  });
});
