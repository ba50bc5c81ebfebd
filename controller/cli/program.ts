// The list of commands, and how one is found. Only the command that is asked for is loaded: `reeve --help` reads this file
// alone.

import { Command } from 'commander';
import { exitStatus, ReeveError } from '../errors.ts';
import { nearest } from '../names.ts';
import type { Context } from './context.ts';
import { version } from './version.ts';

export interface CommandModule {
  /** Adds options, examples and the action. */
  define(command: Command, context: Context): void;
}

interface Entry {
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

/** Parses argv and runs the one command that it asks for; of the others only names and summaries are there. */
export async function runProgram(given: readonly string[], context: Context): Promise<void> {
  const argv = given[0] === 'help' ? [...given.slice(1), '--help'] : given;
  requireCommandFirst(argv);
  requireKnown(argv[0]);
  const program = await defineProgram(context, (entry) => entry.name === argv[0]);
  await program.parseAsync(argv, { from: 'user' });
}

/** `docker compose` takes -f before its command; say how it is typed here. */
function requireCommandFirst(argv: readonly string[]): void {
  const command = argv.find((word) => entries.some((entry) => entry.name === word));
  if (command === undefined || command === argv[0] || argv[0]?.startsWith('-') !== true) return;
  if (argv.includes('-h') || argv.includes('--help')) return;
  const at = argv.indexOf(command);
  const typed = ['reeve', command, ...argv.slice(0, at), ...argv.slice(at + 1)].join(' ');
  throw new ReeveError(`options stand after the command`, {
    status: exitStatus.usage,
    hint: `type: ${typed}`,
  });
}

/** The program with the commands that `wanted` picks fully defined: all of them, for the reference pages. */
export async function defineProgram(context: Context, wanted: (entry: Entry) => boolean): Promise<Command> {
  const program = new Command('reeve')
    .description('Keeps a platform on Docker as its manifests declare it.')
    .usage('COMMAND [options]')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help, or that of a command')
    .helpCommand(false)
    .exitOverride()
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .configureOutput({
      writeOut: (text) => context.terminal.out(text.trimEnd()),
      writeErr: (text) => context.terminal.err(text.trimEnd()),
      outputError: (text, write) => write(usageError(text)),
    })
    .addHelpText(
      'after',
      [
        '',
        'Start with:',
        '  reeve validate -f reeve.yaml     then  reeve plan  and  reeve apply',
        '  reeve status                     what is not right now; reeve explain NAME says why',
      ].join('\n'),
    );
  for (const entry of entries) {
    const command = new Command(entry.name).summary(entry.summary).helpGroup(entry.group);
    command.copyInheritedSettings(program).helpOption('-h, --help', 'print this help');
    if (wanted(entry)) (await entry.load()).define(command, context);
    program.addCommand(command);
  }
  program.action(() => program.outputHelp());
  return program;
}

function requireKnown(word = '-'): void {
  const names = entries.map((entry) => entry.name);
  if (word.startsWith('-') || names.includes(word)) return;
  const near = nearest(word, names);
  throw new ReeveError(`there is no command "${word}"`, {
    status: exitStatus.usage,
    hint: near === undefined ? 'reeve --help lists the commands' : `did you mean "${near}"?`,
  });
}

/** commander's `error: … (Did you mean x?)` in our words. */
function usageError(text: string): string {
  const message = text.trim().replace(/^error: /, '');
  const [first = '', suggestion] = message.split(/\n\(?Did you mean /);
  if (suggestion === undefined) return `reeve: ${message}`;
  return `reeve: ${first}; did you mean ${suggestion.replace(/\?\)$/, '?')}`;
}
