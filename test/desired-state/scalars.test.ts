// What values of manifests mean: variables are of the type that their place wants, plain scalars those of Compose.

import { expect, test } from 'vitest';
import { isWorkload } from '../../desired-state/resource.ts';
import { linesOf, loaded } from '../support/manifests.ts';

const document = (kind: string, spec: string): string =>
  `apiVersion: reeve/v1\nkind: ${kind}\nmetadata: {name: a}\nspec: ${spec}\n`;

const env = { YES: 'true', NUM: '80', WORD: 'text' };

test('a variable in a field of a type, quoted or not', async () => {
  const { revision } = await loaded(
    {
      'reeve.yaml': [
        document('Network', '{internal: "${YES}"}'),
        document('ResourceLimits', '{limits: {pids: "${NUM}"}}'),
        document('Service', '\n  image: x\n  protect: ${YES}\n  probe: {tcp: {port: "${NUM}"}}'),
        document('Model', '{server: "http://x", model: "${NUM}"}'),
      ].join('---\n'),
    },
    { env },
  );
  const [service] = revision.resources.filter(isWorkload);
  expect(service).toMatchObject({
    protect: true,
    probe: { tcp: { port: 80 } },
    container: { resources: { pids: 80 } },
  });
  expect(revision.resources.find((r) => r.kind === 'Network' && r.name === 'a')).toMatchObject({
    internal: true,
  });
  expect(revision.resources.find((r) => r.kind === 'Model')).toMatchObject({ model: '80:latest' });
});

test('a variable under x-reeve', async () => {
  const own = 'x-reeve:\n      protect: ${YES}\n      probe: {http: {port: "${NUM}", path: /}}';
  const { revision } = await loaded(
    { 'compose.yaml': `services:\n  a:\n    image: x\n    ${own}\n` },
    { env },
  );
  expect(revision.resources.find(isWorkload)).toMatchObject({ protect: true, probe: { http: { port: 80 } } });
});

test('a variable of another type is told; a quoted value without one stays text', async () => {
  const spec = '{image: x, protect: "${WORD}", probe: {tcp: {port: "80"}}}';
  expect(await linesOf({ 'reeve.yaml': document('Service', spec) }, { env })).toEqual([
    'reeve.yaml:4:27: protect: expected true or false, got text',
    'reeve.yaml:4:58: port: expected a number, got text',
  ]);
});

test.each([
  ['environment: {A: 0644}', { environment: { A: '420' } }],
  ['environment: {A: 1_000}', { environment: { A: '1000' } }],
  ['environment: {A: 0b11}', { environment: { A: '3' } }],
  ['environment: {A: "0644"}', { environment: { A: '0644' } }],
  ['mem_limit: 0100000000', { resources: { memoryBytes: 16_777_216 } }],
  ['user: 1000', { user: '1000' }],
])('%s is what it is to Compose, in a manifest and in a Compose file', async (field, container) => {
  const files = [
    { 'reeve.yaml': document('Service', `{image: x, ${field}}`) },
    // Compose takes a user only as text.
    { 'compose.yaml': `services: {a: {image: x, ${field.replace(/user: (.*)/, 'user: "$1"')}}}\n` },
  ];
  for (const file of files) {
    const { revision } = await loaded(file);
    expect(revision.resources.find(isWorkload)).toMatchObject({ container });
  }
});

test.each([
  ['user: 0100', '4:24: user: expected text, got the number 64; put it in quotes'],
  ['user: "a:b:c"', '4:24: bad user "a:b:c", expected a user, or user:group'],
  ['container_name: 12345', '4:34: container_name: expected text, got a whole number; put it in quotes'],
  ['mac_address: xx', '4:31: bad MAC address "xx", expected six bytes, for example "02:42:ac:11:00:02"'],
  ['dns: [zzz]', '4:24: bad name server "zzz", expected an IP address'],
  [
    'devices: [rel]',
    '4:28: bad device "rel", expected source[:target[:permissions]], for example "/dev/ttyUSB0:/dev/ttyUSB0:rwm"',
  ],
  ['blkio_config: {weight: 5}', '4:41: bad number "5", expected a whole number from 10 to 1000'],
  ['command: ["a\\x00"]', '4:28: bad command: expected text without NUL'],
  ['privileged: 1', '4:30: privileged: expected true or false, got a whole number'],
])('%s is refused', async (field, line) => {
  expect(await linesOf({ 'reeve.yaml': document('Service', `{image: x, ${field}}`) })).toEqual([
    `reeve.yaml:${line}`,
  ]);
});

test.each(['5', 'true'])('an image is text, not %s', async (image) => {
  expect(await linesOf({ 'reeve.yaml': document('Service', `{image: ${image}}`) })).toEqual([
    expect.stringMatching(/^reeve\.yaml:4:15: image: expected text, got .*; put it in quotes$/),
  ]);
});
