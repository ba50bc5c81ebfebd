// dockerode without what it loads at once and reeve never calls: gRPC for the sessions of its BuildKit builds, and ssh2
// (reeve goes through the system's own ssh, see ssh.ts). Both are loaded when they are called after all. That is 50 of
// the 85 ms and 22 of the 35 MB that importing dockerode costs every command (docs/decisions/0007-speed.md).

import { createRequire } from 'node:module';

const ours = createRequire(import.meta.url);
const theirs = createRequire(ours.resolve('dockerode'));

/** A module that exports one function, found in the cache before it is loaded. */
function loadWhenCalled(request: string): void {
  const id = theirs.resolve(request);
  const stand = (...args: readonly unknown[]): unknown => {
    delete theirs.cache[id];
    return (theirs(id) as (...args: readonly unknown[]) => unknown)(...args);
  };
  theirs.cache[id] ??= { id, filename: id, loaded: true, exports: stand } as NodeJS.Module;
}

loadWhenCalled('./session');
loadWhenCalled('docker-modem/lib/ssh');

export const Docker = ours('dockerode') as typeof import('dockerode');
