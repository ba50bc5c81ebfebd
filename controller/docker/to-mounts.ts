// Mounts of an inspected container in the manifest's form. Pure. Sources are engine names.

import type { Mount } from '../../desired-state/resource.ts';
import { isAnonymousVolume, type RawHostConfig, type RawInspect, type RawMountPoint } from './api.ts';

/** What is mounted, whichever of the engine's forms asked for it; sorted by target. */
export function toMounts(raw: RawInspect): Mount[] {
  const host = raw.HostConfig ?? {};
  const points = (raw.Mounts ?? []).map((point) => pointMount(point, host));
  const short = Object.entries(host.Tmpfs ?? {}).map(([target, options]) => tmpfsText(target, options));
  return [...points.filter((m) => m !== undefined), ...short].sort((a, b) => (a.target < b.target ? -1 : 1));
}

/** Anonymous volumes by target: to move along in a recreate. */
export function anonymousVolumes(raw: RawInspect): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { Type, Name, Destination } of raw.Mounts ?? []) {
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
        ...(point.Propagation && point.Propagation !== 'rprivate' ? { propagation: point.Propagation } : {}),
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
    default:
      return undefined;
  }
}

const unitBytes: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** `HostConfig.Tmpfs`: what `docker run --tmpfs` and Compose's short syntax leave. */
function tmpfsText(target: string, options: string): Mount {
  const size = /(?:^|,)size=(\d+)([kmg]?)/i.exec(options);
  const mode = /(?:^|,)mode=([0-7]+)/.exec(options)?.[1];
  const bytes = size === null ? 0 : Number(size[1]) * (unitBytes[(size[2] ?? '').toLowerCase()] ?? 1);
  return {
    type: 'tmpfs',
    target,
    ...(options.split(',').includes('ro') ? { readOnly: true } : {}),
    ...(bytes === 0 ? {} : { tmpfsSizeBytes: bytes }),
    ...(mode === undefined ? {} : { tmpfsMode: Number.parseInt(mode, 8) }),
  };
}
