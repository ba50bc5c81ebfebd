// How each category reads to a person at 3 a.m.: what is so, since when, what happens next. Decides nothing.

import type { Position } from '../desired-state/diagnostic.ts';
import { composeName } from '../desired-state/field-names.ts';
import { isBroughtTo } from './brought-to.ts';
import { positionOf } from './drift.ts';
import { takenDownWords } from './hands-off.ts';
import { imageFailures, imageWant } from './images.ts';
import { endedWords, endingWords, replacedWords, strandedWords } from './namespaces.ts';
import { identityLabels } from './observed.ts';
import type { Cause } from './plan.ts';
import type { Category } from './rules.ts';
import type { Situation } from './situation.ts';
import { changedFiles, isDown, isRunning, nameBearer, pausedSince, recreatedDependency } from './symptoms.ts';

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

const unlessKept = (s: Situation): string =>
  `. To keep it so: reeve hold ${s.ref} --for 30m, or --stopped for maintenance`;
const status = (s: Situation): string => {
  const code = s.stop?.exitCode ?? s.container?.exitCode ?? s.container?.detail?.exitCode;
  return code === undefined ? 'unknown status' : `status ${code}`;
};
const endedAt = (s: Situation): { since?: number } => {
  const at = s.stop?.at ?? (s.container?.detail?.finishedAt || undefined);
  return at === undefined ? {} : { since: at };
};
/** When the last container of it went, where that is known. */
const removedAt = (s: Situation): { since?: number } => {
  const made = Object.values(s.facts.made).filter((m) => m.ref === s.ref);
  const at = Math.max(...made.map((m) => m.goneAt ?? Number.NEGATIVE_INFINITY));
  return Number.isFinite(at) ? { since: at } : {};
};
const declaredAt = (s: Situation): { position: Position } => ({ position: s.workload.position });
const iso = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
const next = (s: Situation): { nextAt?: number } =>
  s.attempts === undefined ? {} : { nextAt: s.attempts.notBefore };
const seen = (s: Situation): string => s.readiness?.message ?? 'it is not there';

function held(s: Situation): Sentence {
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

function heldStopped(s: Situation): Sentence {
  const sentence = held(s);
  return { reason: 'Held', ...sentence, message: `${sentence.message}; ${seen(s)}` };
}

function backingOff(s: Situation): Sentence {
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

function blocked(s: Situation): Sentence {
  const blocker = (isDown(s) ? s.blocker('start') : undefined) ?? s.blocker('create') ?? s.blocker('start');
  if (blocker === undefined) return { message: 'something is in the way' };
  const { reason, nextAt } = blocker;
  const message = `${blocker.message}${oldRunsOn(s, reason)}`;
  return { reason, message, ...(nextAt === undefined ? {} : { nextAt }), ...declaredAt(s) };
}

/** A difference in fields: its cause is the manifest's line where the manifest changed, else the live fact. */
function fields(s: Situation, acts: readonly string[], words = ''): Sentence {
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

function notAdopted(s: Situation): Sentence {
  const { platform } = s.setting.world.revision;
  const names = s.owned.foreign.map((c) => c.name).join(', ');
  return {
    message: `${names} was made by Compose and is not adopted (or the store that knew so was lost); nothing is done about it until: reeve adopt -p ${platform}, or reeve apply`,
    ...declaredAt(s),
  };
}

/** Of one that was never started its container tells nothing: the engine's refusal does. */
function whyNotReady(s: Situation): string {
  const { container, failure } = s;
  if (container?.state !== 'created') return seen(s);
  if (failure !== undefined && failure.at >= container.createdAt) {
    return `${failure.reason}: ${failure.message}`;
  }
  return container.detail?.error || seen(s);
}

function tried(s: Situation): Sentence {
  const failed = s.facts.failedReplacements[s.ref];
  const why = failed?.message ?? 'the new container was never ready';
  return {
    reason: 'ReplacementFailed',
    message: `the old container is kept: ${why}; mend the manifest, or try again with reeve rerun ${s.ref}`,
    ...(failed === undefined ? {} : { since: failed.at }),
    position: positionOf(s.workload, s.drift.find((d) => d.act === 'recreate')?.field ?? ''),
  };
}

export const sentences: Readonly<Record<Category, (s: Situation) => Sentence>> = {
  Held: held,
  HeldStopping: heldStopped,
  HeldStopped: heldStopped,
  Down: (s) => ({ message: takenDownWords(s.facts) }),
  NotAdopted: notAdopted,
  Removing: () => ({
    message: 'the engine is removing its container',
    outcome: '; it is made anew when that is done',
  }),
  NotInspected: () => ({ message: 'its container could not be inspected yet; nothing is done before it is' }),
  Leftover: (s) => ({
    message: `a second container that reeve made is left over (${s.owned.leftovers.map((c) => c.name).join(', ')})`,
    outcome: '; it goes',
  }),
  Replaced: () => ({ message: 'the new container is ready', outcome: '; the old one goes' }),
  ReplacementFailed: (s) => ({
    message: `the new container did not get ready: ${whyNotReady(s)}`,
    outcome: '; the old one comes back',
    ...endedAt(s),
  }),
  ReplacementOutdated: () => ({
    message: 'the manifest changed while the new container was not ready',
    outcome: '; it is made again',
  }),
  ReplacementReverted: () => ({ message: 'the old container is what is to run', outcome: '; it comes back' }),
  ReplacementBlocked: (s) => blocked(s),
  ReplacementResumed: () => ({
    message: 'a recreate was interrupted',
    outcome: '; it goes on where it stood',
  }),
  ReplacementStarting: (s) => ({
    message: `the new container is starting, the old one is kept until it is ready: ${seen(s)}`,
    ...nextOf(s),
  }),
  Completed: (s) => ({ message: `done${sinceCompleted(s)}; run it again with reeve rerun ${s.ref}` }),
  NetworkPending: blocked,
  Blocked: blocked,
  BackingOff: backingOff,
  DriftReported: (s) => ({
    reason: 'DriftReported',
    message: `${seen(s)}; left so, since drift is ${s.stateMode} for it`,
    ...endedAt(s),
  }),
  Rerun: (s) => {
    const asked = s.facts.reruns[s.ref];
    return {
      message: `${asked?.by ?? 'somebody'} asked for it to be run again`,
      ...(asked === undefined ? {} : { since: asked.at }),
    };
  },
  Removed: (s) => ({
    message: 'its container was removed, not by reeve',
    outcome: `; it is made again${unlessKept(s)}`,
    ...removedAt(s),
    ...declaredAt(s),
  }),
  Created: (s) => ({ message: 'declared, and not there', ...declaredAt(s) }),
  TaskLeftBehind: () => ({
    message: 'the engine was cut off while it started the container and cannot start it again',
    outcome: '; it is removed and made anew',
  }),
  Dead: () => ({
    message: 'the engine gave its container up as dead',
    outcome: '; it is removed and made anew',
  }),
  NameTaken: (s) => ({
    message: `its container was renamed to ${s.container?.name ?? '?'}, and another one now bears ${s.workload.containerName}; rename or remove that one`,
  }),
  NamesMixedUp: (s) => {
    const ours = nameBearer(s);
    const inCircle = s.setting.namesInCircles.has(s.ref);
    return {
      message:
        s.container === undefined
          ? `the container of ${ours} bears its name ${s.workload.containerName}`
          : `its container bears the name ${s.container.name}, and that of ${ours} bears ${s.workload.containerName}`,
      outcome: inCircle
        ? '; each gets its own name back, without a restart'
        : `; it goes on once ${ours} has its own name`,
      ...declaredAt(s),
    };
  },
  Renamed: (s) =>
    s.container?.labels[identityLabels.container] === s.container?.name
      ? {
          message: `declared under another name than ${s.container?.name ?? '?'}`,
          outcome: ': renamed, without a restart',
        }
      : {
          message: `its container was renamed to ${s.container?.name ?? '?'}, not by reeve`,
          outcome: '; it is renamed back, without a restart',
        },
  Protected: (s) => {
    const sentence = fields(
      s,
      ['recreate'],
      'it would be recreated, but protect forbids that; set protect: false to let it',
    );
    return { ...sentence, reason: 'Protected' };
  },
  ReplacementTried: tried,
  NamespaceReplaced: (s) => ({ ...fields(s, ['recreate'], ''), message: replacedWords(s) }),
  NamespaceEnding: endingWords,
  RestartAsked: (s) => ({
    message: `a restart is asked for by ${s.facts.restarts[s.ref]?.by ?? 'a procedure'}`,
    since: s.facts.restarts[s.ref]?.at ?? s.now,
  }),
  NamespaceEnded: (s) => ({ message: endedWords(s), outcome: '; it is started again', ...endedAt(s) }),
  NamespaceLost: (s) => ({ message: strandedWords(s), outcome: '; it is restarted to join anew' }),
  BuildChanged: (s) => {
    const want = imageWant(s.setting.world, s.setting.images, s.workload);
    const message = want.way === 'build' ? want.why : 'its image is built anew';
    return { message, position: positionOf(s.workload, 'build') };
  },
  SpecChanged: (s) => fields(s, ['recreate'], 'only a new container can have that'),
  CrashLoopBackOff: (s) => {
    const when = s.attempts === undefined ? '' : `, next start at ${iso(s.attempts.notBefore)}`;
    return {
      message: `it keeps failing (${s.attempts?.lastFailure ?? 'unknown'}) and the engine keeps restarting it`,
      outcome: `; stopped${when}`,
      ...(s.attempts?.crashLoopSince === undefined ? {} : { since: s.attempts.crashLoopSince }),
      ...next(s),
    };
  },
  EngineRestarting: (s) => ({
    message: `it exited with ${status(s)}; the engine's restart policy is restarting it`,
    ...endedAt(s),
  }),
  Updated: (s) => ({ ...fields(s, ['update']), outcome: ': changed in place, no restart' }),
  Reconnected: (s) => ({ ...fields(s, ['connect']), outcome: `: ${connectWords(s)}` }),
  JobFailed: (s) => ({
    message: `the job failed with ${status(s)}; it is not run again by itself. Look at reeve logs ${s.ref}, then reeve rerun ${s.ref}`,
    ...endedAt(s),
  }),
  StoppedByHand: (s) => ({
    message: `it was stopped through the API, not by reeve (${status(s)})`,
    outcome: `; it is started again${unlessKept(s)}`,
    ...endedAt(s),
  }),
  EngineStopped: (s) => ({
    message: `it ended with the engine (${status(s)}), which was stopped or died`,
    outcome: '; it is started again',
    ...endedAt(s),
  }),
  Stopped: (s) => ({ message: 'reeve had stopped it', outcome: '; it is started again', ...endedAt(s) }),
  OomKilled: (s) => ({
    message: `it ran out of memory and was killed; its limit is ${memoryOf(s)}`,
    ...endedAt(s),
  }),
  Exited: (s) => ({ message: `it exited with ${status(s)}${exitAdvice(s)}`, ...endedAt(s) }),
  StartFailed: (s) => ({
    message: `it could not be started: ${s.container?.detail?.error ?? ''}`,
    ...declaredAt(s),
  }),
  ReadyToStart: (s) => ({
    message: 'it was made before and waited for its turn',
    ...(s.container === undefined ? {} : { since: s.container.createdAt }),
  }),
  NotStarted: (s) => ({
    message: 'it was created and never started',
    ...(s.container === undefined ? {} : { since: s.container.createdAt }),
  }),
  PausedBriefly: (s) => ({
    message: 'it is paused; docker commit and backup tools do that for a moment',
    since: pausedSince(s),
    nextAt: pausedSince(s) + s.policy.pauseGraceMs,
  }),
  Paused: (s) => ({
    message: 'it was paused, not by reeve',
    outcome: `; it is unpaused${unlessKept(s)}`,
    since: pausedSince(s),
  }),
  DependencyRecreated: (s) => ({
    message: `${recreatedDependency(s) ?? 'what it depends on'} was made anew, and depends_on says restart: true`,
    ...declaredAt(s),
  }),
  FileChanged: (s) => ({
    message: `changed content: ${changedFiles(s)
      .map((f) => f.path)
      .join(', ')}`,
    ...declaredAt(s),
  }),
  ProbeSuspect: (s) => {
    const found = s.setting.suspicion;
    const message = `${seen(s)}; restarts wait: ${found?.failing ?? 0} of ${found?.probes ?? 0} probes began to fail at once, which speaks against the prober or the network`;
    return { message, ...(found === undefined ? {} : { since: found.since, nextAt: found.until }) };
  },
  DependencyNotReady: (s) => ({
    message: `${seen(s)}; not restarted, since it depends on ${s.setting.brokenDependencies(s.workload).join(', ')}`,
  }),
  ProbeFailing: (s) => ({ message: seen(s), outcome: '; it is restarted' }),
  Unhealthy: (s) => ({ message: seen(s), outcome: '; it is restarted' }),
  ProgressDeadlineExceeded: (s) => ({
    message: `${seen(s)}, for longer than the progress deadline (${s.policy.progressDeadlineMs / 1000} s); look at reeve logs ${s.ref}`,
  }),
  Starting: (s) => ({
    ...(s.readiness === undefined ? {} : { reason: s.readiness.reason }),
    message: seen(s),
    ...nextOf(s),
  }),
  Ready: (s) => ({
    ...(s.readiness === undefined ? {} : { reason: s.readiness.reason }),
    message: seen(s),
    ...nextOf(s),
  }),
};

/** A network that is declared no more is only left. */
function connectWords({ drift, workload, setting: { world } }: Situation): string {
  const wanted = new Set(
    Object.keys(workload.container.networks).map((name) => `networks.${world.networkNames[name] ?? name}`),
  );
  const leaves = drift.filter((d) => d.act === 'connect').every((d) => !wanted.has(d.field));
  return `${leaves ? 'disconnected' : 'reconnected'} in place, no restart`;
}

/** The next look that time alone calls for: readiness, or the progress deadline. */
function nextOf(s: Situation): { nextAt?: number } {
  if (s.readiness?.state !== 'starting') return {};
  const since = s.facts.runningSince[s.container?.id ?? ''] ?? s.container?.createdAt ?? s.now;
  return { nextAt: s.readiness.nextAt ?? since + s.policy.progressDeadlineMs + 1 };
}

function sinceCompleted(s: Situation): string {
  const at = s.facts.completed[s.ref]?.at;
  return at === undefined ? '' : ` since ${iso(at)}`;
}

function memoryOf(s: Situation): string {
  const bytes = s.workload.container.resources.memoryBytes;
  return bytes === undefined
    ? "the host's memory"
    : `${Math.round(bytes / 1024 / 1024)} MiB; raise mem_limit if it needs more`;
}

/** What an exit 0 means depends on how the workload is declared; the person should know how to say otherwise. */
function exitAdvice(s: Situation): string {
  const code = s.stop?.exitCode ?? s.container?.exitCode;
  if (code !== 0) return '';
  return s.workload.lifecycle === 'service'
    ? '; it is to keep running. If it is a job, write restart: "no"'
    : '; it was ready as a server before, so it is to keep running';
}
