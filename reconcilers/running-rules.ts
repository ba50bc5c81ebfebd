// The rows of a container that runs and is in the form that is declared: files, dependencies, health, readiness.
// The last one holds always.

import { isStranded } from './namespaces.ts';
import type { Rule } from './rule.ts';
import {
  answersProbe,
  changedFiles,
  differs,
  isFailing,
  isLate,
  isProbeFailing,
  isRestartAsked,
  isRunning,
  isTried,
  recreatedDependency,
  waits,
  waitsForWave,
} from './symptoms.ts';

export const runningRules = [
  { category: 'NamespaceLost', when: isStranded, act: 'restart', level: 'degraded' },
  {
    category: 'FileChanged',
    when: (s) => isRunning(s) && changedFiles(s).length > 0,
    act: 'refresh',
    level: 'fine',
  },
  {
    category: 'RestartAsked',
    when: (s) => isRunning(s) && isRestartAsked(s),
    act: 'restart',
    level: 'progressing',
  },
  {
    category: 'DependencyRecreated',
    when: (s) => isRunning(s) && recreatedDependency(s) !== undefined,
    act: 'restart',
    level: 'fine',
  },
  // Healing goes to the root first.
  {
    category: 'DependencyNotReady',
    when: (s) => isFailing(s) && s.setting.brokenDependencies(s.workload).length > 0,
    act: 'none',
    level: 'degraded',
  },
  // It may have seen already that the root is back; and not all that depend on it are restarted at once.
  {
    category: 'DependencyBack',
    when: (s) => isFailing(s) && waitsForWave(s),
    act: 'none',
    level: 'degraded',
  },
  // A restart of what answers would take it from all that use it.
  { category: 'DatabaseAnswers', when: answersProbe, act: 'none', level: 'degraded' },
  {
    category: 'ProbeSuspect',
    when: (s) => isProbeFailing(s) && s.setting.suspicion !== undefined,
    act: 'none',
    level: 'degraded',
  },
  {
    category: 'DriftReported',
    when: (s) => isFailing(s) && s.stateMode !== 'heal',
    act: 'none',
    level: 'degraded',
  },
  { category: 'BackingOff', when: (s) => isFailing(s) && waits(s), act: 'none', level: 'degraded' },
  { category: 'ProbeFailing', when: isProbeFailing, act: 'restart', level: 'degraded' },
  { category: 'Unhealthy', when: isFailing, act: 'restart', level: 'degraded' },
  // It runs, and is not what is declared: why it is not recreated.
  {
    category: 'Protected',
    when: (s) => differs(s, 'recreate') && s.workload.protect,
    act: 'none',
    level: 'degraded',
  },
  {
    category: 'ReplacementTried',
    when: (s) => differs(s, 'recreate') && isTried(s),
    act: 'none',
    level: 'degraded',
  },
  { category: 'Blocked', when: (s) => differs(s, 'recreate'), act: 'none', level: 'degraded' },
  {
    category: 'ProgressDeadlineExceeded',
    when: (s) => s.readiness?.state === 'starting' && isLate(s),
    act: 'none',
    level: 'degraded',
  },
  { category: 'Starting', when: (s) => s.readiness?.state === 'starting', act: 'none', level: 'progressing' },
  { category: 'Ready', when: () => true, act: 'none', level: 'fine' },
] as const satisfies readonly Rule[];
