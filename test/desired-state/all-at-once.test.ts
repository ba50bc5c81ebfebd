// One mistake hides no other that does not follow from it.

import { expect, test } from 'vitest';
import { linesOf } from '../support/manifests.ts';

const document = (kind: string, spec: string): string =>
  `apiVersion: reeve/v1\nkind: ${kind}\nmetadata: {name: a}\nspec: ${spec}\n`;

test.each([
  [
    'Service',
    '{image: x, environment: {A: {secert: s}, C: {secret: nope}}}',
    [
      '4:36: unknown key "secert" in Service a.environment.A; did you mean "secret"?',
      '4:51: there is no Secret "nope"; declare it with kind: Secret',
    ],
  ],
  [
    'Service',
    '{image: x, volumes: [{type: volume, source: nope, target: /x}, {typ: bind}]}',
    [
      '4:28: there is no Volume "nope"; declare it with kind: Volume',
      '4:70: missing "target" in Service a.volumes[1]',
      '4:71: unknown key "typ" in Service a.volumes[1]; did you mean "type"?',
    ],
  ],
  [
    'Service',
    '{image: x, networks: {nope: {}, more: {aliasses: [a]}}}',
    [
      '4:29: there is no Network "nope"; declare it with kind: Network',
      '4:39: there is no Network "more"; declare it with kind: Network',
      '4:46: unknown key "aliasses" in Service a.networks.more; did you mean "aliases"?',
    ],
  ],
  [
    'Service',
    '{image: x, secrets: [nope, {sorce: x}]}',
    [
      '4:28: there is no Secret "nope"; declare it with kind: Secret',
      '4:35: unknown key "sorce" in Service a.secrets[1]; did you mean "source"?',
    ],
  ],
  [
    'Platform',
    '{defaults: {stop_grace_period: 5x, tier: bad}}',
    [
      '4:38: bad duration "5x", expected a number with a unit, for example 30s or 1m30s',
      '4:48: tier: expected "core", "critical" or "standard"',
    ],
  ],
  [
    'Platform',
    '{compose: [nope.yaml, 5]}',
    [
      '4:18: compose: file nope.yaml not found',
      '4:29: compose: expected text, got a whole number; put it in quotes',
    ],
  ],
  [
    'AgentClass',
    '{image: x, depends_on: [no], environment: {A: {secret: nos}}, networks: [nn], volumes: ["vv:/x"]}',
    [
      '4:31: there is no Service or Agent "no"',
      '4:53: there is no Secret "nos"; declare it with kind: Secret',
      '4:80: there is no Network "nn"; declare it with kind: Network',
      '4:95: there is no Volume "vv"; declare it with kind: Volume',
    ],
  ],
  [
    'Platform',
    '{policy: {exemptions: [{resource: nope, rules: [privileged], reason: x}]}}',
    ['4:41: warning: there is no Service or Agent "nope"; take the exemption away'],
  ],
])('%s %s', async (kind, spec, lines) => {
  const found = await linesOf({ 'reeve.yaml': document(kind, spec) });
  expect(found).toEqual(lines.map((line) => `reeve.yaml:${line}`));
});

test('an exemption for a service that is there is silent, by either name', async () => {
  const rule = (resource: string) => `{resource: ${resource}, rules: [latestTag], reason: x}`;
  const policy = `{policy: {exemptions: [${rule('a')}, ${rule('Service/a')}]}}`;
  expect(
    await linesOf({
      'reeve.yaml': `${document('Platform', policy)}---\n${document('Service', '{image: x}')}`,
    }),
  ).toEqual([]);
});

test("what reeve finds in a Compose file is told beside Compose's own mistakes", async () => {
  const services = [
    'a: {image: x, tmpfs: [rel], depends_on: [nope], x-reeve: {teir: core, onChange: x}}',
    'b: {image: x, x-reeve: {teir: core}, stop_grace_period: 5x}',
    'c: {imge: x, x-reeve: {teir: core}}',
  ];
  expect(await linesOf({ 'compose.yaml': `services:\n  ${services.join('\n  ')}\n` })).toEqual([
    'compose.yaml:2:25: bad mount target "rel", expected an absolute path in the container',
    'compose.yaml:2:44: there is no Service or Agent "nope"',
    'compose.yaml:2:61: unknown key "teir" in x-reeve of a; did you mean "tier"?',
    'compose.yaml:2:83: onChange: expected "restart", "ignore" or a map',
    'compose.yaml:3:27: unknown key "teir" in x-reeve of b; did you mean "tier"?',
    'compose.yaml:3:59: bad duration "5x", expected a number with a unit, for example 30s or 1m30s',
    'compose.yaml:4:7: unknown key "imge" in service c; did you mean "image"?',
    'compose.yaml:4:26: unknown key "teir" in x-reeve of c; did you mean "tier"?',
  ]);
});

test('a bad name is told once', async () => {
  const named = document('Service', '{image: x}').replace('name: a', 'name: "a b"');
  expect(await linesOf({ 'reeve.yaml': named })).toEqual([
    'reeve.yaml:3:18: name: expected letters, digits, "_", "." and "-", beginning with a letter or digit',
  ]);
});
