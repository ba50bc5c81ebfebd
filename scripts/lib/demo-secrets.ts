// The demo's one secret, in a file that is never committed. A database that is there already knows its password:
// where the file was lost (a new clone), it is taken from the container, which still has it.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { askEngine, callEngine, engineSocket } from './docker-api.ts';
import { repository } from './node-modules.ts';

const file = join(repository, 'examples/platform/secrets/pg-password');
const volume = 'demo_pg-data';

interface Container {
  readonly Config: { readonly Env: readonly string[] };
}

/** The password that a container on the demo's data was made with. */
async function passwordInUse(socket: string): Promise<string | undefined> {
  const filters = encodeURIComponent(JSON.stringify({ volume: [volume] }));
  const { body } = await askEngine(socket, 'GET', `/containers/json?all=1&filters=${filters}`);
  for (const { Id } of JSON.parse(body) as { Id: string }[]) {
    const container = JSON.parse(
      (await askEngine(socket, 'GET', `/containers/${Id}/json`)).body,
    ) as Container;
    const entry = container.Config.Env.find((pair) => pair.startsWith('POSTGRES_PASSWORD='));
    if (entry !== undefined) return entry.slice('POSTGRES_PASSWORD='.length);
  }
  return undefined;
}

async function makeSecret(): Promise<void> {
  if (existsSync(file)) return;
  const socket = engineSocket();
  const known = await passwordInUse(socket);
  if (known === undefined && (await callEngine(socket, 'GET', `/volumes/${volume}`)).status === 200) {
    await askEngine(socket, 'DELETE', `/volumes/${volume}`);
    console.log(
      `  volume ${volume} of an earlier demo is removed: its password is lost, nothing could read it`,
    );
  }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${known ?? randomBytes(18).toString('base64url')}\n`, { mode: 0o600 });
}

await makeSecret();
