// What a person's words change: facts, with an event that says who and for how long. Acting on them is the loop's.

import type { Ref } from '../desired-state/resource.ts';
import { isWorkload, refOf } from '../desired-state/resource.ts';
import type { Revision } from '../desired-state/revision.ts';
import type { Condition, ResourceStatus } from '../reconcilers/condition.ts';
import type { Facts } from '../reconcilers/facts.ts';
import { isLiftedByResume, liftingWords } from '../reconcilers/lifted-by.ts';
import { volumesOfJob } from '../reconcilers/outdated-jobs.ts';
import type { Act } from './control.ts';
import { exitStatus, ReeveError } from './errors.ts';
import { failureFacts } from './failures.ts';
import type { FactChange, Store } from './store/store.ts';

interface Said {
  readonly facts: readonly FactChange[];
  readonly reason: string;
  readonly regarding: Ref;
  readonly message: string;
}

/** What an act may have to know of the engine as it is now. */
export interface Seen {
  /** Names of its volumes. */
  volumes(): Promise<ReadonlySet<string>>;
  statuses(): Promise<readonly ResourceStatus[]>;
}

/** Stores the act; returns what was done, as a sentence. */
export async function performAct(
  store: Store,
  revision: Revision,
  act: Act,
  by: string,
  at: number,
  seen: Seen,
): Promise<string> {
  const facts = await store.facts();
  if (act.verb === 'rerun') {
    const ref = refOfName(act.name, revision);
    const idle = nothingToRun(ref, revision, facts, await seen.statuses());
    if (idle !== undefined) return idle;
  }
  const lost =
    act.verb === 'release' && act.acceptDataLoss
      ? lostVolumes(refOfName(act.name, revision), revision, facts, await seen.volumes())
      : [];
  const outdated = lost.length === 0 ? [] : jobsOf(lost, revision, facts, await seen.statuses());
  const said = meaningOf(act, revision, facts, { lost, outdated }, by, at);
  // Nothing changed, so nothing happened.
  if (said.facts.length === 0) return said.message;
  await store.setFacts(said.facts);
  const { reason, regarding, message } = said;
  await store.record([{ at, type: 'Normal', reason, regarding, message, by, revision: revision.id }]);
  return message;
}

function meaningOf(act: Act, revision: Revision, facts: Facts, loss: Loss, by: string, at: number): Said {
  const platform: Ref = `Platform/${revision.platform}`;
  switch (act.verb) {
    case 'suspend': {
      const message = `suspended by ${by}${act.reason === undefined ? '' : `: ${act.reason}`}; reeve acts on nothing until: reeve resume`;
      return {
        facts: [
          {
            fact: 'suspended',
            value: { at, by, reason: 'Suspended', ...(act.reason === undefined ? {} : { why: act.reason }) },
          },
        ],
        reason: 'Suspended',
        regarding: platform,
        message,
      };
    }
    case 'resume': {
      requireResumable(facts, revision.platform);
      const message =
        facts.suspended === undefined
          ? 'was not suspended'
          : `resumed by ${by} (was ${facts.suspended.reason})`;
      return {
        facts: facts.suspended === undefined ? [] : [{ fact: 'suspended', value: undefined }],
        reason: 'Resumed',
        regarding: platform,
        message,
      };
    }
    case 'hold':
      return holdOf(act, refOfName(act.name, revision), by, at);
    case 'release':
      return releaseOf(refOfName(act.name, revision), facts, loss, by, at);
    case 'rerun':
      return rerunOf(refOfName(act.name, revision), facts, by, at);
  }
}

/** What was given back, or never taken, is not taken by resuming. */
function requireResumable({ suspended }: Facts, platform: string): void {
  if (suspended === undefined || isLiftedByResume(suspended.reason)) return;
  throw new ReeveError(
    `platform ${platform} is suspended as ${suspended.reason}, which resume does not end`,
    {
      status: exitStatus.blocked,
      hint: `what ends it: ${liftingWords(suspended.reason)}`,
    },
  );
}

function holdOf(act: Act & { verb: 'hold' }, ref: Ref, by: string, at: number): Said {
  const until = act.forMs === undefined ? undefined : at + act.forMs;
  const value = {
    at,
    by,
    stopped: act.stopped,
    ...(until === undefined ? {} : { until }),
    ...(act.reason === undefined ? {} : { reason: act.reason }),
  };
  const what = act.stopped ? 'held stopped' : 'held as it is';
  const end = until === undefined ? `until: reeve release ${ref}` : `until ${new Date(until).toISOString()}`;
  const message = `${what} by ${by} ${end}${act.reason === undefined ? '' : ` (${act.reason})`}`;
  return { facts: [{ fact: 'holds', key: ref, value }], reason: 'Held', regarding: ref, message };
}

interface Loss {
  /** Volumes, by the engine's names. */
  readonly lost: readonly string[];
  /** Jobs that ran on them. */
  readonly outdated: readonly Ref[];
}

function releaseOf(ref: Ref, facts: Facts, { lost, outdated }: Loss, by: string, at: number): Said {
  const isHeld = facts.holds[ref] !== undefined;
  const changes: FactChange[] = isHeld ? [{ fact: 'holds', key: ref, value: undefined }] : [];
  const words: string[] = isHeld ? [`released by ${by}`] : lost.length > 0 ? [] : [`${ref} was not held`];
  for (const key of lost) {
    changes.push({ fact: 'acceptedLoss', key, value: at }, { fact: 'volumesSeen', key, value: undefined });
  }
  if (lost.length > 0) words.push(`data loss accepted by ${by} for ${lost.join(', ')}`);
  if (outdated.length > 0) {
    const commands = outdated.map((job) => `reeve rerun ${job}`).join(', ');
    words.push(`what has run on it is not run again by itself: ${commands}`);
  }
  for (const fact of failureFacts) {
    if (facts[fact][ref] !== undefined) changes.push({ fact, key: ref, value: undefined });
  }
  return { facts: changes, reason: 'Released', regarding: ref, message: words.join('; ') };
}

/** The volumes of a resource that existed and are gone. A loss is accepted only where there is one: else nothing is done. */
function lostVolumes(
  ref: Ref,
  revision: Revision,
  facts: Facts,
  there: ReadonlySet<string>,
): readonly string[] {
  const volumes = volumesOf(ref, revision);
  const lost = volumes.filter((name) => facts.volumesSeen[name] !== undefined && !there.has(name));
  if (lost.length > 0) return lost;
  const found = volumes.length === 0 ? 'it has no named volume' : `${volumes.join(', ')} not lost`;
  throw new ReeveError(`nothing of ${ref} is lost (${found}), so there is no loss to accept`, {
    status: exitStatus.usage,
    hint: `to end a hold: reeve release ${ref}; to see how its volumes are: reeve get`,
  });
}

/** The engine's names of the volumes that a resource is or mounts. */
function volumesOf(ref: Ref, revision: Revision): readonly string[] {
  const resource = revision.resources.find((r) => refOf(r) === ref);
  if (resource === undefined || resource.kind === 'Model' || resource.kind === 'Network') return [];
  if (resource.kind === 'Volume') return [resource.engineName];
  const mounted = new Set(
    resource.container.mounts.flatMap((m) => (m.type === 'volume' && m.source ? [m.source] : [])),
  );
  return revision.resources.flatMap((r) =>
    r.kind === 'Volume' && mounted.has(r.name) ? [r.engineName] : [],
  );
}

/** Jobs that are over and ran on volumes that are lost. */
function jobsOf(
  lost: readonly string[],
  revision: Revision,
  facts: Facts,
  statuses: readonly ResourceStatus[],
): readonly Ref[] {
  const declared = new Map(revision.resources.map((r) => [refOf(r), r]));
  const failed = new Set(
    statuses.filter((s) => s.conditions.some((c) => c.reason === 'JobFailed')).map((s) => s.ref),
  );
  return revision.resources.filter(isWorkload).flatMap((job) => {
    const ref = refOf(job);
    const isOver = facts.completed[ref] !== undefined || failed.has(ref);
    return isOver && volumesOfJob(job, declared).some((v) => lost.includes(v.engineName)) ? [ref] : [];
  });
}

function rerunOf(ref: Ref, facts: Facts, by: string, at: number): Said {
  const forgotten = [...failureFacts, 'completed' as const].map(
    (fact): FactChange => ({ fact, key: ref, value: undefined }),
  );
  return {
    facts: [...forgotten, { fact: 'reruns', key: ref, value: { at, by } }],
    reason: 'Rerun',
    regarding: ref,
    message: `to be run again, asked by ${by}${waitsFor(ref, facts)}`,
  };
}

/** What a rerun has to wait for, a person's own word. */
function waitsFor(ref: Ref, { holds, suspended }: Facts): string {
  if (holds[ref] !== undefined) return `; it waits, since it is held, until: reeve release ${ref}`;
  if (suspended === undefined) return '';
  return `; it waits, since the platform is suspended, until: ${liftingWords(suspended.reason)}`;
}

/** Why a rerun would change nothing; undefined: it would. What cannot be run at all is refused. */
function nothingToRun(
  ref: Ref,
  revision: Revision,
  facts: Facts,
  statuses: readonly ResourceStatus[],
): string | undefined {
  const resource = revision.resources.find((r) => refOf(r) === ref);
  const fails = failureFacts.some((fact) => facts[fact][ref] !== undefined);
  if (resource?.kind === 'Network' || resource?.kind === 'Volume') {
    if (fails) return undefined;
    throw new ReeveError(`${ref} cannot be run again: only services, agents and models are run`, {
      status: exitStatus.usage,
      hint: `reeve explain ${ref} says how it is`,
    });
  }
  const isJob = resource?.kind !== 'Model' && resource?.lifecycle === 'job';
  const conditions = statuses.find((s) => s.ref === ref)?.conditions ?? [];
  const is = (type: Condition['type']) => conditions.find((c) => c.type === type && c.status);
  const ready = is('Ready');
  if (isJob || fails || ready === undefined || ready.reason === 'Completed' || is('Degraded'))
    return undefined;
  return resource?.kind === 'Model'
    ? 'it is there and ready: nothing to run again'
    : 'it runs and is ready: nothing to run again';
}

/** `Agent/x`, `agent/x`, or `x` where only one resource has that name. */
function refOfName(name: string, revision: Revision): Ref {
  const wanted = name.toLowerCase();
  const found = revision.resources
    .map(refOf)
    .filter((ref) => ref.toLowerCase() === wanted || ref.toLowerCase().endsWith(`/${wanted}`));
  if (found.length === 1 && found[0] !== undefined) return found[0];
  throw new ReeveError(
    found.length === 0
      ? `there is no ${name} in platform ${revision.platform}`
      : `${name} is ambiguous: ${found.join(', ')}`,
    {
      status: exitStatus.usage,
      hint: found.length === 0 ? 'see what there is: reeve get' : 'name it with its kind',
    },
  );
}
