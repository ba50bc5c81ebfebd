// Which version of the Engine API is spoken: the lower of theirs and ours, from 1.41 (Docker 20.10) on.

import { EngineError, ReeveError } from '../errors.ts';

const oldestSupported = '1.41';
/** Docker 28.3. Newer engines speak it too (29 refuses what is older than 1.44). */
const newestKnown = '1.51';

/** Negative, zero or positive, as for sorting. */
export function compareVersions(a: string, b: string): number {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number);
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number);
  return aMajor - bMajor || aMinor - bMinor;
}

/** The version to speak with an engine that announced `theirs`. */
export function negotiate(host: string, theirs: string): string {
  if (!/^\d+\.\d+$/.test(theirs)) {
    throw new ReeveError(`${host} does not answer as a Docker engine (API version "${theirs}")`);
  }
  if (compareVersions(theirs, oldestSupported) < 0) {
    throw new ReeveError(
      `the engine at ${host} speaks API ${theirs}; reeve needs ${oldestSupported} or newer`,
      {
        hint: 'upgrade the engine to Docker 20.10 or newer',
      },
    );
  }
  return compareVersions(theirs, newestKnown) < 0 ? theirs : newestKnown;
}

/** Says in words what an older engine lacks, instead of letting it drop the setting silently. */
export function requireVersion(api: string, since: string, docker: string, what: string): void {
  if (compareVersions(api, since) >= 0) return;
  throw new EngineError(`${what} needs Docker ${docker} (API ${since}); this engine speaks API ${api}`, {
    code: 400,
    reason: 'EngineTooOld',
    hint: `remove it or upgrade the engine to Docker ${docker}`,
  });
}
