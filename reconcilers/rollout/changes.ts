// Which workloads a new revision changes, and what each is until its wave comes. Pure.

import { isWorkload, type Ref, refOf, type Workload } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import { specHash } from '../spec-hash.ts';
import { withKeptImage } from './aim.ts';
import { begunOf, type RolloutContext } from './context.ts';

/** A workload as it is before its wave, and the revision that it has this form of. */
export interface Form {
  readonly revision: string;
  readonly workload: Workload;
}

/** All workloads as `revision` has them. */
export function formsOf({ id, resources }: Revision): ReadonlyMap<Ref, Form> {
  return new Map(resources.filter(isWorkload).map((w) => [refOf(w), { revision: id, workload: w }]));
}

/** As a rollout on its way has left them: in their new form where their wave has begun, else in the one they had. */
export function formsUnderWay(
  context: RolloutContext,
  known: ReadonlyMap<string, Revision>,
): ReadonlyMap<Ref, Form> {
  const revision = known.get(context.revision);
  const before = known.get(context.before);
  const forms = new Map(before === undefined ? [] : formsOf(before));
  if (revision === undefined) return forms;
  const { waves, keptImages = {} } = context;
  const waiting = new Set(waves.flatMap((w) => w.refs));
  for (const ref of begunOf(context)) waiting.delete(ref);
  for (const [ref, form] of formsOf(revision)) if (!waiting.has(ref)) forms.set(ref, form);
  for (const ref of waiting) {
    const old = known.get(context.forms[ref] ?? '')?.resources.find((r) => refOf(r) === ref);
    if (old === undefined || !isWorkload(old)) forms.delete(ref);
    else forms.set(ref, { revision: context.forms[ref] ?? '', workload: withKeptImage(old, keptImages) });
  }
  return forms;
}

/** What of `next` is made anew or in place: another spec, another build, or not there before. */
export function changedRefs(next: Revision, forms: ReadonlyMap<Ref, Form>): ReadonlySet<Ref> {
  const changed = next.resources.filter(isWorkload).filter((workload) => {
    const form = forms.get(refOf(workload));
    return form === undefined || formHash(form.workload) !== formHash(workload);
  });
  return new Set(changed.map(refOf));
}

function formHash(workload: Workload): string {
  return `${specHash(workload)} ${workload.build?.hash ?? ''}`;
}
