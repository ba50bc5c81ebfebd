// Jobs whose work went with a volume: they were done before it was made anew, and are not run again by themselves. Pure.

import {
  isWorkload,
  type Ref,
  type Resource,
  type Volume,
  type Workload,
} from '../desired-state/resource.ts';
import type { Facts } from './facts.ts';

type Declared = ReadonlyMap<Ref, Resource>;

/** The volumes that a job may have put something into: its own, those of what it depends on, and of jobs before it. */
export function volumesOfJob(job: Workload, declared: Declared): readonly Volume[] {
  const found = new Set(mountedBy(job, declared));
  for (const { on, condition } of job.dependsOn) {
    const other = declared.get(on);
    if (other === undefined || !isWorkload(other)) continue;
    // What must have completed is a job itself: what it did stands or falls with the same volumes.
    const volumes = condition === 'completed' ? volumesOfJob(other, declared) : mountedBy(other, declared);
    for (const volume of volumes) found.add(volume);
  }
  return [...found];
}

/** Names of those that were made after the job was done; none where it is not done. */
export function madeSinceDone(ref: Ref, declared: Declared, facts: Facts): readonly string[] {
  const job = declared.get(ref);
  const done = facts.completed[ref];
  if (done === undefined || job === undefined || !isWorkload(job)) return [];
  const isNewer = ({ engineName }: Volume) => (facts.volumesSeen[engineName]?.createdAt ?? 0) > done.at;
  return volumesOfJob(job, declared)
    .filter(isNewer)
    .map(({ name }) => name);
}

function mountedBy({ container }: Workload, declared: Declared): readonly Volume[] {
  return container.mounts.flatMap((mount) => {
    const volume =
      mount.type === 'volume' && mount.source ? declared.get(`Volume/${mount.source}`) : undefined;
    return volume?.kind === 'Volume' ? [volume] : [];
  });
}
