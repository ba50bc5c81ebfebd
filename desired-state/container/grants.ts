// Configs and secrets that a container gets as files: by name, and at which path.

import type { Position } from '../diagnostic.ts';
import type { Node } from '../tree.ts';
import { fieldOf, present, reject, type Scope } from './scope.ts';
import { integerOf, itemsOf, modeOf, textOf } from './values.ts';

export interface Grant {
  readonly name: string;
  /** Absolute path in the container. */
  readonly target: string;
  /** Of the file that is put in; a file that is mounted keeps its own, as with Compose. */
  readonly uid?: number;
  readonly gid?: number;
  readonly mode?: number;
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
  const id = (key: string) => integerOf(scope, fieldOf(item, key), { min: 0, max: 2 ** 32 - 2 });
  return {
    name,
    target: target.startsWith('/') ? target : `${folder}${target}`,
    ...present({ uid: id('uid'), gid: id('gid'), mode: modeOf(scope, fieldOf(item, 'mode')) }),
    position: source.position,
  };
}
