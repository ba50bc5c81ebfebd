// `reeve procedures`: what is under way and what ended last; `show ID` tells one with its log, `--follow` as it goes on.

import type { Command } from 'commander';
import { exitStatus, ReeveError } from '../../errors.ts';
import type { Procedures } from '../../procedures/procedures.ts';
import type { Context } from '../context.ts';
import {
  count,
  type OutputFlags,
  type PlatformFlags,
  withExamples,
  withOutput,
  withPlatform,
} from '../options.ts';

interface Flags extends PlatformFlags, OutputFlags {
  readonly limit: number;
  readonly follow?: boolean;
}

export function define(command: Command, context: Context): void {
  withExamples(
    withOutput(withPlatform(command))
      .description(
        'Lists the procedures that are under way and the last that ended; show ID tells one: its state, what it waits for, its next deadline, what may be decided, and how it came there.',
      )
      .argument('[show]', 'the word show')
      .argument('[id]', 'which one')
      .option('--limit <count>', 'the newest that many', count, 20)
      .option('--follow', 'go on telling until it has ended or waits for a decision')
      .action((show: string | undefined, id: string | undefined, flags: Flags) =>
        procedures(show, id, flags, context),
      ),
    [
      ['reeve procedures', 'all of them'],
      ['reeve procedures show batched-restart-1f9c22 --follow', 'watch one'],
    ],
  );
}

async function procedures(
  show: string | undefined,
  id: string | undefined,
  flags: Flags,
  context: Context,
): Promise<void> {
  if (show !== undefined && (show !== 'show' || id === undefined)) {
    throw new ReeveError(show === 'show' ? 'show which one?' : `procedures takes show ID, not ${show}`, {
      status: exitStatus.usage,
      hint: 'reeve procedures lists them; reeve procedures show ID tells one',
    });
  }
  const [{ openStored }, { listProcedures, readProcedure }, views, { print }, { follow }] = await Promise.all(
    [
      import('../stored.ts'),
      import('../../procedures/read.ts'),
      import('../views/procedures.ts'),
      import('../print.ts'),
      import('../follow-procedure.ts'),
    ],
  );
  const { store, place } = await openStored(flags, context);
  try {
    if (id === undefined) {
      const found = await listProcedures(store, flags.limit);
      return print(context, flags, { platform: place.platform, procedures: found }, views.proceduresView);
    }
    if (flags.follow !== true)
      return print(context, flags, await readProcedure(store, id), views.procedureView);
    const { attend } = await import('../../procedures/attend.ts');
    const watch: Pick<Procedures, 'attend'> = {
      attend: (which, tell, signal) => attend(() => readProcedure(store, which), tell, signal),
    };
    await follow(watch, id, flags, context);
  } finally {
    await store.close();
  }
}
