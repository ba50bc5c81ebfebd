// The attributes of a service, as the official Compose schema lists them.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export async function serviceKeys(): Promise<readonly string[]> {
  const path = join(import.meta.dirname, '../../desired-state/compose/schema/compose-spec.json');
  const schema = JSON.parse(await readFile(path, 'utf8')) as {
    $defs: { service: { properties: object } };
  };
  return Object.keys(schema.$defs.service.properties);
}
