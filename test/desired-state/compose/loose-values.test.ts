// What Compose's libraries read in their own way reaches the container as they mean it.

import { expect, test } from 'vitest';
import { project } from '../../support/containers.ts';

test('host port 0, sizes with an exponent, decimal modes, labels of volumes', () => {
  const { container, lines } = project({
    'compose.yaml': `
services:
  web:
    image: i
    ports: ["0:80", {target: 81, published: "0"}]
    shm_size: "1e6"
    mem_limit: .5g
    secrets: [{source: s, mode: 256}]
    volumes: ["data:/d:Z", {type: tmpfs, target: /t, tmpfs: {mode: 448}}]
volumes: {data: }
secrets: {s: {environment: HOME}}
`,
  });
  expect(lines).toEqual([]);
  const { container: spec, secrets } = container('web');
  expect(spec.ports).toEqual([
    { target: 80, protocol: 'tcp' },
    { target: 81, protocol: 'tcp' },
  ]);
  expect(spec.shmSizeBytes).toBe(1_000_000);
  expect(spec.resources.memoryBytes).toBe(2 ** 29);
  expect(secrets.map(({ mode }) => mode)).toEqual([0o400]);
  expect(spec.mounts).toMatchObject([
    { target: '/d', selinux: 'Z' },
    { target: '/t', tmpfsMode: 0o700 },
  ]);
});

test('a size that Compose takes for none sets nothing, and that is said', () => {
  const { container, lines } = project({ 'compose.yaml': 'services: {web: {image: i, mem_limit: 1e9}}\n' });
  expect(container('web').container.resources).toEqual({});
  expect(lines).toEqual([
    'compose.yaml:1:39: warning: 1e9 is a fraction to YAML, which Compose takes for no size: nothing is set; write it with a unit, for example 1g',
  ]);
});
