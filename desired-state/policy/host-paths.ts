// Which paths of the host a workload gets: by bind mounts, and by volumes that are a bind or a disk under another name.
// Pure: where links really lead was found by the load (Revision.realPaths).

import { resolve } from 'node:path';
import type { Position } from '../diagnostic.ts';
import { isWorkload, type Resource, type Volume, type Workload } from '../resource.ts';
import { placeOf, type RuleSettings } from './rule.ts';

export interface HostPath {
  /** As the manifest has it, absolute. */
  readonly written: string;
  /** Where that leads once its links are followed. */
  readonly real: string;
  /** How reports name it: what is written, and the volume by which it comes. */
  readonly named: string;
  /** That, and where it leads. */
  readonly detail: string;
  /** Where it is asked for: the mount, or the volume's device. */
  readonly at?: Position;
}

export function hostPathsOf(workload: Workload, { volumes, realPath }: RuleSettings): HostPath[] {
  const found = (written: string, by: string, at: { readonly at?: Position }): HostPath => {
    const real = realPath(written);
    const named = `${written}${by}`;
    return { written, real, named, detail: real === written ? named : `${named} → ${real}`, ...at };
  };
  return workload.container.mounts.flatMap(({ type, source, target }) => {
    if (source === undefined) return [];
    if (type === 'bind') return [found(source, '', placeOf(workload, `mounts.${target}`))];
    const volume = type === 'volume' ? volumes.get(source) : undefined;
    if (volume === undefined) return [];
    const at = volume.positions?.['driverOpts.device'] ?? volume.position;
    return devicesOf(volume).map((device) => found(device, ` (volume ${volume.name})`, { at }));
  });
}

/** Their device is a name in the network. */
const networkTypes = new Set(['nfs', 'nfs4', 'cifs', 'smb3']);

/** What of the host a volume of the engine's own driver shows: the folder that it binds, its disk, the layers of an overlay. */
function devicesOf({ driver = 'local', driverOpts }: Volume): string[] {
  if (driver !== 'local') return [];
  const { type = '', o = '', device = '' } = driverOpts;
  const options = o.split(',').map((option) => option.trim());
  const isBind = options.some((option) => option === 'bind' || option === 'rbind');
  if (isBind) return device === '' ? [] : [resolve('/', device)];
  const layers = options.flatMap((option) =>
    /^(?:lower|upper|work)dir=/.test(option) ? option.slice(option.indexOf('=') + 1).split(':') : [],
  );
  const isDisk = device.startsWith('/') && !networkTypes.has(type);
  return [...(isDisk ? [device] : []), ...layers]
    .filter((path) => path.startsWith('/'))
    .map((path) => resolve(path));
}

/** All paths of the host that these resources ask for. */
export function judgedPaths(resources: readonly Resource[]): string[] {
  return resources.flatMap((resource) => {
    if (resource.kind === 'Volume') return devicesOf(resource);
    if (!isWorkload(resource)) return [];
    return resource.container.mounts.flatMap(({ type, source }) =>
      type === 'bind' && source !== undefined ? [source] : [],
    );
  });
}
