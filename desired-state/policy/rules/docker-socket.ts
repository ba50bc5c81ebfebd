// Whoever can write to the engine's socket is root on the host. A folder that holds the socket is as good as it, and so is a link or a volume that
// leads there.

import { hostPathsOf } from '../host-paths.ts';
import type { Rule } from '../rule.ts';

const sockets = /\/(docker|containerd|podman)\.sock$/;
const foldersOfSockets = new Set(['/', '/run', '/var/run', '/var', '/run/containerd', '/run/docker']);

export function holdsSocket(source: string): boolean {
  return sockets.test(source) || foldersOfSockets.has(source.replace(/(.)\/+$/, '$1'));
}

export const dockerSocket: Rule = {
  name: 'dockerSocket',
  words: "mounts the engine's socket: what is in there is root on the host, read-only or not",
  remedy: 'put a proxy between that lets through only the calls it needs, or do without the socket',
  standard: 'warn',
  check: (workload, settings) =>
    hostPathsOf(workload, settings).flatMap(({ written, real, named, detail, at }) => {
      if (!holdsSocket(written) && !holdsSocket(real)) return [];
      const found = holdsSocket(written) ? named : detail;
      return [{ detail: found, ...(at === undefined ? {} : { at }) }];
    }),
};
