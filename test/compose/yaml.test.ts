// The canonical shape as YAML: what Compose prints there and not in JSON. Recorded with `docker compose config` 5.6.0.

import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { yamlShape } from '../../desired-state/compose/output/yaml.ts';
import { load } from '../../desired-state/load.ts';
import { layOut } from './case.ts';

const written = `
x-top: {command: null}
services:
  a:
    image: i
    x-own: {k: [1, 2], exec: {}}
    models: [m]
    ulimits: {core: {soft: 0, hard: 0}, nofile: {soft: 1, hard: 0}}
    blkio_config: {weight_device: [{path: /dev/sda, weight: 3}], device_read_bps: [{path: /d, rate: 1mb}]}
    ports: [{target: 80, published: "1", x-p: z}]
    develop: {watch: [{path: /w, action: rebuild, x-w: 2}]}
    networks: {default: {x-n: 1}}
networks: {default: {x-net: 1, ipam: {x-ip: 2}}}
models: {m: {model: ai/x, x-m: 1}, unused: {model: ai/y}}
`;

const said = `
name: case
services:
  a:
    develop: {watch: [{path: /w, action: rebuild, x-w: 2}]}
    blkio_config: {weight_device: [{path: /dev/sda, weight: 3}], device_read_bps: [{path: /d, rate: "1048576"}]}
    image: i
    models: {m: null}
    networks: {default: {x-n: 1}}
    ulimits: {core: {soft: 0, hard: 0}, nofile: {soft: 1, hard: 0}}
    ports: [{mode: ingress, target: 80, published: "1", protocol: tcp, x-p: z}]
    x-own: {k: [1, 2], exec: {}}
networks: {default: {name: case_default, ipam: {x-ip: 2}, x-net: 1}}
models: {m: {model: ai/x, x-m: 1}}
x-top: {command: null}
`;

test('YAML has extensions, models and zero limits, which JSON has not', async () => {
  const laid = layOut({
    about: ['x'],
    says: '',
    files: { 'compose.yaml': written },
    file: [],
    cwd: '.',
    env: {},
    warns: [],
  });
  try {
    const { compose } = await load({ paths: [], cwd: laid.folder, env: laid.env, digest: () => 'digest' });
    expect(yamlShape(compose)).toEqual(parse(said));
    expect(JSON.stringify(compose)).not.toMatch(/x-own|x-p|ai\/x/);
  } finally {
    laid.remove();
  }
});
