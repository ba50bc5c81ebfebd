// Prints what the engine has of a platform: its containers, networks and volumes, a line each.

import { askEngine, engineSocket } from './docker-api.ts';

interface Found {
  readonly Name?: string;
  readonly Names?: readonly string[];
}

async function list(path: string): Promise<readonly Found[]> {
  const found: unknown = JSON.parse((await askEngine(engineSocket(), 'GET', path)).body);
  // Volumes come as {Volumes: […] or null}, the others as a list.
  return Array.isArray(found) ? found : ((found as { Volumes: Found[] | null }).Volumes ?? []);
}

const [platform = 'demo'] = process.argv.slice(2);

/** Containers by their label; networks and volumes by the names that the platform gives them. */
const label = encodeURIComponent(JSON.stringify({ label: [`reeve.platform=${platform}`] }));
for (const { Names } of await list(`/containers/json?all=1&filters=${label}`)) {
  console.log(`container ${Names?.[0]?.slice(1)}`);
}
for (const kind of ['network', 'volume']) {
  for (const { Name } of await list(`/${kind}s`)) {
    if (Name?.startsWith(`${platform}_`) === true) console.log(`${kind} ${Name}`);
  }
}
