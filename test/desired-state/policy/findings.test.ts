// The policy over whole manifests: what is denied, warned of, exempt, and where it says so.

import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { idleExemptions, policyFindings } from '../../../desired-state/policy/findings.ts';
import { doc, folderWith, linesOf, loaded, loadFolder } from '../../support/manifests.ts';

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

describe('what leads elsewhere than it says', () => {
  const denying = platform('{rules: {privileged: deny, dockerSocket: deny, mounts: deny}}');
  const quiet = 'image: app:1, mem_limit: 64m, cpus: 0.5, healthcheck: {test: "true"}';
  const saidOf = async (
    files: Readonly<Record<string, string>>,
    links: Readonly<Record<string, string>> = {},
  ) => {
    const folder = folderWith(files);
    for (const [name, target] of Object.entries(links)) symlinkSync(target, join(folder, name));
    const result = await loadFolder(folder);
    return result.ok
      ? []
      : result.diagnostics.map(
          (d) =>
            `${d.line}:${d.column} ${d.message.slice(d.message.lastIndexOf(': ') + 2).replaceAll(folder, '.')}`,
        );
  };
  const mounting = (...volumes: string[]): string =>
    `${denying}${doc('Service', 'web', `{${quiet}, volumes: ${JSON.stringify(volumes)}}`)}`;

  test('a link of the project, to a file, a folder, or into one', async () => {
    const manifest = mounting(
      './sock:/s',
      './etc:/e:ro',
      './etc/passwd:/p',
      './far:/f',
      './conf:/c',
      './made:/m',
    );
    const links = {
      sock: '/var/run/docker.sock',
      etc: '/etc',
      far: 'etc/not-there',
      conf: 'real-conf',
    };
    expect(await saidOf({ 'reeve.yaml': manifest, 'real-conf/a': '' }, links)).toEqual([
      expect.stringMatching(
        /^\d+:\d+ .\/sock → \/(var\/)?run\/docker\.sock; the policy denies it \(dockerSocket\)$/,
      ),
      expect.stringMatching(/ .\/etc → \/etc; the policy denies it \(mounts\)$/),
      expect.stringMatching(/ .\/etc\/passwd → \/etc\/passwd; the policy denies it \(mounts\)$/),
      expect.stringMatching(/ .\/far → \/etc\/not-there; the policy denies it \(mounts\)$/),
    ]);
  });

  test('a project that is reached by a link is its own all the same', async () => {
    const folder = folderWith({ 'real/reeve.yaml': mounting('./conf:/c'), 'real/conf/a': '' });
    symlinkSync('real', join(folder, 'link'));
    expect((await loadFolder(join(folder, 'link'))).ok).toBe(true);
  });

  test('a folder that is allowed by a link is allowed', async () => {
    const folder = folderWith({ 'disk/a': '', 'p/reeve.yaml': '' });
    symlinkSync('disk', join(folder, 'data'));
    const text = `${platform('{allowedMounts: [../data], rules: {mounts: deny}}')}${doc('Service', 'web', `{${quiet}, volumes: ["../data/a:/a"]}`)}`;
    writeFileSync(join(folder, 'p/reeve.yaml'), text);
    expect((await loadFolder(join(folder, 'p'))).ok).toBe(true);
  });

  test('links that go round in circles are judged as written', async () => {
    expect(await saidOf({ 'reeve.yaml': mounting('./a:/a') }, { a: 'b', b: 'a' })).toEqual([]);
  });

  test('a volume that is a bind, at its device, for each that mounts it; in Compose files too', async () => {
    const compose = `services:
  web: {image: app:1, volumes: [{type: volume, source: vol, target: /h}]}
  two: {image: app:1, volumes: ["vol:/h"]}
  not: {image: app:1, volumes: ["other:/o"]}
volumes:
  other: {}
  vol:
    driver_opts:
      type: none
      o: bind
      device: /var/run
`;
    const named = platform('{rules: {dockerSocket: deny}}').replace('spec:', 'spec:\n  compose: [c.yaml]');
    const folder = folderWith({ 'reeve.yaml': named, 'c.yaml': compose });
    const result = await loadFolder(folder);
    expect(
      result.ok ? [] : result.diagnostics.map((d) => `${d.file}:${d.line} ${d.message.split(' ')[0]}`),
    ).toEqual(['c.yaml:11 Service/two', 'c.yaml:11 Service/web']);
  });

  test('a privileged command after the start, at its word', async () => {
    const hook = `{${quiet}, post_start: [{command: "true"}, {command: "true", privileged: true}], pre_stop: [{command: "true", user: root}]}`;
    const column = `spec: ${hook}`.indexOf('privileged: true') + 'privileged: '.length + 1;
    expect(await saidOf({ 'reeve.yaml': denying + doc('Service', 'web', hook) })).toEqual([
      `10:${column} post_start; the policy denies it (privileged)`,
    ]);
  });
});
