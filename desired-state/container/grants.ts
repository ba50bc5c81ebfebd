// Configs and secrets that a container gets as files: by name, and at which path.

import type { Position } from '../diagnostic.ts';
import type { Node } from '../tree.ts';
import { fieldOf, reject, type Scope, warn } from './scope.ts';
import { itemsOf, textOf } from './values.ts';

export interface Grant {
  readonly name: string;
  /** Absolute path in the container. */
  readonly target: string;
  readonly position: Position;
}

/** `folder`: where a target that is a bare name goes. */
export function grantsOf(scope: Scope, node: Node | undefined, folder: '/run/secrets/' | '/'): Grant[] {
  const byTarget = new Map<string, Grant>();
  for (const item of itemsOf(node)) {
    const grant = grantOf(scope, item, folder);
    if (grant === undefined) continue;
    if (byTarget.has(grant.target)) {
      reject(scope, item, 'DuplicateMount', `${grant.target} is taken already, expected one file a path`);
    } else byTarget.set(grant.target, grant);
  }
  return [...byTarget.values()];
}

function grantOf(scope: Scope, item: Node, folder: string): Grant | undefined {
  const source = item.kind === 'map' ? fieldOf(item, 'source') : item;
  const name = textOf(source);
  if (source === undefined || name === undefined) return undefined;
  const target = (item.kind === 'map' ? textOf(fieldOf(item, 'target')) : undefined) ?? name;
  for (const key of item.kind === 'map' ? ['uid', 'gid', 'mode'] : []) {
    const child = fieldOf(item, key);
    if (child) warn(scope, child, 'Unsupported', `${key} of a config or secret is not acted on yet`);
  }
  return { name, target: target.startsWith('/') ? target : `${folder}${target}`, position: source.position };
}
