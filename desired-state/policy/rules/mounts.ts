// Folders and disks of the host outside those that are allowed, by whatever name they come. The engine's socket has a rule of its own.

import { hostPathsOf } from '../host-paths.ts';
import type { Rule } from '../rule.ts';
import { holdsSocket } from './docker-socket.ts';

/** Time zone files, which nearly everybody mounts and which give nothing away. */
const harmless = new Set(['/etc/localtime', '/etc/timezone']);

function isUnder(path: string, folder: string): boolean {
  const base = folder.replace(/\/+$/, '');
  return path === base || path.startsWith(`${base}/`);
}

export const mounts: Rule = {
  name: 'mounts',
  words: 'mounts folders of the host outside the allowed ones',
  remedy: "use a named volume, or allow the folder in policy.allowedMounts (the manifests' own are allowed)",
  standard: 'warn',
  check: (workload, settings) =>
    hostPathsOf(workload, settings).flatMap(({ written, real, detail, at }) => {
      if (harmless.has(written) || holdsSocket(written) || holdsSocket(real)) return [];
      if (settings.allowedMounts.some((folder) => isUnder(real, folder))) return [];
      return [{ detail, ...(at === undefined ? {} : { at }) }];
    }),
};
