// Each rule of the policy on its own: what it finds, and what it lets pass.

import { describe, expect, test } from 'vitest';
import type { ContainerSpec, Mount } from '../../../desired-state/container-spec.ts';
import { type RuleName, ruleNames } from '../../../desired-state/policy/rule.ts';
import { ruleOf, rules } from '../../../desired-state/policy/rules/index.ts';
import type { Workload } from '../../../desired-state/resource.ts';
import { service } from '../../support/make.ts';

type Given = Partial<ContainerSpec> | { readonly workload: Partial<Workload> };

const settings = { allowedMounts: ['/srv/shop', '/data/'] };

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
    ['a volume of that name', { mounts: [{ type: 'volume', source: '/run', target: '/t' }] }, []],
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
    ['the socket has its own rule', { mounts: [bind('/var/run/docker.sock')] }, []],
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
