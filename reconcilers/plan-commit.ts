// What a plan tells of the commit that it is for: its words, and which of its files and of the data folders beside them the
// workloads mount that the plan touches. Pure.

import { commitWords } from '../desired-state/commit.ts';
import { isWorkload, type Ref, refOf } from '../desired-state/resource.ts';
import type { Revision } from '../desired-state/revision.ts';
import type { PlanCommit, Step } from './plan.ts';

/** undefined: the revision is from no commit. */
export function planCommit(revision: Revision, steps: readonly Step[]): PlanCommit | undefined {
  const { commit, lives } = revision;
  if (commit === undefined) return undefined;
  const touched = new Set<Ref>(steps.map((step) => step.ref));
  const files = new Map<string, Ref[]>();
  const folders = new Map<string, Ref[]>();
  const data = new Set(lives?.dataFolders);
  for (const workload of revision.resources.filter(isWorkload)) {
    const ref = refOf(workload);
    if (!touched.has(ref)) continue;
    for (const { type, source } of workload.container.mounts) {
      if (type !== 'bind' || source === undefined) continue;
      if (data.has(source)) add(folders, source, ref);
      else if (lives !== undefined && isIn(source, lives.at)) add(files, pathInCommit(source, revision), ref);
    }
  }
  return { words: commitWords(commit), files: listed(files), dataFolders: listed(folders) };
}

/** A path of the host as the repository has it; others as they are. */
export function pathInCommit(path: string, { lives }: Pick<Revision, 'lives'>): string {
  return lives !== undefined && isIn(path, lives.at) ? path.slice(lives.at.length + 1) : path;
}

function isIn(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

function add(map: Map<string, Ref[]>, path: string, ref: Ref): void {
  const refs = map.get(path);
  if (refs === undefined) map.set(path, [ref]);
  else if (!refs.includes(ref)) refs.push(ref);
}

function listed(map: ReadonlyMap<string, readonly Ref[]>): { path: string; refs: readonly Ref[] }[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, refs]) => ({ path, refs }));
}
