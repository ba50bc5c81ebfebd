// `failover:` as it is written: what is filled in, and what a person reads where the two do not fit together.

import { describe, expect, test } from 'vitest';
import { doc, linesOf, workloadOf } from '../support/manifests.ts';

const backend = doc('Network', 'backend', '{}');
const spare = doc('Service', 'spare', '{image: a:1, networks: [backend]}');
const cacheWith = (failover: string, more = ''): string =>
  doc('Service', 'cache', `{image: a:1, networks: [backend]${more}, failover: {${failover}}}`);

describe('what is filled in', () => {
  test('the name as the alias, the one network, a standby that does not run', async () => {
    const { failover } = await workloadOf('Service/cache', {
      'reeve.yaml': `${backend}${spare}${cacheWith('to: spare')}`,
    });
    expect(failover).toEqual({
      to: 'Service/spare',
      alias: 'cache',
      network: 'backend',
      standby: 'stopped',
    });
  });

  test('in a Compose file it stands under x-reeve', async () => {
    const { failover } = await workloadOf('Service/redis', {
      'compose.yaml': `
services:
  redis:
    image: a:1
    networks: {backend: {aliases: [store]}, front: {}}
    x-reeve: {failover: {to: Service/standby, alias: store, network: backend, standby: running}}
  standby: {image: a:1, networks: [backend]}
networks: {backend: {}, front: {}}
`,
    });
    expect(failover).toEqual({
      to: 'Service/standby',
      alias: 'store',
      network: 'backend',
      standby: 'running',
    });
  });
});

const service = (name: string, spec: string): string => doc('Service', name, `{image: a:1, ${spec}}`);

describe('a mistake', () => {
  test.each([
    ['to: spar', spare, 'there is no Service or Agent "spar"; did you mean "spare"?'],
    ['to: cache', spare, 'cache cannot stand in for itself; name another workload'],
    [
      'to: spare, network: front',
      spare,
      'cache is not on the network front; expected failover.network to be one that it is on; it is on backend',
    ],
    [
      'to: spare',
      service('spare', 'networks: [default]'),
      'spare is not on the network backend; the alias is moved on it: give the standby the network backend',
    ],
    ['to: spare, alias: store', spare, 'cache has no alias store on the network backend; it has cache'],
    [
      'to: spare',
      service('spare', 'networks: {backend: {aliases: [cache]}}'),
      'spare answers as cache already; the standby gets the alias only while it is needed: give it none of this name',
    ],
    [
      'to: spare',
      service('spare', 'networks: [backend], depends_on: [cache]'),
      'spare depends on cache, whose place it is to take; take that dependency away',
    ],
    [
      'to: spare',
      service('spare', 'networks: [backend], restart: "no"'),
      'spare is a job: it ends; a failover is between two that run on',
    ],
    [
      'to: spare',
      service('spare', 'networks: [backend], deploy: {replicas: 2}'),
      "spare has several replicas, and one alias cannot be several's; expected 1 replica of both",
    ],
    [
      'to: spare',
      spare + service('client', 'networks: [backend], depends_on: [spare]'),
      'client waits for spare, which does not run before it is needed; let it depend on cache, or keep the standby running',
    ],
  ])('%s', async (failover, others, words) => {
    const lines = await linesOf({ 'reeve.yaml': `${backend}${others}${cacheWith(failover)}` });
    expect(lines.map((line) => line.replace(/^\S+ /, ''))).toEqual([words]);
  });

  test('a container that is called so itself: a name cannot be moved', async () => {
    const lines = await linesOf({
      'reeve.yaml': `${backend}${spare}${cacheWith('to: spare', ', container_name: cache')}`,
    });
    expect(lines).toEqual([
      'reeve.yaml:15:74: the container of cache is called cache itself, and a name cannot be moved; give it another container_name, or move another alias',
    ]);
  });
});
