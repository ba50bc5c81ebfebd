// Exits 0 when the engine has anything of the demo's platform: a container, a network or a volume.

import { askEngine, engineSocket } from './docker-api.ts';

const filters = encodeURIComponent(JSON.stringify({ label: ['reeve.platform=demo'] }));

async function has(path: string): Promise<boolean> {
  const found: unknown = JSON.parse((await askEngine(engineSocket(), 'GET', path)).body);
  // Volumes come as {Volumes: […] or null}, the others as a list.
  const list = Array.isArray(found) ? found : (found as { Volumes: unknown[] | null }).Volumes;
  return (list ?? []).length > 0;
}

const paths = [
  `/containers/json?all=1&filters=${filters}`,
  `/networks?filters=${filters}`,
  `/volumes?filters=${filters}`,
];
const any = (await Promise.all(paths.map(has))).includes(true);
process.exitCode = any ? 0 : 1;
