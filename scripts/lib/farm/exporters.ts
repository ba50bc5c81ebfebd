// Debian's own programs for images that the farm need not stand in for: the exporters and the alert manager of
// Prometheus. Postgres, Redis, nginx and Prometheus itself are the demo's images.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianTree } from '../debian.ts';
import type { DemoImage } from '../demo-images.ts';
import { baseEntries, folderOf, programsOf } from '../rootfs.ts';

/** Its own tree, so that the demo alone fetches nothing of it. */
const packages = [
  'busybox-static',
  'prometheus-alertmanager',
  'prometheus-blackbox-exporter',
  'prometheus-node-exporter',
  'prometheus-postgres-exporter',
  'prometheus-redis-exporter',
];

export const exporterTree = (): Promise<string> => debianTree(packages);

function exporter(program: string, port: number, data?: string): DemoImage {
  return {
    tag: `reeve-farm-made/${program}:1`,
    inputs: () => [readFileSync(import.meta.filename, 'utf8')],
    entries: async (tree) => [
      ...(await baseEntries(tree)),
      ...(await programsOf(tree, [`usr/bin/${program}`])),
      ...(data === undefined ? [] : await folderOf(join(tree, data), data)),
    ],
    changes: ['ENV PATH=/usr/bin:/bin', `ENTRYPOINT ["/usr/bin/${program}"]`, `EXPOSE ${port}`],
  };
}

export const exporters = {
  alertmanager: exporter('prometheus-alertmanager', 9093, 'usr/share/prometheus/alertmanager'),
  blackbox: exporter('prometheus-blackbox-exporter', 9115),
  node: exporter('prometheus-node-exporter', 9100),
  postgres: exporter('prometheus-postgres-exporter', 9187),
  redis: exporter('prometheus-redis-exporter', 9121),
} as const;
