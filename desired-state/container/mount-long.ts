// The long form of a mount: type, source, target and the options of each type.

import type { Mount } from '../resource.ts';
import type { MapNode, Node } from '../tree.ts';
import { propagations } from './mount-short.ts';
import { fieldOf, present, reject, type Scope, warn } from './scope.ts';
import { flagOf, modeOf, quote, sizeOf, textOf } from './values.ts';

type Options = Pick<Mount, 'propagation' | 'createHostPath' | 'noCopy' | 'tmpfsSizeBytes' | 'tmpfsMode'>;

/** What each supported type reads of its own options. */
const readers: Readonly<Record<Mount['type'], (scope: Scope, node: MapNode) => Options>> = {
  bind: bindOptions,
  volume: volumeOptions,
  tmpfs: tmpfsOptions,
};

export function longMount(scope: Scope, node: MapNode): Mount | undefined {
  const typeNode = fieldOf(node, 'type');
  const sourceNode = fieldOf(node, 'source');
  const type = textOf(typeNode);
  const source = textOf(sourceNode);
  const target = textOf(fieldOf(node, 'target'));
  if (typeNode === undefined || target === undefined) return undefined;
  if (!isSupported(type)) {
    const message = `mount type ${quote(typeNode)} is not supported, expected bind, volume or tmpfs`;
    return reject(scope, typeNode, 'Unsupported', message);
  }
  if (type === 'bind' && !source)
    return reject(scope, node, 'BadMount', 'a bind mount needs a source, expected a host path');
  if (type === 'tmpfs' && sourceNode) {
    return reject(scope, sourceNode, 'BadMount', 'a tmpfs has no source, expected none');
  }
  const readOnly = flagOf(scope, fieldOf(node, 'read_only')) || undefined;
  return {
    type,
    target,
    ...present({ source: source || undefined, readOnly }),
    ...readers[type](scope, node),
  };
}

function isSupported(type: string | undefined): type is Mount['type'] {
  return type !== undefined && Object.hasOwn(readers, type);
}

function bindOptions(scope: Scope, node: MapNode): Options {
  const bind = fieldOf(node, 'bind') ?? node;
  const propagationNode = fieldOf(bind, 'propagation');
  const propagation = textOf(propagationNode);
  if (propagationNode && propagation !== undefined && !propagations.includes(propagation)) {
    const message = `bad propagation ${quote(propagationNode)}, expected ${propagations.join(', ')}`;
    reject(scope, propagationNode, 'BadMount', message);
  }
  ignore(scope, bind, ['recursive', 'selinux']);
  return {
    createHostPath: flagOf(scope, fieldOf(bind, 'create_host_path')) ?? true,
    ...present({ propagation }),
  };
}

function volumeOptions(scope: Scope, node: MapNode): Options {
  const volume = fieldOf(node, 'volume') ?? node;
  const subpath = fieldOf(volume, 'subpath');
  if (subpath)
    reject(scope, subpath, 'Unsupported', 'volume.subpath is not supported; mount the whole volume');
  if (volume !== node) ignore(scope, volume, ['labels']);
  return present({ noCopy: flagOf(scope, fieldOf(volume, 'nocopy')) || undefined });
}

function tmpfsOptions(scope: Scope, node: MapNode): Options {
  const tmpfs = fieldOf(node, 'tmpfs') ?? node;
  return present({
    tmpfsSizeBytes: sizeOf(scope, fieldOf(tmpfs, 'size')),
    tmpfsMode: modeOf(scope, fieldOf(tmpfs, 'mode')),
  });
}

function ignore(scope: Scope, node: Node, keys: readonly string[]): void {
  for (const key of keys) {
    const child = fieldOf(node, key);
    if (child) warn(scope, child, 'Unsupported', `mount option ${key} is not acted on yet`);
  }
}
