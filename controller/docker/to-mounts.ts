// Mounts of an inspected container in the manifest's form. Pure. Sources are engine names.

import type { Mount } from '../../desired-state/container-spec.ts';
import {
  isAnonymousVolume,
  type RawHostConfig,
  type RawInspect,
  type RawMount,
  type RawMountPoint,
} from './api.ts';
import { silentVolumeLabel } from './create-mounts.ts';

/** What is mounted, whichever of the engine's forms asked for it; sorted by target. */
export function toMounts(raw: RawInspect): Mount[] {
  const host = raw.HostConfig ?? {};
  const points = ownMounts(raw).map((point) => pointMount(point, host));
  const short = Object.entries(host.Tmpfs ?? {}).map(([target, options]) => tmpfsText(target, options));
  return [...points.filter((m) => m !== undefined), ...short].sort((a, b) => (a.target < b.target ? -1 : 1));
}

/** Without those that come from another container by `volumes_from`: they are that one's. */
function ownMounts(raw: RawInspect): readonly RawMountPoint[] {
  const { VolumesFrom, Binds, Mounts } = raw.HostConfig ?? {};
  const all = raw.Mounts ?? [];
  if (!VolumesFrom?.length) return all;
  const asked = new Set([
    ...(Binds ?? []).map((bind) => bind.split(':')[1]),
    ...(Mounts ?? []).map((mount) => mount.Target),
    ...Object.keys(raw.Config?.Volumes ?? {}),
  ]);
  return all.filter((point) => asked.has(point.Destination ?? ''));
}

/** Anonymous volumes by target: to move along in a recreate. */
export function anonymousVolumes(raw: RawInspect): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { Type, Name, Destination } of ownMounts(raw)) {
    if (Type === 'volume' && Name && Destination && isAnonymousVolume(Name)) found[Destination] = Name;
  }
  return found;
}

function pointMount(point: RawMountPoint, host: RawHostConfig): Mount | undefined {
  const target = point.Destination ?? '';
  const asked = (host.Mounts ?? []).find((m) => m.Target === target);
  const readOnly = point.RW === false ? { readOnly: true } : {};
  switch (point.Type) {
    case 'bind': {
      // The engine cannot be asked whether it made the host folder; short syntax is the one that may.
      const short = asked === undefined || asked.BindOptions?.CreateMountpoint === true;
      return {
        type: 'bind',
        source: point.Source ?? '',
        target,
        ...readOnly,
        ...propagationOf(point, asked),
        ...recursiveOf(asked),
        ...selinuxOf(point),
        ...(short ? { createHostPath: true } : {}),
      };
    }
    case 'volume': {
      const name = point.Name ?? '';
      const noCopy =
        asked?.VolumeOptions?.NoCopy === true || (point.Mode ?? '').split(',').includes('nocopy');
      return {
        type: 'volume',
        ...(name === '' || isAnonymousVolume(name) ? {} : { source: name }),
        target,
        ...readOnly,
        ...(noCopy ? { noCopy: true } : {}),
        ...labelsOf(asked),
        ...(asked?.VolumeOptions?.Subpath ? { subpath: asked.VolumeOptions.Subpath } : {}),
        ...selinuxOf(point),
      };
    }
    case 'tmpfs': {
      const size = asked?.TmpfsOptions?.SizeBytes;
      const mode = asked?.TmpfsOptions?.Mode;
      return {
        type: 'tmpfs',
        target,
        ...readOnly,
        ...(size ? { tmpfsSizeBytes: size } : {}),
        ...(mode ? { tmpfsMode: mode } : {}),
      };
    }
    case 'image':
    case 'cluster':
    case 'npipe':
      return {
        type: point.Type,
        source: asked?.Source ?? point.Source ?? '',
        target,
        ...readOnly,
        ...(asked?.ImageOptions?.Subpath ? { subpath: asked.ImageOptions.Subpath } : {}),
      };
    default:
      return undefined;
  }
}

/** Where nobody asked for one, the engine makes a mount of its own root folder, or of one above it, `rslave`. */
function propagationOf(point: RawMountPoint, asked: RawMount | undefined): Pick<Mount, 'propagation'> {
  const written =
    asked === undefined
      ? (point.Mode ?? '').split(',').find((word) => /^r?(?:private|shared|slave)$/.test(word))
      : asked.BindOptions?.Propagation;
  return written && written !== 'rprivate' ? { propagation: written } : {};
}

function recursiveOf(asked: RawMount | undefined): Pick<Mount, 'recursive'> {
  const { NonRecursive, ReadOnlyNonRecursive, ReadOnlyForceRecursive } = asked?.BindOptions ?? {};
  if (NonRecursive) return { recursive: 'disabled' };
  if (ReadOnlyNonRecursive) return { recursive: 'writable' };
  return ReadOnlyForceRecursive ? { recursive: 'readonly' } : {};
}

/** Of the volume that the mount makes; the mark of a create of ours is none of the manifest's. */
function labelsOf(asked: RawMount | undefined): Pick<Mount, 'labels'> {
  const { [silentVolumeLabel]: _, ...labels } = asked?.VolumeOptions?.Labels ?? {};
  return Object.keys(labels).length === 0 ? {} : { labels };
}

/** The engine shows `z` also for a volume of its own that nobody asked to have relabelled. */
function selinuxOf({ Type, Mode }: RawMountPoint): Pick<Mount, 'selinux'> {
  const words = (Mode ?? '').split(',');
  if (words.includes('Z')) return { selinux: 'Z' };
  return Type === 'bind' && words.includes('z') ? { selinux: 'z' } : {};
}

/** `HostConfig.Tmpfs`: what `docker run --tmpfs` and Compose's short syntax leave. */
function tmpfsText(target: string, options: string): Mount {
  return { type: 'tmpfs', target, tmpfsOptions: options };
}
