// The policy's report: grouped, counted, with the remedy, and short enough to be read.

import { expect, test } from 'vitest';
import { makePaint } from '../../../controller/cli/paint.ts';
import { findingsView, policyView } from '../../../controller/cli/views/policy.ts';
import { policyReport, policySummary } from '../../../controller/reports/policy.ts';
import { standardActions } from '../../../desired-state/policy/rules/index.ts';
import { revision, service } from '../../support/make.ts';

const screen = {
  width: 100,
  piped: false,
  color: false,
  paint: makePaint(false),
  now: 0,
  address: ' -p shop',
};
const gib = 2 ** 30;
const host = { cpus: 2, memoryBytes: 4 * gib };

const fine = { resources: { memoryBytes: gib, nanoCpus: 1e9 }, healthcheck: { test: ['CMD', 'true'] } };
const many = Array.from({ length: 14 }, (_, i) =>
  service(`agent${i}`, { container: { ...fine, environment: { API_KEY: 'canary-77' } }, line: i + 1 }),
);
const platform = revision(
  [
    ...many,
    service('probe', {
      container: { ...fine, privileged: true, mounts: [{ type: 'bind', source: '/etc', target: '/e' }] },
      line: 40,
    }),
    service('big', {
      container: { ...fine, resources: { memoryBytes: gib, nanoCpus: 8e9 } },
      reservedNanoCpus: 3e9,
    }),
  ],
  {
    rules: { ...standardActions, mounts: 'deny' },
    exemptions: [
      { resource: 'Service/probe', rules: ['privileged'], reason: 'reads the disks' },
      { resource: 'Service/gone', rules: ['limits'], reason: 'was big' },
    ],
  },
);

test('a screen of it', () => {
  expect(
    policyView(policyReport(platform, host), screen),
  ).toBe(`shop: 16 workloads; 1 denied, 14 warned of, 1 exempt

DENIED  mounts: 1 workload
  mounts folders of the host outside the allowed ones
    /etc  probe
  → use a named volume, or allow the folder in policy.allowedMounts (the manifests' own are allowed)

warned  clearSecrets: 14 workloads
  holds what looks like a secret in clear in its environment
    API_KEY  agent0, agent1, agent10, agent11, agent12, agent13, agent2, agent3, agent4, agent5,
             agent6, agent7, and 2 more
  → declare kind: Secret and write {secret: NAME} as the value; in Compose files use secrets: with
    NAME_FILE

exempt
  Service/probe privileged: reads the disks
  Service/gone limits: exempts nothing; take it away

the host
  3 of 2 CPUs and 0 of 4 GiB memory are reserved: more than the host has
  Service/big: cpus 8 is more than the host's 2
  → set limits that the host can give, or policy.capToHost: true to have them taken down to the
    host's`);
});

test('each finding by its place, without a value', () => {
  const lines = findingsView(policyReport(platform, undefined)).split('\n');
  expect(lines).toContain('reeve.yaml:40:3: Service/probe mounts /etc: denied');
  expect(lines).toContain('reeve.yaml:40:3: Service/probe privileged: exempt (reads the disks)');
  expect(lines).toContain('reeve.yaml:1:3: Service/agent0 clearSecrets API_KEY: warned');
  expect(lines.join()).not.toContain('canary');
});

test('one line for those who have other things to say', () => {
  expect(policySummary(platform)).toBe('policy: 15 warnings (1 mounts, 14 clearSecrets)');
  expect(policySummary(revision([service('web', { container: fine })]))).toBeUndefined();
});
