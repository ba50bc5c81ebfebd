// Which commit made a resource what it is now, as far back as revisions are stored. Pure.

import type { Commit } from '../../desired-state/commit.ts';
import { type Ref, type Resource, refOf, withoutPlaces } from '../../desired-state/resource.ts';
import { canonicalJson } from '../../desired-state/revision.ts';
import type { RevisionRecord } from '../store/store.ts';

/** `revisions` newest first. undefined: it came from no commit, or did so before all that is stored. */
export function changedBy(ref: Ref, revisions: readonly RevisionRecord[]): Commit | undefined {
  const [newest, ...older] = revisions;
  const now = newest === undefined ? undefined : contentIn(newest, ref);
  if (now === undefined) return undefined;
  let since = newest;
  for (const record of older) {
    if (contentIn(record, ref) !== now) return commitOf(since);
    since = record;
  }
  return commitOf(since);
}

function commitOf(record: RevisionRecord | undefined): Commit | undefined {
  return record?.revision.cameWith ?? record?.revision.commit;
}

function contentIn({ revision }: RevisionRecord, ref: Ref): string | undefined {
  const found = revision.resources.find((resource: Resource) => refOf(resource) === ref);
  return found === undefined ? undefined : canonicalJson(withoutPlaces(found));
}
