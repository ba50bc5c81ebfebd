// `reeve store`: what is stored, as a whole: checked, written to a file, read from one, moved from one home to the other.

import type { Command } from 'commander';
import { exitStatus } from '../../errors.ts';
import type { Context } from '../context.ts';
import { type OutputFlags, type PlatformFlags, withExamples, withOutput, withPlatform } from '../options.ts';

type Flags = PlatformFlags & OutputFlags;

export function define(command: Command, context: Context): void {
  command
    .helpCommand(false)
    .description(
      'Checks, exports, imports or moves what reeve has stored about a platform: a file in its state folder, or a schema in a Postgres database.',
    );
  withExamples(command, [
    ['reeve store check -p shop', 'where it is, what is in it, whether it is whole'],
    ['reeve store migrate -p shop --to postgres://reeve@db/reeve', 'from the file to Postgres'],
  ]);
  withExamples(
    withOutput(withPlatform(command.command('check')))
      .summary('read it from end to end and say what is wrong')
      .description(
        'Reads the store from end to end: says where it is, what is in it, and what is wrong with it (then it ends with 1). Changes nothing; a controller may run.',
      )
      .action((flags: Flags) => check(flags, context)),
    [['reeve store check -p shop --store postgres://reeve@db/reeve', 'one in Postgres']],
  );
  withExamples(
    withPlatform(command.command('export'))
      .summary('write all of it to a file')
      .description(
        'Writes all that is stored to a file of JSON lines with checksums, as it stands at one moment; a controller may run. Secrets are not in it, and neither is the key of the installation.',
      )
      .argument('<file>', 'a new file; - for standard output')
      .action((file: string, flags: Flags) => exportTo(file, flags, context)),
    [['reeve store export shop.jsonl -p shop', 'a backup']],
  );
  withExamples(
    withPlatform(command.command('import'))
      .summary('fill an empty store from such a file')
      .description(
        'Puts an export into the store of its platform, which must be empty (or hold exactly that): all of it or nothing. Nobody else may act on the platform meanwhile.',
      )
      .argument('<file>', 'what reeve store export has written')
      .action((file: string, flags: Flags) => importFrom(file, flags, context)),
    [['reeve store import shop.jsonl --store postgres://reeve@db/reeve', 'into Postgres']],
  );
  withExamples(
    withPlatform(command.command('migrate'))
      .summary('move it to another home')
      .description(
        'Moves the store to another home, reads it back and compares; then the state folder says where it is, and the old one is kept under another name. Stop the controller first.',
      )
      .requiredOption('--to <home>', 'postgres://USER@HOST/DATABASE, or sqlite for the state folder')
      .action((flags: Flags & { readonly to: string }) => migrate(flags, context)),
    [
      ['reeve store migrate -p shop --to postgres://reeve@db/reeve', 'from the file to Postgres'],
      ['reeve store migrate -p shop --to sqlite', 'and back'],
    ],
  );
}

async function check(flags: Flags, context: Context): Promise<void> {
  const [
    { findPlace },
    { openTablesAtReadOnly },
    { checkStore },
    { storeReport },
    { storeView },
    { print },
    { nothingStored },
  ] = await Promise.all([
    import('../place.ts'),
    import('../../store/open.ts'),
    import('../../store/transfer/check.ts'),
    import('../../reports/store.ts'),
    import('../views/store.ts'),
    import('../print.ts'),
    import('../stored.ts'),
  ]);
  const place = await findPlace(flags, context);
  const tables = await openTablesAtReadOnly(place.home);
  if (tables === undefined) throw nothingStored(place);
  try {
    const report = storeReport(place.platform, place.home, await checkStore(tables.db, place.home));
    print(context, flags, report, storeView);
    if (report.problems.length > 0) context.exit(exitStatus.failed);
  } finally {
    await tables.close();
  }
}

async function exportTo(file: string, flags: Flags, context: Context): Promise<void> {
  const [{ findPlace }, { exportStore }, { resolve }] = await Promise.all([
    import('../place.ts'),
    import('../../store-transfer.ts'),
    import('node:path'),
  ]);
  const { home, platform } = await findPlace(flags, context);
  const { terminal, cwd, now } = context;
  if (file === '-') return exportStore(home, platform, (line) => terminal.out(line.trimEnd()), now());
  await exportStore(home, platform, resolve(cwd, file), now());
  terminal.out(`wrote all that is stored about ${platform} to ${file}`);
  terminal.out(await keyWords(flags, context));
}

async function importFrom(file: string, flags: Flags, context: Context): Promise<void> {
  const { importFile } = await import('../move-store.ts');
  await importFile(file, flags, context);
  context.terminal.out(await keyWords(flags, context));
}

async function migrate(flags: Flags & { readonly to: string }, context: Context): Promise<void> {
  const { moveTo } = await import('../move-store.ts');
  await moveTo(flags.to, flags, context);
}

/** What a store elsewhere does not bring along. */
async function keyWords(flags: Flags, context: Context): Promise<string> {
  const [{ keyPath }, { resolve }] = await Promise.all([import('../../state-dir.ts'), import('node:path')]);
  const user = { env: context.env, uid: context.uid };
  const path = keyPath(
    flags.state === undefined ? user : { ...user, flag: resolve(context.cwd, flags.state) },
  );
  return `  the key of this installation is not in it: on another machine take ${path} along, or what has secrets in its environment is recreated once`;
}
