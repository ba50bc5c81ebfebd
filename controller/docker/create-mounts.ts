// A container's mounts in the engine's form. Pure.
// Two forms are needed: `Binds` makes a missing host folder (Compose's short syntax), `Mounts` refuses it (long syntax).

import type { Mount } from '../../desired-state/container-spec.ts';
import { EngineError } from '../errors.ts';
import type { RawMount } from './api.ts';
import { compareVersions, requireVersion } from './version.ts';

/** Only a volume that the engine made silently for a create of ours carries it: labels of a mount go to new volumes alone. */
export const silentVolumeLabel = 'reeve.made-silently';

export interface MountContext {
  readonly apiVersion: string;
  /** Manifest name → engine name. */
  readonly volumeNames: Readonly<Record<string, string>>;
  /** Anonymous volumes of a predecessor: target → engine volume. */
  readonly inheritVolumes: Readonly<Record<string, string>>;
  /** Engine names that must not be made anew. */
  readonly mustExist: readonly string[];
}

interface CreateMount extends RawMount {
  Target: string;
  VolumeOptions?: { NoCopy?: boolean; Labels?: Record<string, string>; Subpath?: string };
}

/** `HostConfig.Binds` and `HostConfig.Mounts` for these mounts. */
export function createMounts(
  mounts: readonly Mount[],
  context: MountContext,
): { readonly Binds: string[]; readonly Mounts: CreateMount[]; readonly Tmpfs?: Record<string, string> } {
  const Tmpfs: Record<string, string> = {};
  const Binds: string[] = [];
  const Mounts: CreateMount[] = [];
  for (const mount of mounts) {
    if (mount.type === 'tmpfs' && mount.tmpfsOptions !== undefined) {
      Tmpfs[mount.target] = mount.tmpfsOptions;
    } else if (mount.type === 'bind' && isShort(mount)) {
      Binds.push(bindText(mount));
    } else if (mount.type === 'bind') {
      Mounts.push(bindMount(mount, context));
    } else if (mount.type === 'tmpfs') {
      Mounts.push(tmpfsMount(mount));
    } else if (mount.type === 'volume' && mount.selinux !== undefined && mount.source !== undefined) {
      Binds.push(bindText({ ...mount, source: context.volumeNames[mount.source] ?? mount.source }));
    } else if (mount.type === 'volume') {
      Mounts.push(volumeMount(mount, context));
    } else {
      Mounts.push(otherMount(mount, context));
    }
  }
  const declared = new Set(mounts.map((m) => m.target));
  for (const [target, volume] of Object.entries(context.inheritVolumes)) {
    if (!declared.has(target)) Mounts.push({ Type: 'volume', Source: volume, Target: target });
  }
  return { Binds, Mounts, ...(Object.keys(Tmpfs).length === 0 ? {} : { Tmpfs }) };
}

/** SELinux labels are words of the short form alone; what only the long form can say needs that. */
function isShort(mount: Mount): boolean {
  if (mount.selinux !== undefined) return !hasColon(mount);
  return mount.createHostPath === true && mount.recursive === undefined && !hasColon(mount);
}

function hasColon(mount: Mount): boolean {
  return mount.target.includes(':') || (mount.source ?? '').includes(':');
}

function bindText(mount: Mount): string {
  const options = [
    ...(mount.readOnly === true ? ['ro'] : []),
    ...(mount.noCopy === true ? ['nocopy'] : []),
    ...(mount.selinux === undefined ? [] : [mount.selinux]),
    ...(mount.propagation === undefined ? [] : [mount.propagation]),
  ];
  return [mount.source ?? '', mount.target, ...(options.length > 0 ? [options.join(',')] : [])].join(':');
}

function bindMount(mount: Mount, { apiVersion }: MountContext): CreateMount {
  const make = mount.createHostPath === true;
  if (mount.recursive !== undefined && mount.recursive !== 'disabled') {
    requireVersion(apiVersion, '1.44', '25', 'bind.recursive');
  }
  if (make && hasColon(mount) && compareVersions(apiVersion, '1.42') < 0) {
    throw new EngineError(
      `the mount ${mount.source} → ${mount.target} has a colon in a path, and this engine (API ${apiVersion}) ` +
        'cannot make such a host folder',
      {
        code: 400,
        reason: 'EngineTooOld',
        hint: `make it: mkdir -p '${mount.source}', or use the long syntax`,
      },
    );
  }
  const options = {
    ...(mount.propagation === undefined ? {} : { Propagation: mount.propagation }),
    ...(make && compareVersions(apiVersion, '1.42') >= 0 ? { CreateMountpoint: true } : {}),
    ...(mount.recursive === undefined ? {} : { [recursiveOptions[mount.recursive]]: true }),
  };
  return {
    Type: 'bind',
    Source: mount.source ?? '',
    Target: mount.target,
    ...(mount.readOnly === true ? { ReadOnly: true } : {}),
    ...(mount.consistency === undefined ? {} : { Consistency: mount.consistency }),
    ...(Object.keys(options).length === 0 ? {} : { BindOptions: options }),
  };
}

const recursiveOptions = {
  disabled: 'NonRecursive',
  writable: 'ReadOnlyNonRecursive',
  readonly: 'ReadOnlyForceRecursive',
} as const;

/** Of newer engines, or of other systems: the engine says what it cannot do. */
function otherMount(mount: Mount, { apiVersion }: MountContext): CreateMount {
  if (mount.type === 'image') requireVersion(apiVersion, '1.48', '28', 'a mount of an image');
  return {
    Type: mount.type,
    ...(mount.source === undefined ? {} : { Source: mount.source }),
    Target: mount.target,
    ...(mount.readOnly === true ? { ReadOnly: true } : {}),
    ...(mount.subpath === undefined ? {} : { ImageOptions: { Subpath: mount.subpath } }),
  };
}

function tmpfsMount(mount: Mount): CreateMount {
  const options = {
    ...(mount.tmpfsSizeBytes === undefined ? {} : { SizeBytes: mount.tmpfsSizeBytes }),
    ...(mount.tmpfsMode === undefined ? {} : { Mode: mount.tmpfsMode }),
  };
  return {
    Type: 'tmpfs',
    Target: mount.target,
    ...(mount.readOnly === true ? { ReadOnly: true } : {}),
    ...(Object.keys(options).length === 0 ? {} : { TmpfsOptions: options }),
  };
}

function volumeMount(mount: Mount, context: MountContext): CreateMount {
  const named = mount.source === undefined ? undefined : (context.volumeNames[mount.source] ?? mount.source);
  const source = named ?? context.inheritVolumes[mount.target];
  if (mount.subpath !== undefined) requireVersion(context.apiVersion, '1.45', '26', 'volume.subpath');
  const labels = {
    ...mount.labels,
    ...(named !== undefined && context.mustExist.includes(named) ? { [silentVolumeLabel]: 'true' } : {}),
  };
  const options = {
    ...(mount.noCopy === true ? { NoCopy: true } : {}),
    ...(mount.subpath === undefined ? {} : { Subpath: mount.subpath }),
    ...(Object.keys(labels).length === 0 ? {} : { Labels: labels }),
  };
  return {
    Type: 'volume',
    ...(source === undefined ? {} : { Source: source }),
    Target: mount.target,
    ...(mount.readOnly === true ? { ReadOnly: true } : {}),
    ...(Object.keys(options).length === 0 ? {} : { VolumeOptions: options }),
  };
}
