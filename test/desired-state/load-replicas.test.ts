// Several containers of one service: their names, who waits for them, and what cannot have several.

import { describe, expect, test } from 'vitest';
import { isWorkload, type Workload } from '../../desired-state/resource.ts';
import { linesOf, loaded } from '../support/manifests.ts';

async function workloads(yaml: string): Promise<readonly Workload[]> {
  const { revision } = await loaded({ 'compose.yaml': yaml }, { platform: 'shop' });
  return revision.resources.filter(isWorkload);
}

describe('replicas', () => {
  test.each(['scale: 3', 'deploy: {replicas: 3}'])(
    '%s: the first keeps the name of the service',
    async (written) => {
      const found = await workloads(`services: {web: {image: w, ${written}}}`);
      expect(found.map((w) => [w.name, w.containerName])).toEqual([
        ['web', 'shop-web-1'],
        ['web:2', 'shop-web-2'],
        ['web:3', 'shop-web-3'],
      ]);
      expect(new Set(found.map((w) => JSON.stringify(w.container))).size).toBe(1);
      expect(Object.values(found[2]?.container.networks ?? {})).toEqual([{ aliases: ['web'] }]);
    },
  );

  test('who depends on a service waits for each of its instances', async () => {
    const found = await workloads(
      'services: {web: {image: w, scale: 2, depends_on: [db]}, db: {image: d, scale: 2}}',
    );
    for (const { dependsOn } of found.filter((w) => w.name.startsWith('web'))) {
      expect(dependsOn.map((d) => d.on)).toEqual(['Service/db', 'Service/db:2']);
    }
  });

  test('0 of them: no container, and nobody waits', async () => {
    const found = await workloads('services: {web: {image: w, depends_on: [db]}, db: {image: d, scale: 0}}');
    expect(found.map((w) => [w.name, w.dependsOn])).toEqual([['web', []]]);
  });

  test('a namespace is shared with the first', async () => {
    const found = await workloads(
      'services: {web: {image: w, network_mode: "service:db"}, db: {image: d, scale: 2}}',
    );
    expect(found.find((w) => w.name === 'web')?.container.networkMode).toBe('container:shop-db-1');
  });

  test('a range of host ports serves several', async () => {
    const [web] = await workloads('services: {web: {image: w, scale: 2, ports: ["8080-8081:80"]}}');
    expect(web?.container.ports).toEqual([
      { target: 80, protocol: 'tcp', published: 8080, publishedEnd: 8081 },
    ]);
  });

  test.each([
    [
      'scale: 2, deploy: {replicas: 3}',
      '1:35: error: scale 2 and deploy.replicas 3 differ, expected one of the two',
    ],
    [
      'scale: 2, container_name: one',
      '1:54: error: container_name is one name, and web has 2 replicas; expected none of the two, or 1 replica',
    ],
    [
      'scale: 2, ports: ["80:80"]',
      '1:46: error: host port 80/tcp is one port, and Service/web has several replicas; publish a range of as many, for example "8080-8082:80", or no host port',
    ],
    ['scale: -1', '1:35: error: bad number "-1", expected a whole number from 0 to 10000'],
  ])('%s is a mistake', async (written, line) => {
    const lines = await linesOf({ 'compose.yaml': `services: {web: {image: w, ${written}}}` });
    expect(lines.map((l) => l.replace('compose.yaml:', ''))).toEqual([line.replace('error: ', '')]);
  });

  test('a namespace of a service with 0 replicas is a mistake', async () => {
    const lines = await linesOf({
      'compose.yaml': 'services: {a: {image: a, pid: "service:b"}, b: {image: b, scale: 0}}',
    });
    expect(lines).toEqual(['compose.yaml:1:31: a shares a namespace of b, which has 0 replicas; give it 1']);
  });
});
