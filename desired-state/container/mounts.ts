// Mounts: volumes in short and long form, tmpfs, and the check that no two share a target.
// Says which of them name a volume and which bind a file beside the manifest; does not look at the host.

import { posix } from 'node:path';
import type { Mount } from '../container-spec.ts';
import type { Position } from '../diagnostic.ts';
import type { MapNode, Node } from '../tree.ts';
import { apiSocketMount } from './api-socket.ts';
import { longMount } from './mount-long.ts';
import { shortMount } from './mount-short.ts';
import { hostPath, isRelative } from './paths.ts';
import { reject, type Scope, take } from './scope.ts';
import { tmpfsMount } from './tmpfs.ts';
import { itemsOf } from './values.ts';

export interface BindFile {
  /** Absolute. */
  readonly path: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly position: Position;
}

export interface Mounts {
  readonly mounts: readonly Mount[];
  readonly volumes: readonly { readonly name: string; readonly position: Position }[];
  readonly bindFiles: readonly BindFile[];
}

export function mountsOf(scope: Scope, node: MapNode): Mounts {
  const byTarget = new Map<string, Mount>();
  const volumes: { name: string; position: Position }[] = [];
  const bindFiles: BindFile[] = [];
  const add = (item: Node, written: Mount | undefined): void => {
    if (written === undefined) return;
    const target = targetOf(scope, item, written.target);
    if (target === undefined) return;
    if (byTarget.has(target)) {
      reject(scope, item, 'DuplicateMount', `${target} is mounted already, expected one mount a path`);
      return;
    }
    const relative = written.type === 'bind' && isRelative(written.source ?? '');
    const source = written.type === 'bind' ? hostPath(scope, written.source ?? '') : written.source;
    byTarget.set(target, { ...written, target, ...(source === undefined ? {} : { source }) });
    scope.positions[`mounts.${target}`] = item.position;
    if (written.type === 'volume' && source !== undefined)
      volumes.push({ name: source, position: item.position });
    if (relative && source !== undefined) {
      bindFiles.push({ path: source, target, readOnly: written.readOnly === true, position: item.position });
    }
  };
  // Of a clash the volume is told, as by Compose.
  for (const item of itemsOf(take(scope, node, 'tmpfs', 'tmpfs'))) add(item, tmpfsMount(item));
  const inMemory = [...byTarget.values()];
  for (const item of itemsOf(take(scope, node, 'volumes', 'mounts'))) {
    add(item, item.kind === 'map' ? longMount(scope, item) : shortMount(scope, item));
  }
  const socket = apiSocketMount(scope, node, (target) => byTarget.has(target));
  if (socket !== undefined) add(socket.node, socket.mount);
  const others = [...byTarget.values()].slice(inMemory.length);
  return { mounts: [...others, ...inMemory], volumes, bindFiles };
}

function targetOf(scope: Scope, item: Node, written: string): string | undefined {
  if (!written.startsWith('/')) {
    const message = `bad mount target ${JSON.stringify(written)}, expected an absolute path in the container`;
    return reject(scope, item, 'BadMount', message);
  }
  const clean = posix.normalize(written).replace(/(.)\/$/, '$1');
  if (clean !== '/') return clean;
  return reject(scope, item, 'BadMount', 'bad mount target "/", expected a path below the root');
}
