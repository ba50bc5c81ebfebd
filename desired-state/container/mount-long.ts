// The long form of a mount: type, source, target and the options of each type.

import { type Mount, mountTypes } from '../container-spec.ts';
import type { MapNode, Node } from '../tree.ts';
import { propagations } from './mount-short.ts';
import { fieldOf, present, reject, type Scope } from './scope.ts';
import { flagOf, modeOf, quote, sizeOf, textMapOf, textOf, wordOf } from './values.ts';

type Options = Partial<Omit<Mount, 'type' | 'source' | 'target' | 'readOnly'>>;

/** What each type reads of its own options. */
const readers: Readonly<Record<Mount['type'], (scope: Scope, node: MapNode) => Options>> = {
  bind: bindOptions,
  volume: volumeOptions,
  tmpfs: tmpfsOptions,
  image: imageOptions,
  cluster: () => ({}),
  npipe: () => ({}),
};

export function longMount(scope: Scope, node: MapNode): Mount | undefined {
  const typeNode = fieldOf(node, 'type');
  const sourceNode = fieldOf(node, 'source');
  const type = textOf(typeNode);
  const source = textOf(sourceNode);
  const target = textOf(fieldOf(node, 'target'));
  if (typeNode === undefined || target === undefined) return undefined;
  if (!isSupported(type)) {
    const message = `mount type ${quote(typeNode)} is not supported, expected ${mountTypes.join(', ')}`;
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
    ...present({ source: source || undefined, readOnly, consistency: wordOf(fieldOf(node, 'consistency')) }),
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
  const recursiveNode = fieldOf(bind, 'recursive');
  const recursive = textOf(recursiveNode);
  if (recursiveNode && !isRecursive(recursive) && recursive !== 'enabled') {
    const message = `bad recursive ${quote(recursiveNode)}, expected enabled, disabled, writable or readonly`;
    reject(scope, recursiveNode, 'BadMount', message);
  }
  return {
    createHostPath: flagOf(scope, fieldOf(bind, 'create_host_path')) ?? true,
    ...present({
      propagation,
      recursive: isRecursive(recursive) ? recursive : undefined,
      selinux: selinuxOf(scope, fieldOf(bind, 'selinux')),
    }),
  };
}

function selinuxOf(scope: Scope, node: Node | undefined): Mount['selinux'] {
  const label = textOf(node);
  if (node === undefined) return undefined;
  if (label === 'z' || label === 'Z') return label;
  return reject(scope, node, 'BadMount', `bad selinux ${quote(node)}, expected z or Z`);
}

function volumeOptions(scope: Scope, node: MapNode): Options {
  const volume = fieldOf(node, 'volume') ?? node;
  // Compose keeps the label of a volume's short form under bind too.
  const bind = fieldOf(node, 'bind');
  return present({
    selinux: selinuxOf(scope, bind && fieldOf(bind, 'selinux')),
    noCopy: flagOf(scope, fieldOf(volume, 'nocopy')) || undefined,
    subpath: wordOf(fieldOf(volume, 'subpath')),
    labels: volume === node ? undefined : textMapOf(scope, fieldOf(volume, 'labels')),
  });
}

function imageOptions(_scope: Scope, node: MapNode): Options {
  const image = fieldOf(node, 'image');
  return present({ subpath: image && wordOf(fieldOf(image, 'subpath')) });
}

function isRecursive(text: string | undefined): text is NonNullable<Mount['recursive']> {
  return text === 'disabled' || text === 'writable' || text === 'readonly';
}

function tmpfsOptions(scope: Scope, node: MapNode): Options {
  const tmpfs = fieldOf(node, 'tmpfs') ?? node;
  return present({
    tmpfsSizeBytes: sizeOf(scope, fieldOf(tmpfs, 'size')),
    tmpfsMode: modeOf(scope, fieldOf(tmpfs, 'mode')),
  });
}
