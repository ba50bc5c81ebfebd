// The policy over whole manifests: what is denied, warned of, exempt, and where it says so.

import { describe, expect, test } from 'vitest';
import { idleExemptions, policyFindings } from '../../../desired-state/policy/findings.ts';
import { folderWith, linesOf, loaded, loadFolder } from '../../support/manifests.ts';

const web = `---
apiVersion: reeve/v1
kind: Service
metadata: {name: web}
spec:
  image: app:1
  privileged: true
  mem_limit: 64m
  cpus: 0.5
  healthcheck: {test: "true"}
  volumes: ["./conf:/conf:ro", "/etc/passwd:/p:ro"]
  environment: {API_TOKEN: canary-11aa}
`;

const platform = (policy: string): string => `apiVersion: reeve/v1
kind: Platform
metadata: {name: shop}
spec:
  policy: ${policy}
`;

async function findingsOf(policy: string, more = web): Promise<string[]> {
  const { revision } = await loaded({ 'reeve.yaml': platform(policy) + more, 'conf/a': '' });
  return policyFindings(revision).map(
    ({ rule, ref, detail, position, exempt }) =>
      `${position.line} ${ref} ${rule}${detail === undefined ? '' : ` ${detail}`}${exempt === undefined ? '' : ` (${exempt})`}`,
  );
}

describe('findings', () => {
  test('warn by themselves, each at its line, without a value of a secret; nothing of it is a mistake', async () => {
    expect(await findingsOf('{}')).toEqual([
      '12 Service/web privileged',
      '16 Service/web mounts /etc/passwd',
      '17 Service/web clearSecrets API_TOKEN',
    ]);
    expect(await linesOf({ 'reeve.yaml': platform('{}') + web, 'conf/a': '' })).toEqual([]);
  });

  test('are silent where the rule allows', async () => {
    expect(await findingsOf('{rules: {privileged: allow, mounts: allow, clearSecrets: allow}}')).toEqual([]);
  });

  test('of mounts go by the folders that are allowed, relative to the manifest too', async () => {
    expect(
      await findingsOf('{allowedMounts: [/etc], rules: {privileged: allow, clearSecrets: allow}}'),
    ).toEqual([]);
  });

  test('are exempt by resource and rule, with the reason', async () => {
    const exempt = '{exemptions: [{resource: web, rules: [privileged], reason: "reads the disks"}]}';
    expect((await findingsOf(exempt))[0]).toBe('12 Service/web privileged (reads the disks)');
  });

  test('of a workload with replicas are told once', async () => {
    const scaled =
      'services: {web: {image: app, scale: 3, healthcheck: {test: "true"}, cpus: 1, mem_limit: 64m}}';
    const { revision } = await loaded({ 'compose.yaml': scaled });
    expect(policyFindings(revision).map((f) => f.rule)).toEqual(['latestTag']);
  });

  test('tell exemptions that nothing needs', async () => {
    const policy = `{exemptions: [{resource: Service/web, rules: [privileged], reason: a}, {resource: gone, rules: [limits], reason: b}]}`;
    const { revision } = await loaded({ 'reeve.yaml': platform(policy) + web, 'conf/a': '' });
    expect(idleExemptions(revision, policyFindings(revision)).map((e) => e.resource)).toEqual(['gone']);
  });
});

describe('what is denied', () => {
  test('is a mistake of the manifests with its place, the rule and the remedy', async () => {
    const lines = await linesOf({
      'reeve.yaml': platform('{rules: {privileged: deny}}') + web,
      'conf/a': '',
    });
    expect(lines).toEqual([
      'reeve.yaml:12:15: Service/web is privileged: may do all that root may on the host; the policy denies it (privileged); take privileged away and add the few capabilities or devices that it needs (cap_add, devices); or exempt it with a reason in policy.exemptions',
    ]);
  });

  test('leaves the revision to be reported on', async () => {
    const folder = folderWith({
      'reeve.yaml': platform('{rules: {clearSecrets: deny}}') + web,
      'conf/a': '',
    });
    const result = await loadFolder(folder);
    expect(!result.ok && result.denied?.platform).toBe('shop');
    expect(JSON.stringify(!result.ok && result.diagnostics)).not.toContain('canary');
  });

  test('is not where it is exempt', async () => {
    const policy =
      '{rules: {privileged: deny}, exemptions: [{resource: Service/web, rules: [privileged], reason: x}]}';
    expect(await linesOf({ 'reeve.yaml': platform(policy) + web, 'conf/a': '' })).toEqual([]);
  });
});

test.each([
  [
    'a rule that is none',
    '{rules: {priviliged: deny}}',
    /reeve.yaml:5:20: .*priviliged.*did you mean "privileged"/,
  ],
  ['an action that is none', '{rules: {privileged: refuse}}', /reeve.yaml:5:32: .*deny.*warn.*allow/],
  [
    'an exemption without a reason',
    '{exemptions: [{resource: web, rules: [limits], reason: " "}]}',
    /reason/,
  ],
  ['an exemption of no rule', '{exemptions: [{resource: web, rules: [], reason: x}]}', /rules/],
])('%s is refused with its place', async (_, policy, words) => {
  const lines = await linesOf({ 'reeve.yaml': platform(policy) });
  expect(lines.join('\n')).toMatch(words);
});
