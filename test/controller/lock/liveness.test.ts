import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { containerIn, identifyProcess, startTimeOf } from '../../../controller/lock/holder.ts';
import { type HolderTrace, judge } from '../../../controller/lock/liveness.ts';

// As on a machine with an id and outside a container, wherever the test itself runs.
const self = { ...identifyProcess(process.pid), host: 'here', machine: 'm1', container: '' };
const container = 'c'.repeat(64);
const since = 1_000;

describe('whether a holder lives', () => {
  test.each<[string, Partial<HolderTrace>, number | undefined, string]>([
    ['this very process', {}, undefined, 'alive'],
    ['a pid that was given to another process', { startTime: '1' }, undefined, 'dead'],
    ['a pid that is not there', { pid: 2 ** 22 + 1 }, undefined, 'dead'],
    ['a namespace that cannot be looked into', { pidNamespace: 'pid:[1]' }, undefined, 'unknown'],
    ['the same machine before it was booted again', { boot: 'before' }, undefined, 'dead'],
    ['another machine', { boot: 'other', host: 'there', machine: 'm2' }, undefined, 'unknown'],
    ['another machine of the same name', { boot: 'other', machine: 'm2' }, undefined, 'unknown'],
    ['a machine that tells no boot', { boot: '', machine: 'm2' }, undefined, 'unknown'],
    ['a container that runs', { pidNamespace: 'pid:[1]', container }, since - 1, 'alive'],
    ['a container that was started since', { pidNamespace: 'pid:[1]', container }, since + 1, 'dead'],
    ['a container that is gone or stopped', { pidNamespace: 'pid:[1]', container }, undefined, 'dead'],
    [
      'a container on the engine’s other machine',
      { boot: 'other', host: 'x', container },
      since - 1,
      'alive',
    ],
  ])('%s', async (_who, trace, runningSince, expected) => {
    const holder = { ...self, since, ...trace };
    const engine = { runningSince: async (id: string) => (id === container ? runningSince : undefined) };
    expect(await judge(holder, self, engine)).toBe(expected);
  });

  test('a machine of the same name, neither known by an id, may be another', async () => {
    const nameless = { ...self, machine: '' };
    const engine = { runningSince: async () => undefined };
    expect(await judge({ ...nameless, since, boot: 'other' }, nameless, engine)).toBe('unknown');
  });

  test('a process that is dead but not reaped has no start time', async () => {
    const child = spawn('sh', ['-c', 'sh -c "exit 0" & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = await once(child.stdout, 'data');
    const zombie = Number(String(line).trim());
    const deadline = Date.now() + 30_000;
    while (startTimeOf(zombie) !== undefined && Date.now() < deadline) await new Promise(setImmediate);
    expect(startTimeOf(zombie)).toBeUndefined();
    child.kill('SIGKILL');
  });
});

describe('the container we are in', () => {
  const id = '0123456789abcdef'.repeat(4);
  test.each([
    ['cgroup v1', `12:pids:/docker/${id}\n11:cpu:/docker/${id}`, '', id],
    ['cgroup v1 by systemd', `1:name=systemd:/system.slice/docker-${id}.scope`, '', id],
    ['cgroup v2', '0::/', `600 590 8:1 /var/lib/docker/containers/${id}/hostname /etc/hostname rw`, id],
    ['none', '0::/user.slice', '42 27 254:0 /var/lib/docker /var/lib/docker rw', ''],
    ['a host that mounts containers’ files', '0::/init.scope', '50 1 0:5 / /run/docker/netns/x rw', ''],
  ])('%s', (_case, cgroup, mountinfo, expected) => {
    expect(containerIn(cgroup, mountinfo)).toBe(expected);
  });
});
