// Folders of the host outside those that are allowed. The engine's socket has a rule of its own.

import { placeOf, type Rule } from '../rule.ts';
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
  check: (workload, { allowedMounts }) =>
    workload.container.mounts.flatMap(({ type, source, target }) => {
      if (type !== 'bind' || source === undefined || harmless.has(source) || holdsSocket(source)) return [];
      if (allowedMounts.some((folder) => isUnder(source, folder))) return [];
      return [{ detail: source, ...placeOf(workload, `mounts.${target}`) }];
    }),
};
