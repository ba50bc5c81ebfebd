// What is remembered of how long the revision in force has been healthy, and when a look at it is due. Pure.

import type { Revision } from '../../desired-state/revision.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import type { Plan } from '../../reconcilers/plan.ts';
import { stabilityOf } from '../../reconcilers/rollout/stability.ts';
import type { FactChange, NewEvent } from '../store/store.ts';
import type { JournalContext } from './journal.ts';

/** So many stable revisions are remembered. */
const mostStable = 20;

export interface StabilityNews {
  readonly facts: readonly FactChange[];
  readonly events: readonly NewEvent[];
  /** Epoch ms; absent: the clock alone changes nothing. */
  readonly nextAt?: number;
}

const none: StabilityNews = { facts: [], events: [] };

/** Of a whole look at what is in force; while a revision comes in nothing is said of it. */
export function stabilityNews(
  { revision, rolling }: { readonly revision: Revision; readonly rolling?: string },
  plan: Plan,
  facts: Facts,
  { names, mode }: { readonly names: readonly string[]; readonly mode: string },
  { at, by }: Pick<JournalContext, 'at' | 'by'>,
): StabilityNews {
  if (rolling !== undefined || names.length > 0 || mode === 'down') return none;
  const found = stabilityOf(revision, plan.statuses, facts, at);
  const key = revision.id;
  const changes: FactChange[] =
    'healthySince' in found ? [{ fact: 'healthySince', key, value: found.healthySince }] : [];
  if (found.stable === undefined)
    return { facts: changes, events: [], ...(found.nextAt === undefined ? {} : { nextAt: found.nextAt }) };
  const { stable } = found;
  const again = facts.stable[key] === undefined ? '' : ', with the images that its tags mean now';
  const message = `revision ${key} is stable: all of it healthy for ${revision.policy.rollout.stableAfterMs / 1_000} s${again}`;
  return {
    facts: [
      ...Object.keys(facts.healthySince).map(
        (old): FactChange => ({ fact: 'healthySince', key: old, value: undefined }),
      ),
      { fact: 'stable', key, value: stable },
      ...oldest(facts, key).map((old): FactChange => ({ fact: 'stable', key: old, value: undefined })),
    ],
    events: [
      {
        at,
        type: 'Normal',
        reason: 'RevisionStable',
        regarding: `Platform/${revision.platform}`,
        message,
        by,
        revision: key,
      },
    ],
  };
}

/** Of the others: it may have been stable before, with other images. */
function oldest({ stable }: Facts, key: string): readonly string[] {
  const others = Object.keys(stable).filter((id) => id !== key);
  const byAge = others.sort((a, b) => (stable[b]?.at ?? 0) - (stable[a]?.at ?? 0));
  return byAge.slice(mostStable - 1);
}
