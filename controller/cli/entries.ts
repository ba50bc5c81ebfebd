// The commands: their names and summaries, by group, and where each is. None is loaded before it is asked for.

import type { Command } from 'commander';
import type { Context } from './context.ts';

export interface CommandModule {
  /** Adds options, examples and the action. */
  define(command: Command, context: Context): void;
}

export interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly group: string;
  readonly load: () => Promise<CommandModule>;
}

const manifests = 'Manifests:';
const change = 'Change the platform:';
const look = 'Look:';
const stepIn = 'Step in:';
const stored = 'What is stored:';

export const entries: readonly Entry[] = [
  {
    name: 'validate',
    summary: 'check manifests and say every mistake in them',
    group: manifests,
    load: () => import('./commands/validate.ts'),
  },
  {
    name: 'policy',
    summary: 'what the manifests ask of the host, and what the policy says of it',
    group: manifests,
    load: () => import('./commands/policy.ts'),
  },
  {
    name: 'resolve',
    summary: 'print what the manifests come to, defaults and references filled in',
    group: manifests,
    load: () => import('./commands/resolve.ts'),
  },
  {
    name: 'schema',
    summary: 'print the JSON Schema of the manifests',
    group: manifests,
    load: () => import('./commands/schema.ts'),
  },
  {
    name: 'plan',
    summary: 'show what apply would do, and why',
    group: change,
    load: () => import('./commands/plan.ts'),
  },
  {
    name: 'apply',
    summary: 'bring the platform to what the manifests say',
    group: change,
    load: () => import('./commands/apply.ts'),
  },
  {
    name: 'adopt',
    summary: 'take over what Compose made, as it is',
    group: change,
    load: () => import('./commands/adopt.ts'),
  },
  {
    name: 'disown',
    summary: 'give back what was adopted',
    group: change,
    load: () => import('./commands/disown.ts'),
  },
  {
    name: 'run',
    summary: 'be the controller: keep the platform so',
    group: change,
    load: () => import('./commands/run.ts'),
  },
  {
    name: 'sync',
    summary: 'take in what git has now, or pin one commit',
    group: change,
    load: () => import('./commands/sync.ts'),
  },
  {
    name: 'down',
    summary: "remove the platform's containers and networks",
    group: change,
    load: () => import('./commands/down.ts'),
  },
  {
    name: 'install',
    summary: 'write a systemd unit for the controller',
    group: change,
    load: () => import('./commands/install.ts'),
  },
  {
    name: 'status',
    summary: 'one screen: how the platform is',
    group: look,
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'get',
    summary: 'list resources and their conditions',
    group: look,
    load: () => import('./commands/get.ts'),
  },
  {
    name: 'describe',
    summary: 'everything about one resource',
    group: look,
    load: () => import('./commands/describe.ts'),
  },
  {
    name: 'events',
    summary: 'what happened, oldest first',
    group: look,
    load: () => import('./commands/events.ts'),
  },
  {
    name: 'explain',
    summary: 'why a resource is as it is, and what to do next',
    group: look,
    load: () => import('./commands/explain.ts'),
  },
  {
    name: 'history',
    summary: 'revisions that were in force, and plans that were carried out',
    group: look,
    load: () => import('./commands/history.ts'),
  },
  {
    name: 'graph',
    summary: 'what needs what',
    group: look,
    load: () => import('./commands/graph.ts'),
  },
  {
    name: 'logs',
    summary: 'what containers say, without secrets',
    group: look,
    load: () => import('./commands/logs.ts'),
  },
  {
    name: 'store',
    summary: 'check, export, import or move what is stored',
    group: stored,
    load: () => import('./commands/store.ts'),
  },
  {
    name: 'restart',
    summary: 'restart many in batches, each waited for',
    group: change,
    load: () => import('./commands/restart.ts'),
  },
  {
    name: 'recover',
    summary: 'bring the whole platform up again, core first',
    group: change,
    load: () => import('./commands/recover.ts'),
  },
  {
    name: 'rollback',
    summary: 'go back to the last stable revision',
    group: change,
    load: () => import('./commands/rollback.ts'),
  },
  {
    name: 'procedures',
    summary: 'what is under way, what it waits for, how it came there',
    group: look,
    load: () => import('./commands/procedures.ts'),
  },
  {
    name: 'pause',
    summary: 'stop a procedure after the batch under way',
    group: stepIn,
    load: () => import('./commands/pause.ts'),
  },
  {
    name: 'abort',
    summary: 'end a procedure',
    group: stepIn,
    load: () => import('./commands/abort.ts'),
  },
  {
    name: 'decide',
    summary: 'answer a procedure that waits for a decision',
    group: stepIn,
    load: () => import('./commands/decide.ts'),
  },
  {
    name: 'hold',
    summary: "keep reeve's hands off one resource",
    group: stepIn,
    load: () => import('./commands/hold.ts'),
  },
  {
    name: 'release',
    summary: 'end a hold',
    group: stepIn,
    load: () => import('./commands/release.ts'),
  },
  {
    name: 'rerun',
    summary: 'run a job again, or try again what failed',
    group: stepIn,
    load: () => import('./commands/rerun.ts'),
  },
  {
    name: 'suspend',
    summary: "keep reeve's hands off the whole platform",
    group: stepIn,
    load: () => import('./commands/suspend.ts'),
  },
  {
    name: 'resume',
    summary: 'end a suspension, or let a paused procedure go on',
    group: stepIn,
    load: () => import('./commands/resume.ts'),
  },
];
