// What sentences are made of: who, since when, why not, and what time alone will change. Decides nothing.

import type { Position } from '../desired-state/diagnostic.ts';
import { composeName } from '../desired-state/field-names.ts';
import { isBroughtTo } from './brought-to.ts';
import { positionOf } from './drift.ts';
import type { Failure } from './facts.ts';
import { imageFailures } from './images.ts';
import { madeSinceDone } from './outdated-jobs.ts';
import type { Cause } from './plan.ts';
import type { Situation } from './situation.ts';
import { isDown, isRunning } from './symptoms.ts';

export interface Sentence {
  /** Absent: the category's own name. */
  readonly reason?: string;
  readonly message: string;
  /** What reeve does about it, its joint included: said only where reeve's hands are not off. */
  readonly outcome?: string;
  /** When the live fact arose. */
  readonly since?: number;
  /** When time alone will change it. */
  readonly nextAt?: number;
  readonly position?: Position;
  readonly fields?: Cause['fields'];
}

export const unlessKept = (s: Situation): string =>
  `. To keep it so: reeve hold ${s.ref} --for 30m, or --stopped for maintenance`;
export const status = (s: Situation): string => {
  const code = s.stop?.exitCode ?? s.container?.exitCode ?? s.container?.detail?.exitCode;
  return code === undefined ? 'unknown status' : `status ${code}`;
};
export const endedAt = (s: Situation): { since?: number } => {
  const at = s.stop?.at ?? (s.container?.detail?.finishedAt || undefined);
  return at === undefined ? {} : { since: at };
};
/** When the last container of it went, where that is known. */
export const removedAt = (s: Situation): { since?: number } => {
  const made = Object.values(s.facts.made).filter((m) => m.ref === s.ref);
  const at = Math.max(...made.map((m) => m.goneAt ?? Number.NEGATIVE_INFINITY));
  return Number.isFinite(at) ? { since: at } : {};
};
export const declaredAt = (s: Situation): { position: Position } => ({ position: s.workload.position });
export const iso = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
export const next = (s: Situation): { nextAt?: number } =>
  s.attempts === undefined ? {} : { nextAt: s.attempts.notBefore };
export const seen = (s: Situation): string => s.readiness?.message ?? 'it is not there';

export function held(s: Situation): Sentence {
  const { hold } = s;
  const until = hold?.until === undefined ? `until reeve release ${s.ref}` : `until ${iso(hold.until)}`;
  const why = hold?.reason === undefined ? '' : ` (${hold.reason})`;
  const message = `held${hold?.stopped === true ? ' stopped' : ''} by ${hold?.by ?? 'somebody'}${why} ${until}`;
  return {
    message,
    ...(hold === undefined ? {} : { since: hold.at }),
    ...(hold?.until === undefined ? {} : { nextAt: hold.until }),
  };
}

export function heldStopped(s: Situation): Sentence {
  const sentence = held(s);
  return { reason: 'Held', ...sentence, message: `${sentence.message}; ${seen(s)}` };
}

export function awaited({ facts, ref, now }: Situation): Sentence {
  const { at, by, until } = facts.turns[ref] ?? { at: now, by: 'a procedure', until: 'its turn' };
  return { message: `waits for its turn: ${until} of ${by}`, since: at };
}

export function backingOff(s: Situation): Sentence {
  const { attempts, failure } = s;
  const looping = attempts?.crashLoopSince !== undefined;
  const reason = failure?.reason ?? (looping ? 'CrashLoopBackOff' : 'BackOff');
  const what = failure?.message ?? attempts?.lastFailure ?? 'it failed';
  const times = attempts?.at.length ?? 0;
  const when = attempts === undefined ? 'soon' : `at ${iso(attempts.notBefore)}`;
  const message = `${what}; tried ${times} time${times === 1 ? '' : 's'} lately${oldRunsOn(s, reason)}`;
  const since = failure?.at ?? attempts?.crashLoopSince ?? attempts?.at.at(-1);
  const outcome = `, next try ${when}`;
  return { reason, message, outcome, ...(since === undefined ? {} : { since }), ...next(s) };
}

/** Without its new image it is not what is declared, and does its work all the same. */
function oldRunsOn(s: Situation, reason: string): string {
  return imageFailures.has(reason) && isRunning(s) ? '; the old container runs on' : '';
}

export function blocked(s: Situation): Sentence {
  const blocker = (isDown(s) ? s.blocker('start') : undefined) ?? s.blocker('create') ?? s.blocker('start');
  if (blocker === undefined) return { message: 'something is in the way' };
  const { reason, nextAt, position = s.workload.position } = blocker;
  const message = `${blocker.message}${oldRunsOn(s, reason)}`;
  return { reason, message, ...(nextAt === undefined ? {} : { nextAt }), position };
}

/** A difference in fields: its cause is the manifest's line where the manifest changed, else the live fact. */
export function fields(s: Situation, acts: readonly string[], words = ''): Sentence {
  const found = s.drift.filter((d) => acts.includes(d.act));
  const [first] = found;
  const names = found
    .map((d) => composeName(d.field))
    .slice(0, 3)
    .join(', ');
  // Made to this very spec: somebody changed it live, and the last look found it.
  const isLive = s.container !== undefined && isBroughtTo(s.container, s.hash, s.facts);
  const more = found.length > 3 ? ` and ${found.length - 3} more` : '';
  return {
    message: `${names}${more} ${found.length === 1 ? 'differs' : 'differ'}${words === '' ? '' : `: ${words}`}`,
    position: first?.position ?? positionOf(s.workload, first?.field ?? ''),
    fields: found.map(({ field, old, new: to }) => ({ field: composeName(field), old, new: to })),
    ...(isLive && s.container?.detail !== undefined ? { since: s.container.detail.at } : {}),
  };
}

export function notAdopted(s: Situation): Sentence {
  const { platform } = s.setting.world.revision;
  const names = s.owned.foreign.map((c) => c.name).join(', ');
  return {
    message: `${names} was made by Compose and is not adopted (or the store that knew so was lost); nothing is done about it until: reeve adopt -p ${platform}, or reeve apply`,
    ...declaredAt(s),
  };
}

/** Of one that was never started its container tells nothing: the engine's refusal does. */
export function whyNotReady(s: Situation): string {
  const { container } = s;
  if (container?.state !== 'created') return seen(s);
  const failure = failureOfContainer(s);
  if (failure !== undefined) return `${failure.reason}: ${failure.message}`;
  return container.detail?.error || seen(s);
}

/** The cause has one name, whether the failure waits, is answered or is looked at: `StartFailed` where it has none. */
export function startFailureReason(s: Situation): { reason?: string } {
  const failure = failureOfContainer(s);
  return failure === undefined ? {} : { reason: failure.reason };
}

function failureOfContainer({ container, failure }: Situation): Failure | undefined {
  return failure !== undefined && failure.at >= (container?.createdAt ?? 0) ? failure : undefined;
}

export function tried(s: Situation): Sentence {
  const failed = s.facts.failedReplacements[s.ref];
  const why = failed?.message ?? 'the new container was never ready';
  return {
    reason: 'ReplacementFailed',
    message: `the old container is kept: ${why}; mend the manifest, or try again with reeve rerun ${s.ref}`,
    ...(failed === undefined ? {} : { since: failed.at }),
    position: positionOf(s.workload, s.drift.find((d) => d.act === 'recreate')?.field ?? ''),
  };
}

/** A network that is declared no more is only left. */
export function connectWords({ drift, workload, setting: { world } }: Situation): string {
  const wanted = new Set(
    Object.keys(workload.container.networks).map((name) => `networks.${world.networkNames[name] ?? name}`),
  );
  const leaves = drift.filter((d) => d.act === 'connect').every((d) => !wanted.has(d.field));
  return `${leaves ? 'disconnected' : 'reconnected'} in place, no restart`;
}

/** The next look that time alone calls for: readiness, or the progress deadline. */
export function nextOf(s: Situation): { nextAt?: number } {
  if (s.readiness?.state !== 'starting') return {};
  const since = s.facts.runningSince[s.container?.id ?? ''] ?? s.container?.createdAt ?? s.now;
  return { nextAt: s.readiness.nextAt ?? since + s.policy.progressDeadlineMs + 1 };
}

export function sinceCompleted(s: Situation): string {
  const at = s.facts.completed[s.ref]?.at;
  return at === undefined ? '' : ` since ${iso(at)}`;
}

/** What it did went with them: that it is done says nothing of the new ones. */
export function beforeItsVolumes({ ref, facts, setting }: Situation): string {
  const newer = madeSinceDone(ref, setting.world.byRef, facts);
  if (newer.length === 0) return '';
  return `, before volume ${newer.join(', ')} was made anew: what it had put there is gone`;
}

export function memoryOf(s: Situation): string {
  const bytes = s.workload.container.resources.memoryBytes;
  return bytes === undefined
    ? "the host's memory"
    : `${Math.round(bytes / 1024 / 1024)} MiB; raise mem_limit if it needs more`;
}

/** What an exit 0 means depends on how the workload is declared; the person should know how to say otherwise. */
export function exitAdvice(s: Situation): string {
  const code = s.stop?.exitCode ?? s.container?.exitCode;
  if (code !== 0) return '';
  return s.workload.lifecycle === 'service'
    ? '; it is to keep running. If it is a job, write restart: "no"'
    : '; it was ready as a server before, so it is to keep running';
}
