// `order: start-first` where two containers cannot run side by side: said at the line, with each reason and its line.

import { expect, test } from 'vitest';
import { linesOf } from '../support/manifests.ts';

const compose = (service: string, more = '') => ({
  'compose.yml': `services:\n  web:\n    image: x\n    deploy: {update_config: {order: start-first}}\n${service}${more}`,
});
const warning = 'compose.yml:4:37: warning: Service/web cannot be updated start-first: ';
const instead = '; its old container is stopped first, as with order: stop-first';

test.each([
  [
    'a host port',
    compose('    ports: ["8080:80"]\n'),
    'it publishes host port 8080/tcp, which only one container can have (compose.yml:5:13)',
  ],
  [
    'a volume',
    compose('    volumes: ["data:/data"]\n', 'volumes: {data: {}}\n'),
    'both would write volume data, mounted at /data (read_only: true, if it only reads) (compose.yml:5:15)',
  ],
  [
    'an address',
    compose(
      '    networks: {n: {ipv4_address: 10.9.0.2}}\n',
      'networks: {n: {ipam: {config: [{subnet: 10.9.0.0/24}]}}}\n',
    ),
    'it has the address 10.9.0.2 on network n, which only one container can have (compose.yml:5:16)',
  ],
  [
    'a member of its network',
    compose('', '  side: {image: x, network_mode: "service:web"}\n'),
    'Service/side shares its namespaces or volumes (compose.yml:4:37)',
  ],
  [
    'a job',
    compose('    restart: "no"\n'),
    'it is a job, which runs once and serves nobody (compose.yml:5:14)',
  ],
])('%s', async (_, files, why) => {
  expect(await linesOf(files)).toContain(`${warning}${why}${instead}`);
});

test('where they can, nothing is said', async () => {
  const files = compose(
    '    container_name: web\n    ports: ["80", "9000-9010:90"]\n    volumes: ["data:/data:ro"]\n    tmpfs: /tmp\n',
    'volumes: {data: {}}\n',
  );
  expect((await linesOf(files)).filter((line) => line.includes('start-first'))).toEqual([]);
});
