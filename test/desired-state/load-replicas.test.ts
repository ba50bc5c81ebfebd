// Several containers of one service: their names, who waits for them, and what cannot have several.

import { describe, expect, test } from 'vitest';
import { isWorkload, type Workload } from '../../desired-state/resource.ts';
import { linesOf, loaded } from '../support/manifests.ts';

/** Services by name, each with the fields given. */
function manifest(services: Readonly<Record<string, string>>): string {
  return Object.entries(services)
    .map(
      ([name, spec]) =>
        `apiVersion: reeve/v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {image: i, ${spec}}\n`,
    )
    .join('---\n');
}

async function workloads(services: Readonly<Record<string, string>>): Promise<readonly Workload[]> {
  const { revision } = await loaded({ 'reeve.yaml': manifest(services) }, { platform: 'shop' });
  return revision.resources.filter(isWorkload);
}

const peer = 'network_mode: "service:db", pid: "service:db", volumes_from: ["db:ro"], links: ["db:base"]';

describe('replicas', () => {
  test.each(['scale: 3', 'deploy: {replicas: 3}'])(
    '%s: the first keeps the name of the service',
    async (written) => {
      const found = await workloads({ web: written });
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
    const found = await workloads({ web: 'scale: 2, depends_on: [db]', db: 'scale: 2' });
    for (const { dependsOn } of found.filter((w) => w.name.startsWith('web'))) {
      expect(dependsOn.map((d) => d.on)).toEqual(['Service/db', 'Service/db:2']);
    }
  });

  test('0 of them: no container, and nobody waits', async () => {
    const found = await workloads({ web: 'depends_on: [db]', db: 'scale: 0' });
    expect(found.map((w) => [w.name, w.dependsOn])).toEqual([['web', []]]);
  });

  test('namespaces and volumes are shared with the first, links go to each', async () => {
    const found = await workloads({ web: peer, db: 'scale: 2' });
    const web = found.find((w) => w.name === 'web');
    expect(web?.container).toMatchObject({
      networkMode: 'container:shop-db-1',
      pidMode: 'container:shop-db-1',
      volumesFrom: ['shop-db-1:ro'],
      links: [
        'shop-db-1:base',
        'shop-db-1:db-1',
        'shop-db-1:shop-db-1',
        'shop-db-2:base',
        'shop-db-2:db-2',
        'shop-db-2:shop-db-2',
      ],
    });
    expect(web?.dependsOn.map((d) => d.on)).toEqual(['Service/db', 'Service/db:2']);
  });

  test('a range of host ports serves several', async () => {
    const [web] = await workloads({ web: 'scale: 2, ports: ["8080-8081:80"]' });
    expect(web?.container.ports).toEqual([
      { target: 80, protocol: 'tcp', published: 8080, publishedEnd: 8081 },
    ]);
  });

  test.each([
    ['scale: 2, deploy: {replicas: 3}', '25: scale 2 and deploy.replicas 3 differ, expected one of the two'],
    [
      'scale: 2, container_name: one',
      '44: container_name is one name, and web has 2 replicas; expected none of the two, or 1 replica',
    ],
    [
      'scale: 2, ports: ["80:80"]',
      '36: host port 80/tcp is one port, and Service/web has several replicas; publish a range of as many, for example "8080-8082:80", or no host port',
    ],
    ['scale: -1', '25: bad number "-1", expected a whole number from 0 to 10000'],
  ])('%s is a mistake', async (written, line) => {
    const lines = await linesOf({ 'reeve.yaml': manifest({ web: written }) });
    expect(lines.map((l) => l.replace(/^reeve.yaml:4:/, ''))).toEqual([line]);
  });

  test('what a service with 0 replicas shares is a mistake', async () => {
    const lines = await linesOf({
      'reeve.yaml': manifest({ web: 'volumes_from: [db], pid: "service:db"', db: 'scale: 0' }),
    });
    expect(lines.map((l) => l.replace(/^reeve.yaml:4:\d+: /, ''))).toEqual([
      'web takes the volumes of db, which has 0 replicas; give it 1',
      'web shares a namespace of db, which has 0 replicas; give it 1',
    ]);
  });
});
