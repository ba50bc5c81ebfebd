// What is wrong with a workload: an ordered table, first match wins. An edge case is a row here and a test.
// A row only tells; acts.ts says what is done, sentences.ts how it reads.

import { isOverBudget } from './backoff.ts';
import { isUp } from './container-steps.ts';
import { isResting } from './failover/roles.ts';
import { missingRules } from './missing-rules.ts';
import { endedWithHolder, joinsAnew, mayHaveEndedWithHolder } from './namespaces.ts';
import { replacementRules } from './replacement-rules.ts';
import type { Rule } from './rule.ts';
import { runningRules } from './running-rules.ts';
import type { Situation } from './situation.ts';
import { successorRules } from './successor-rules.ts';
import {
  actFailed,
  bearsAnothersName,
  differs,
  graceOver,
  isAnyUp,
  isAskedAgain,
  isBuildDue,
  isDown,
  isFailedJob,
  isMadeByReeve,
  isParked,
  isRefused,
  isRenamed,
  isToStop,
  lacksImage,
  nameBearer,
  state,
  waits,
  wasThere,
} from './symptoms.ts';

export const rules = [
  // A person's hand comes first: held means that reeve does nothing, whatever is wrong.
  { category: 'Held', when: (s) => s.hold?.stopped === false, act: 'none', level: 'fine' },
  {
    category: 'HeldStopping',
    when: (s) => s.hold?.stopped === true && s.container !== undefined && isUp(s.container),
    act: 'stop',
    level: 'progressing',
  },
  { category: 'HeldStopped', when: (s) => s.hold?.stopped === true, act: 'none', level: 'fine' },
  // A procedure has it until its turn. What needs it is down before it.
  {
    category: 'StopsForTurn',
    when: (s) => s.setting.stopsNow.has(s.ref),
    act: 'stop',
    level: 'progressing',
  },
  { category: 'StopsLater', when: (s) => isToStop(s) && isAnyUp(s), act: 'none', level: 'progressing' },
  { category: 'AwaitsTurn', when: (s) => isParked(s) && !isAnyUp(s), act: 'none', level: 'progressing' },
  // Not needed now, whoever started it.
  { category: 'StandbyStops', when: (s) => isResting(s) && isAnyUp(s), act: 'stop', level: 'progressing' },
  // The engine is at it.
  { category: 'Removing', when: (s) => state(s) === 'removing', act: 'none', level: 'progressing' },
  // Nothing is judged by a hash alone.
  { category: 'NotInspected', when: (s) => s.unclear, act: 'none', level: 'progressing' },
  // A second one that the store says we made: left by an interrupted recreate.
  {
    category: 'Leftover',
    when: (s) => s.owned.leftovers.length > 0,
    act: 'removeLeftovers',
    level: 'progressing',
  },

  ...replacementRules,
  ...successorRules,

  ...missingRules,

  // `dead` cannot be started again.
  { category: 'Dead', when: (s) => state(s) === 'dead', act: 'removeDead', level: 'progressing' },
  // Nor can one whose start the engine died in: a process of it is left that the engine does not know.
  {
    category: 'TaskLeftBehind',
    when: (s) => isDown(s) && s.failure?.reason === 'TaskLeftBehind' && !s.workload.protect,
    act: 'removeDead',
    level: 'progressing',
  },
  // Renamed by hand, or declared under another name: renamed, no restart. Where ours bear each other's names, each first
  // lets go of the one it bears.
  {
    category: 'NamesMixedUp',
    when: (s) => isRenamed(s) && s.setting.namesInCircles.has(s.ref),
    act: 'renameAside',
    level: 'fine',
  },
  {
    category: 'NamesMixedUp',
    when: (s) => isRenamed(s) && nameBearer(s) !== undefined,
    act: 'none',
    level: 'degraded',
  },
  {
    category: 'NameTaken',
    when: (s) => isRenamed(s) && s.setting.world.containersByName.has(s.workload.containerName),
    act: 'none',
    level: 'degraded',
  },
  // A recreate gives it its name as well; but another's is given back at once, for that other one may be waited for.
  {
    category: 'Renamed',
    when: (s) => isRenamed(s) && (bearsAnothersName(s) || !(differs(s, 'recreate') && !isRefused(s))),
    act: 'rename',
    level: 'fine',
  },

  // It names the container whose namespace it shares by id: of one made anew only a new container can be a member.
  {
    category: 'NamespaceReplaced',
    when: (s) => joinsAnew(s) && !isRefused(s),
    act: 'recreate',
    level: 'progressing',
  },
  // Its image is made before it is known whether the container needs another one.
  { category: 'BuildChanged', when: isBuildDue, act: 'build', level: 'progressing' },

  // What only a new container can have. Checked before the old one is touched; where it is refused, the old one is
  // kept as well as it can be, and a row far below says so.
  {
    category: 'SpecChanged',
    when: (s) => differs(s, 'recreate') && !isRefused(s),
    act: 'recreate',
    level: 'progressing',
  },

  // The engine's own policy restarts a crashed one; past the budget its loop is ended and reeve's back-off takes over.
  // One that runs is given its time to get ready: it may be reeve's own try, and what ailed it gone.
  {
    category: 'CrashLoopBackOff',
    when: (s) =>
      s.workload.container.restart.name !== 'no' &&
      isOverBudget(s.attempts) &&
      waits(s) &&
      state(s) === 'restarting',
    act: 'stop',
    level: 'degraded',
  },
  { category: 'EngineRestarting', when: (s) => state(s) === 'restarting', act: 'none', level: 'progressing' },

  // What the engine changes in place, no restart.
  {
    category: 'Blocked',
    when: (s) => differs(s, 'update') && s.blocker('create')?.reason === 'LimitOutOfRange',
    act: 'none',
    level: 'degraded',
  },
  { category: 'Updated', when: (s) => differs(s, 'update'), act: 'update', level: 'fine' },
  {
    category: 'Blocked',
    when: (s) => differs(s, 'connect') && s.blocker('start')?.reason === 'NetworkMissing',
    act: 'none',
    level: 'degraded',
  },
  { category: 'Reconnected', when: (s) => differs(s, 'connect'), act: 'connect', level: 'fine' },

  { category: 'StandsBy', when: (s) => isResting(s) && isDown(s), act: 'none', level: 'fine' },
  // Ended as it should.
  { category: 'Completed', when: (s) => s.readiness?.state === 'done', act: 'none', level: 'fine' },
  // `restart: no` is written, and it failed by itself: a person decides.
  {
    category: 'JobFailed',
    when: (s) => isFailedJob(s) && !isAskedAgain(s),
    act: 'none',
    level: 'degraded',
  },
  {
    category: 'NetworkPending',
    when: (s) => isDown(s) && s.blocker('start')?.pending === true,
    act: 'none',
    level: 'progressing',
  },
  {
    category: 'Blocked',
    when: (s) => isDown(s) && s.blocker('start') !== undefined,
    act: 'none',
    level: 'degraded',
  },
  {
    category: 'DriftReported',
    when: (s) => isDown(s) && wasThere(s) && s.stateMode !== 'heal',
    act: 'none',
    level: 'degraded',
  },
  { category: 'Rerun', when: (s) => isDown(s) && isAskedAgain(s), act: 'start', level: 'progressing' },
  // Where a person, reeve or the engine stopped it there is no failure to back off from.
  {
    category: 'StoppedByHand',
    when: (s) => state(s) === 'exited' && s.stop?.by === 'api',
    act: 'start',
    level: 'progressing',
  },
  {
    category: 'EngineStopped',
    when: (s) => state(s) === 'exited' && s.stop?.by === 'engine',
    act: 'start',
    level: 'progressing',
  },
  {
    category: 'Stopped',
    when: (s) => state(s) === 'exited' && s.stop?.by === 'reeve' && !waits(s),
    act: 'start',
    level: 'progressing',
  },
  { category: 'BackingOff', when: (s) => isDown(s) && waits(s), act: 'none', level: 'degraded' },
  // The end of a process namespace's first process is the end of all in it: no failure of theirs.
  {
    category: 'NamespaceEnding',
    when: (s) => state(s) === 'exited' && mayHaveEndedWithHolder(s),
    act: 'none',
    level: 'progressing',
  },
  {
    category: 'NamespaceEnded',
    when: (s) => state(s) === 'exited' && endedWithHolder(s) !== undefined,
    act: 'start',
    level: 'progressing',
  },
  {
    category: 'OomKilled',
    when: (s) => state(s) === 'exited' && (s.stop?.by === 'oom' || s.container?.detail?.oomKilled === true),
    act: 'start',
    level: 'degraded',
  },
  { category: 'Exited', when: (s) => state(s) === 'exited', act: 'start', level: 'degraded' },
  {
    category: 'StartFailed',
    when: (s) => state(s) === 'created' && (s.container?.detail?.error ?? '') !== '',
    act: 'start',
    level: 'degraded',
  },
  {
    category: 'ReadyToStart',
    when: (s) => state(s) === 'created' && isMadeByReeve(s),
    act: 'start',
    level: 'progressing',
  },
  { category: 'NotStarted', when: (s) => state(s) === 'created', act: 'start', level: 'progressing' },

  // `docker commit` and backup tools pause for a moment.
  {
    category: 'DriftReported',
    when: (s) => state(s) === 'paused' && s.stateMode !== 'heal',
    act: 'none',
    level: 'degraded',
  },
  {
    category: 'PausedBriefly',
    when: (s) => state(s) === 'paused' && !graceOver(s),
    act: 'none',
    level: 'progressing',
  },
  { category: 'Paused', when: (s) => state(s) === 'paused', act: 'unpause', level: 'progressing' },

  ...runningRules,
] as const satisfies readonly Rule[];

export type Category = (typeof rules)[number]['category'];

/** The rule that holds. */
export type Found = Rule & { readonly category: Category };

/** The first rule that holds; an act that failed a moment ago is not tried again before its time, whatever the rule. */
export function classify(s: Situation): Found {
  const rule = rules.find((r) => r.when(s)) ?? settled;
  // The failed start of a new container is what brings the old one back: that once need not wait.
  const isFirst = rule.category === 'ReplacementFailed' && (s.attempts?.at.length ?? 0) <= 1;
  const mayAct = isFirst || (!imageActs.has(rule.act) && lacksImage(s));
  return rule.act !== 'none' && actFailed(s) && !mayAct ? backingOff : rule;
}

const imageActs = new Set<Rule['act']>(['create', 'recreate', 'build', 'resumeReplacement']);

const settled = { category: 'Ready', when: () => true, act: 'none', level: 'fine' } as const;
const backingOff = { category: 'BackingOff', when: actFailed, act: 'none', level: 'degraded' } as const;
