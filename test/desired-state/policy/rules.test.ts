// Each rule of the policy on its own: what it finds, and what it lets pass.

import { describe, expect, test } from 'vitest';
import type { ContainerSpec, Mount } from '../../../desired-state/container-spec.ts';
import { type RuleName, ruleNames } from '../../../desired-state/policy/rule.ts';
import { ruleOf, rules } from '../../../desired-state/policy/rules/index.ts';
import type { Volume, Workload } from '../../../desired-state/resource.ts';
import { service, volume } from '../../support/make.ts';

type Given = Partial<ContainerSpec> | { readonly workload: Partial<Workload> };

const local = (name: string, driverOpts: Volume['driverOpts'], driver?: string): [string, Volume] => [
  name,
  volume(name, { driverOpts, ...(driver === undefined ? {} : { driver }) }),
];
const bound = (device: string, o = 'bind'): Volume['driverOpts'] => ({ type: 'none', o, device });
const links: Readonly<Record<string, string>> = {
  '/srv/shop/sock': '/run/docker.sock',
  '/srv/shop/etc': '/etc',
  '/srv/shop/here': '/srv/shop/conf',
  '/opt/shop': '/srv/shop/all',
  '/var/run/docker.sock': '/run/docker.sock',
};
const settings = {
  allowedMounts: ['/srv/shop', '/data/'],
  realPath: (path: string): string => links[path] ?? path,
  volumes: new Map([
    local('/run', {}),
    local('run', bound('/var/run/')),
    local('run-too', bound('//var/../run', 'ro, rbind'), 'local'),
    local('etc', bound('/etc')),
    local('sock-link', bound('/srv/shop/sock')),
    local('own', bound('/srv/shop/data')),
    local('disk', { type: 'ext4', device: '/dev/sda1' }),
    local('layers', {
      type: 'overlay',
      device: 'overlay',
      o: 'lowerdir=/run:/etc,upperdir=/data/u,workdir=/data/w',
    }),
    local('nfs', { type: 'nfs', o: 'addr=10.0.0.1,rw', device: ':/etc' }),
    local('cifs', { type: 'cifs', o: 'addr=nas,username=a', device: '//nas/share' }),
    local('memory', { type: 'tmpfs', device: 'tmpfs', o: 'size=64m' }),
    local('as-nfs', { type: 'nfs', o: 'bind', device: '/etc' }),
    local('from-root', bound('etc')),
    local('plugin', bound('/etc'), 'rclone'),
  ]),
};
const of = (source: string): Given => ({ mounts: [{ type: 'volume', source, target: '/t' }] });

function found(rule: RuleName, given: Given): (string | undefined)[] {
  const { container, ...parts } = 'workload' in given ? given.workload : { container: given };
  const workload = service('web', { ...parts, ...(container === undefined ? {} : { container }) });
  return ruleOf(rule)
    .check(workload, settings)
    .map((breach) => breach.detail);
}

const bind = (source: string, target = '/t'): Mount => ({ type: 'bind', source, target });
const none: Given = {};

const rows: Readonly<Record<RuleName, readonly (readonly [string, Given, (string | undefined)[]])[]>> = {
  privileged: [
    ['privileged', { privileged: true }, [undefined]],
    ['not', { privileged: false }, []],
    [
      'a command after the start, and one before the stop',
      {
        workload: {
          postStart: [
            { command: ['a'], environment: {} },
            { command: ['b'], privileged: true, environment: {} },
          ],
          preStop: [{ command: ['c'], privileged: true, environment: {} }],
        },
      },
      ['post_start', 'pre_stop'],
    ],
    [
      'a command as root, or not',
      {
        workload: {
          postStart: [{ command: ['a'], user: 'root', privileged: false, environment: {} }],
        },
      },
      [],
    ],
  ],
  dockerSocket: [
    ['the socket', { mounts: [bind('/var/run/docker.sock')] }, ['/var/run/docker.sock']],
    [
      'read-only is no better',
      { mounts: [{ ...bind('/run/docker.sock'), readOnly: true }] },
      ['/run/docker.sock'],
    ],
    ['a folder that holds it', { mounts: [bind('/var/run/')] }, ['/var/run/']],
    ['the whole host', { mounts: [bind('/')] }, ['/']],
    [
      "containerd's",
      { mounts: [bind('/run/containerd/containerd.sock')] },
      ['/run/containerd/containerd.sock'],
    ],
    ['another folder', { mounts: [bind('/var/log')] }, []],
    ['a volume of that name', of('/run'), []],
    ['a volume that is that folder', of('run'), ['/var/run (volume run)']],
    ['however it is written', of('run-too'), ['/run (volume run-too)']],
    ['a layer of a volume', of('layers'), ['/run (volume layers)']],
    ['a link to it', { mounts: [bind('/srv/shop/sock')] }, ['/srv/shop/sock → /run/docker.sock']],
    [
      'a volume that is a link to it',
      of('sock-link'),
      ['/srv/shop/sock (volume sock-link) → /run/docker.sock'],
    ],
    ['a volume that is another folder', of('etc'), []],
    ['a volume that nobody declares', of('nobody'), []],
    ['a volume without a name', { mounts: [{ type: 'volume', target: '/t' }] }, []],
  ],
  hostNetwork: [
    ['host', { networkMode: 'host' }, [undefined]],
    ["another container's", { networkMode: 'container:x' }, []],
  ],
  hostPid: [
    ['pid', { pidMode: 'host' }, ['pid']],
    ['both', { pidMode: 'host', ipcMode: 'host' }, ['pid', 'ipc']],
    ['private', { ipcMode: 'private' }, []],
  ],
  capabilities: [
    [
      'an added one, however written',
      { capAdd: ['cap_net_admin', 'SYS_PTRACE'] },
      ['NET_ADMIN', 'SYS_PTRACE'],
    ],
    ['one that all have', { capAdd: ['CHOWN', 'CAP_KILL'] }, []],
    ['all', { capAdd: ['ALL'] }, ['ALL']],
    ['a dropped one', { capDrop: ['NET_ADMIN'] }, []],
  ],
  mounts: [
    ['outside', { mounts: [bind('/etc')] }, ['/etc']],
    ['inside', { mounts: [bind('/srv/shop/conf'), bind('/data/a')] }, []],
    ['the allowed folder itself', { mounts: [bind('/srv/shop')] }, []],
    ['one whose name begins alike', { mounts: [bind('/srv/shopping')] }, ['/srv/shopping']],
    ['the time zone', { mounts: [bind('/etc/localtime')] }, []],
    ['the socket has its own rule', { mounts: [bind('/var/run/docker.sock'), bind('/srv/shop/sock')] }, []],
    ['a link out of what is allowed', { mounts: [bind('/srv/shop/etc')] }, ['/srv/shop/etc → /etc']],
    [
      'a link within it, and one that leads there',
      { mounts: [bind('/srv/shop/here'), bind('/opt/shop')] },
      [],
    ],
    ['a volume that is a folder outside', of('etc'), ['/etc (volume etc)']],
    ['a bind whatever its type says', of('as-nfs'), ['/etc (volume as-nfs)']],
    ['from the root, where the engine runs', of('from-root'), ['/etc (volume from-root)']],
    ['a volume that is a folder inside', of('own'), []],
    ['a disk of the host', of('disk'), ['/dev/sda1 (volume disk)']],
    ['layers of a volume', of('layers'), ['/etc (volume layers)']],
    ['what the network or the memory holds', of('nfs'), []],
    ['a share of the network', of('cifs'), []],
    ['memory', of('memory'), []],
    ["another driver's, which has its own words", of('plugin'), []],
  ],
  clearSecrets: [
    ['a password', { environment: { POSTGRES_PASSWORD: 'x' } }, ['POSTGRES_PASSWORD']],
    [
      'a token, a key',
      { environment: { SLACK_TOKEN: 'x', OPENAI_API_KEY: 'y' } },
      ['SLACK_TOKEN', 'OPENAI_API_KEY'],
    ],
    ['a password within a URL', { environment: { DATABASE_URL: 'postgres://a:b@db/x' } }, ['DATABASE_URL']],
    [
      'a URL without one',
      { environment: { DATABASE_URL: 'postgres://db/x', HOME_URL: 'http://a/b:c@d' } },
      [],
    ],
    ['a Secret', { environment: { PASSWORD: { secret: 'pg', digest: 'd' } } }, []],
    ['a file with it', { environment: { POSTGRES_PASSWORD_FILE: '/run/secrets/pg' } }, []],
    ['a number of tokens', { environment: { MAX_TOKENS: '4096', TOKEN_LIMIT: '9' } }, []],
    ['none, or empty', { environment: { NEO4J_AUTH: 'none', API_KEY: '' } }, []],
  ],
  limits: [
    ['none', none, ['memory and CPUs']],
    ['memory alone', { resources: { memoryBytes: 1 } }, ['CPUs']],
    ['both', { resources: { memoryBytes: 1, nanoCpus: 1 } }, []],
    ['a quota of CPU time', { resources: { memoryBytes: 1, cpuQuotaUs: 1 } }, []],
  ],
  healthcheck: [
    ['none', none, [undefined]],
    ['one', { healthcheck: { test: ['CMD', 'true'] } }, []],
    ["the image's one switched off", { healthcheck: { test: ['NONE'] } }, [undefined]],
    [
      'a probe',
      { workload: { probe: { tcp: { port: 1 }, everyMs: 1, timeoutMs: 1, threshold: 1, startPeriodMs: 0 } } },
      [],
    ],
    ['a job', { workload: { lifecycle: 'job' } }, []],
  ],
  latestTag: [
    ['no tag', { image: 'postgres' }, ['postgres']],
    ['latest', { image: 'reg.example:5000/a/b:latest' }, ['reg.example:5000/a/b:latest']],
    ['no tag behind a port', { image: 'reg.example:5000/b' }, ['reg.example:5000/b']],
    ['a version', { image: 'reg.example:5000/b:15' }, []],
    ['a digest', { image: 'b@sha256:00' }, []],
    [
      'what a mirror has is as written',
      {
        workload: {
          container: { ...service('x').container, image: 'mirror/b:latest' },
          imageWritten: 'b:latest',
        },
      },
      ['b:latest'],
    ],
  ],
  imageDigest: [
    ['a tag', { image: 'postgres:15' }, ['postgres:15']],
    ['a digest', { image: 'postgres:15@sha256:00' }, []],
  ],
};

for (const name of ruleNames) {
  describe(name, () => {
    test.each(rows[name])('%s', (_, given, expected) => expect(found(name, given)).toEqual(expected));
  });
}

test('every rule says what is wrong and what to do, and reports go by the order of their names', () => {
  expect(rules.map((r) => r.name)).toEqual(ruleNames);
  for (const { words, remedy } of rules) expect(Math.min(words.length, remedy.length)).toBeGreaterThan(10);
});
