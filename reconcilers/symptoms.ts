// Single facts about a workload that the rules are made of. Each is one question with one answer.

import { isWorkload, type Ref } from '../desired-state/resource.ts';
import { isBackingOff } from './backoff.ts';
import { isComposeName, isMadeByCompose } from './compose-identity.ts';
import { isUp } from './container-steps.ts';
import { isTakenDown } from './hands-off.ts';
import { imageFailures, imageWant } from './images.ts';
import { bearerOf } from './mixed-up-names.ts';
import type { ObservedContainer } from './observed.ts';
import { allOf } from './ownership.ts';
import { recreatedDependency as findRecreated } from './recreated-dependency.ts';
import { type Fate, successorFate } from './replacement.ts';
import type { Situation } from './situation.ts';

export const state = (s: Situation): ObservedContainer['state'] | undefined => s.container?.state;
export const isMissing = (s: Situation): boolean => s.container === undefined;
export const isDown = (s: Situation): boolean => state(s) === 'exited' || state(s) === 'created';
export const isRunning = (s: Situation): boolean => state(s) === 'running';
const backsOff = (s: Situation): boolean => isBackingOff(s.attempts, s.now);
/** Its new image could not be had a moment ago: no reason to leave alone the container that is there. */
export const lacksImage = (s: Situation): boolean => imageFailures.has(s.failure?.reason ?? '');
export const waits = (s: Situation): boolean => backsOff(s) && !lacksImage(s);
/** An act failed lately; a mere crash must not hold up a new spec. */
export const actFailed = (s: Situation): boolean => s.failure !== undefined && backsOff(s);
export const differs = (s: Situation, act: string): boolean => s.drift.some((d) => d.act === act);
const exitCode = (s: Situation): number | undefined =>
  s.stop?.exitCode ?? s.container?.exitCode ?? s.container?.detail?.exitCode;
export const fate = (s: Situation): Fate | undefined => successorFate(s);
export const graceOver = (s: Situation): boolean => s.now >= pausedSince(s) + s.policy.pauseGraceMs;
export const pausedSince = (s: Situation): number => s.facts.pausedSince[s.container?.id ?? ''] ?? s.now;
export const wasThere = (s: Situation): boolean =>
  s.facts.onceReady[s.ref] !== undefined || s.setting.everMade.has(s.ref);

/** The same spec was tried, and its container was never ready. */
export function isTried(s: Situation): boolean {
  return s.facts.failedReplacements[s.ref]?.specHash === s.hash;
}

/** What its image is built from has changed, or it was asked for; what is down is started first, as it is. */
export function isBuildDue(s: Situation): boolean {
  if (s.container === undefined || s.workload.protect) return false;
  if (isDown(s) && s.readiness?.state !== 'done') return false;
  return imageWant(s.setting.world, s.setting.images, s.workload).way === 'build';
}

/** A recreate must not be: protected, tried in vain, or sure to fail. */
export function isMadeByReeve(s: Situation): boolean {
  return s.container !== undefined && s.facts.made[s.container.id] !== undefined;
}

export function isRefused(s: Situation): boolean {
  return s.workload.protect || isTried(s) || s.blocker('create') !== undefined;
}

/** An adopted container keeps the name that its Compose gave it: 1.29 writes it with other strokes. */
export function isRenamed({ container, workload, setting }: Situation): boolean {
  if (container === undefined || container.name === workload.containerName) return false;
  const { platform } = setting.world.revision;
  const given = (name: string): boolean => isComposeName(name, platform, workload.name);
  return !(isMadeByCompose(container.labels) && given(container.name) && given(workload.containerName));
}

/** Another workload of ours whose container bears the name of this one, and is to be renamed itself. */
export function nameBearer({ setting, workload }: Situation): Ref | undefined {
  return bearerOf(setting.world, workload);
}

/** Its container bears the name of another workload of ours, which cannot be made before that is given back. */
export function bearsAnothersName({ container, workload, setting }: Situation): boolean {
  if (container === undefined || container.name === workload.containerName) return false;
  return setting.world.revision.resources.some((r) => isWorkload(r) && r.containerName === container.name);
}

/** The platform was taken down and nobody plans to bring it up. */
export const isAtRest = (s: Situation): boolean => s.setting.mode !== 'apply' && isTakenDown(s.facts);

/** Compose made its container, and nobody has said that reeve shall keep it. */
export function isNotAdopted(s: Situation): boolean {
  return s.container === undefined && s.owned.foreign.some((c) => isMadeByCompose(c.labels));
}

/** It failed by itself, where nothing starts it again. */
export const isFailedJob = (s: Situation): boolean =>
  state(s) === 'exited' && s.workload.lifecycle === 'job' && endedByItself(s) && exitCode(s) !== 0;

/** A person asked for it again, and it has not been started since. */
export const isAskedAgain = (s: Situation): boolean => s.facts.reruns[s.ref] !== undefined;

/** A procedure asked for a restart that has not been made since. */
export function isRestartAsked({ ref, facts, container }: Situation): boolean {
  const asked = facts.restarts[ref];
  if (asked === undefined || container === undefined) return false;
  return (container.detail?.startedAt ?? container.createdAt) <= asked.at;
}

/** A procedure keeps it down until its turn. */
export const isParked = (s: Situation): boolean => s.facts.turns[s.ref] !== undefined;
export const isToStop = (s: Situation): boolean => isParked(s) && s.facts.turns[s.ref]?.mayRun !== true;
/** It, the one that it replaces, or the one that is to replace it. */
export const isAnyUp = ({ owned }: Situation): boolean => allOf(owned).some(isUp);

function endedByItself(s: Situation): boolean {
  return s.stop === undefined || s.stop.by === 'self' || s.stop.by === 'oom';
}

export function isFailing(s: Situation): boolean {
  return isRunning(s) && s.readiness?.state === 'notReady';
}

/** What it depends on is ready again, and its time to see that, or its wave, is not over. */
export function waitsForWave({ ref, facts, now }: Situation): boolean {
  const held = facts.heldFor[ref];
  return held !== undefined && (held.freeAt === undefined || now < held.freeAt);
}

/** A database whose healthcheck fails and that answers reeve's own connection all the same. */
export function answersProbe(s: Situation): boolean {
  const { workload, setting, container, ref } = s;
  const isDatabase = workload.probe?.postgres !== undefined || workload.probe?.redis !== undefined;
  const result = setting.world.observed.probes[ref];
  return isDatabase && isFailing(s) && result?.outcome === 'pass' && result.containerId === container?.id;
}

export function isProbeFailing(s: Situation): boolean {
  return isFailing(s) && s.readiness?.reason === 'ProbeFailing';
}

export function isLate(s: Situation): boolean {
  // A probe that was not asked yet says nothing: a controller that has just begun must not call old containers late.
  if (s.readiness?.reason === 'ProbePending') return false;
  const since = s.facts.runningSince[s.container?.id ?? ''] ?? s.container?.createdAt ?? s.now;
  return s.now - since > s.policy.progressDeadlineMs;
}

/** What it depends on with `restart: true` was made anew since it was started. */
export function recreatedDependency({ workload, container, facts, setting }: Situation): Ref | undefined {
  if (container === undefined) return undefined;
  return findRecreated(workload, container, facts, setting.world.owned, setting.readiness);
}

/** Watched files whose content is not what the container saw at its start, and that call for something. */
export function changedFiles(s: Situation): readonly Situation['workload']['files'][number][] {
  if (s.workload.files.length === 0) return [];
  const seen = s.facts.fileDigests[s.container?.id ?? ''];
  if (seen === undefined) return [];
  return s.workload.files.filter(
    (f) => f.onChange !== 'ignore' && seen[f.path] !== undefined && seen[f.path] !== f.digest,
  );
}
