// How each category reads to a person at 3 a.m.: what is so, since when, what happens next. Decides nothing.

import { positionOf } from './drift.ts';
import { movingWords, standbyWords } from './failover/words.ts';
import { takenDownWords } from './hands-off.ts';
import { imageWant } from './images.ts';
import { endedWords, endingWords, replacedWords, strandedWords } from './namespaces.ts';
import { identityLabels } from './observed.ts';
import { isPassing } from './ownership.ts';
import { pathInCommit } from './plan-commit.ts';
import type { Category } from './rules.ts';
import {
  awaited,
  backingOff,
  beforeItsVolumes,
  blocked,
  connectWords,
  declaredAt,
  endedAt,
  exitAdvice,
  fields,
  held,
  heldStopped,
  iso,
  memoryOf,
  next,
  nextOf,
  notAdopted,
  removedAt,
  type Sentence,
  seen,
  sinceCompleted,
  startFailureReason,
  status,
  tried,
  unlessKept,
  whyNotReady,
} from './sentence-parts.ts';
import type { Situation } from './situation.ts';
import { successorSentences } from './successor-sentences.ts';
import { changedFiles, nameBearer, pausedSince, recreatedDependency } from './symptoms.ts';

export const sentences: Readonly<Record<Category, (s: Situation) => Sentence>> = {
  Held: held,
  HeldStopping: heldStopped,
  HeldStopped: heldStopped,
  StopsForTurn: (s) => ({
    ...awaited(s),
    message: `${s.facts.turns[s.ref]?.by} stops it; it is started again in ${s.facts.turns[s.ref]?.until}`,
  }),
  StopsLater: (s) => ({
    ...awaited(s),
    message: `${s.facts.turns[s.ref]?.by} stops it once what needs it is down; it is started again in ${s.facts.turns[s.ref]?.until}`,
  }),
  AwaitsTurn: awaited,
  StandbyStops: (s) => ({ ...standbyWords(s), outcome: '; it is stopped until then' }),
  StandsBy: standbyWords,
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
  ...successorSentences,
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
  Completed: (s) => ({
    message: `done${sinceCompleted(s)}${beforeItsVolumes(s)}; run it again with reeve rerun ${s.ref}`,
  }),
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
    s.container !== undefined && isPassing(s.container)
      ? {
          reason: 'Replaced',
          message: 'the old container is gone',
          outcome: '; the new one gets its name, without a restart',
        }
      : renamed(s),
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
  Reconnected: (s) => ({ ...(movingWords(s) ?? fields(s, ['connect'])), outcome: `: ${connectWords(s)}` }),
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
    ...startFailureReason(s),
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
      .map((f) => pathInCommit(f.path, s.setting.world.revision))
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
  DependencyBack: (s) => {
    const freeAt = s.facts.heldFor[s.ref]?.freeAt;
    const message = `${seen(s)}; what it depends on is ready again, and it is given time to see that`;
    if (freeAt === undefined) return { message };
    return { message, outcome: `; restarted at ${iso(freeAt)} if it fails still`, nextAt: freeAt };
  },
  DatabaseAnswers: (s) => ({
    message: `${seen(s)}; not restarted, for it answers its probe: mend the healthcheck`,
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

/** By whom its container bears another name. */
function renamed(s: Situation): Sentence {
  return s.container?.labels[identityLabels.container] === s.container?.name
    ? {
        message: `declared under another name than ${s.container?.name ?? '?'}`,
        outcome: ': renamed, without a restart',
      }
    : {
        message: `its container was renamed to ${s.container?.name ?? '?'}, not by reeve`,
        outcome: '; it is renamed back, without a restart',
      };
}
