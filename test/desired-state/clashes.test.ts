// What only shows between resources: told at the later one, naming the first.

import { expect, test } from 'vitest';
import { isWorkload } from '../../desired-state/resource.ts';
import { linesOf, loaded } from '../support/manifests.ts';

const one = (kind: string, name: string, spec: string): string =>
  `apiVersion: reeve/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
const all = (...documents: readonly string[]) => ({ 'reeve.yaml': documents.join('---\n') });

test('what a class writes for all clashes at the later agent', async () => {
  const files = all(
    one('AgentClass', 'c', '{image: x, container_name: foo, ports: ["80:80"]}'),
    one('Agent', 'a1', '{class: c}'),
    one('Agent', 'a2', '{class: c}'),
    one('Agent', 'a3', '{class: c, container_name: bar, ports: ["80:80"]}'),
  );
  expect(await linesOf(files)).toEqual([
    'reeve.yaml:13:18: container name "foo" is taken by Agent/a1 in reeve.yaml:8:18; give one of them another container_name',
    'reeve.yaml:13:18: host port 80/tcp is published by Agent/a1 in reeve.yaml:8:18 already; publish another port, or another host address',
    'reeve.yaml:19:47: host port 80/tcp is published by Agent/a1 in reeve.yaml:8:18 already; publish another port, or another host address',
  ]);
});

test.each([
  [
    ['compose.yml', 'z.yaml'],
    'z.yaml:3:18: duplicate Service "a"; it is declared in compose.yml:1:12 already',
  ],
  [
    ['z.yaml', 'compose.yml'],
    'compose.yml:1:12: duplicate Service "a"; it is declared in z.yaml:3:18 already',
  ],
])('a manifest and a Compose file: of %j the later is at fault', async (paths, line) => {
  const files = { 'compose.yml': 'services: {a: {image: x}}\n', 'z.yaml': one('Service', 'a', '{image: x}') };
  expect(await linesOf(files, { paths })).toEqual([line]);
});

test.each([
  [
    'its own model',
    all(one('Agent', 'h', '{image: x, model: mm}'), one('Model', 'mm', '{server: h}')),
    'reeve.yaml:4:25: dependencies go in a circle: h → mm → h; take one of them away',
  ],
  [
    'a server that waits for who uses it',
    all(
      one('Agent', 'b', '{image: x, model: m}'),
      one('Model', 'm', '{server: srv}'),
      one('Service', 'srv', '{image: x, depends_on: [b]}'),
    ),
    'reeve.yaml:14:31: dependencies go in a circle: b → m → srv → b; take one of them away',
  ],
])('a circle through a model is told with it: %s', async (_, files, line) => {
  expect(await linesOf(files)).toEqual([line]);
});

test.each([
  [
    '{image: x, cpus: 1}',
    '{selector: {kind: Service}, reservations: {cpus: 5}}',
    'reeve.yaml:9:56: cpus reservation 5 is above the limit 1 of reeve.yaml:4:24; expected at most the limit',
  ],
  [
    '{image: x}',
    '{limits: {cpus: 0.5}, reservations: {cpus: 0.7}}',
    'reeve.yaml:9:50: cpus reservation 0.7 is above the limit 0.5; expected at most the limit',
  ],
])('CPUs that are kept above the limit: %s and %s', async (service, limits, line) => {
  const files = all(one('Service', 'a', service), one('ResourceLimits', 'l', limits));
  expect(await linesOf(files)).toEqual([line]);
});

test('CPUs that a service reserves are held against the limits of others', async () => {
  const reserved = '{image: x, deploy: {resources: {reservations: {cpus: 5}}}}';
  const lines = await linesOf(
    all(one('Service', 'a', reserved), one('ResourceLimits', 'l', '{limits: {cpus: 1}}')),
  );
  expect(lines).toContain(
    'reeve.yaml:4:60: cpus reservation 5 is above the limit 1 of reeve.yaml:9:23; expected at most the limit',
  );
});

test('a reservation is what was written, whatever weight it comes to', async () => {
  const limits = one('ResourceLimits', 'l', '{limits: {cpus: 0.7}, reservations: {cpus: 0.7}}');
  const { revision } = await loaded(all(one('Service', 'a', '{image: x}'), limits));
  expect(revision.resources.find(isWorkload)).toMatchObject({ reservedNanoCpus: 700_000_000 });
});

test.each([
  ['{subnet: 1.2.3, gateway: x, ip_range: y}', ['bad subnet "1.2.3"', 'bad gateway "x"', 'bad ip_range "y"']],
  ['{subnet: 10.0.0.0/99}', ['bad subnet "10.0.0.0/99", expected addresses such as 172.28.0.0/16']],
  ['{subnet: 10.1.0.0/24, gateway: 10.2.0.1}', ['bad gateway "10.2.0.1", expected one in 10.1.0.0/24']],
  [
    '{subnet: 10.1.0.0/24, ip_range: 10.2.0.0/25}',
    ['bad ip_range "10.2.0.0/25", expected one in 10.1.0.0/24'],
  ],
  ['{subnet: 10.1.0.0/24, aux_addresses: {r: 10.2.0.9}}', ['bad aux_addresses "10.2.0.9"']],
  ['{subnet: "fd00::/64", gateway: "fd00::1", ip_range: "fd00::/80"}', []],
])('addresses of a network: %s', async (pool, words) => {
  const lines = await linesOf(all(one('Network', 'n', `{ipam: {config: [${pool}]}}`)));
  expect(lines).toEqual(words.map((word) => expect.stringContaining(word)));
});

test('an address of a service lies in a subnet of its network, also of a Compose file', async () => {
  const service = (address: string) => `{image: x, networks: {n: {ipv4_address: ${address}}}}`;
  const network = '{ipam: {config: [{subnet: 10.1.0.0/24}]}}';
  const wrong = 'address 1.1.1.1 is in no subnet of the network n, expected one in 10.1.0.0/24';
  const compose = (address: string) => ({
    'compose.yaml': `services: {a: ${service(address)}}\nnetworks: {n: ${network}}\n`,
  });
  const manifests = (address: string) =>
    all(one('Service', 'a', service(address)), one('Network', 'n', network));
  for (const files of [compose, manifests]) {
    expect(await linesOf(files('1.1.1.1'))).toEqual([expect.stringContaining(wrong)]);
    expect(await linesOf(files('10.1.0.9'))).toEqual([]);
  }
});

test('x-reeve of volumes and networks in a Compose file protects them', async () => {
  const parts = (volume: string) =>
    `services: {a: {image: x, volumes: ["data:/d"], networks: [n]}}\nvolumes: {data: {x-reeve: ${volume}}}\nnetworks: {n: {x-reeve: {protect: true}}}\n`;
  const { revision } = await loaded({ 'compose.yaml': parts('{protect: true}') });
  const kept = revision.resources.filter((r) => !isWorkload(r));
  expect(kept.map((r) => [r.kind, r.protect])).toEqual([
    ['Network', true],
    ['Volume', true],
  ]);
  expect(await linesOf({ 'compose.yaml': parts('{protct: true}') })).toEqual([
    'compose.yaml:2:28: unknown key "protct" in x-reeve of data; did you mean "protect"?',
  ]);
});
