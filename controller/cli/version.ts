// The version of this reeve, as its package says.

import { readFile } from 'node:fs/promises';

export async function version(): Promise<string> {
  // Built, the package file is one folder further up.
  for (const place of ['../../package.json', '../../../package.json']) {
    try {
      const found: unknown = JSON.parse(await readFile(new URL(place, import.meta.url), 'utf8'));
      if (found !== null && typeof found === 'object' && 'version' in found) return String(found.version);
    } catch {
      // Not there: the next place.
    }
  }
  return 'unknown';
}
