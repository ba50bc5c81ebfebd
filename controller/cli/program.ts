// How a command is found among all, and run. Only the one that is asked for is loaded: `reeve --help` reads the list alone.

import { Command } from 'commander';
import { exitStatus, ReeveError } from '../errors.ts';
import { nearest } from '../names.ts';
import type { Context } from './context.ts';
import { type Entry, entries } from './entries.ts';
import { version } from './version.ts';

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
