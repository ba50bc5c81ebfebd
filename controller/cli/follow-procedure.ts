// Follows a procedure on the screen: a line for each change, and the exit status that goes with how it ended.

import { exitStatus } from '../errors.ts';
import type { Procedures } from '../procedures/procedures.ts';
import type { ProcedureReport } from '../reports/procedures.ts';
import type { Context } from './context.ts';
import { onInterrupt } from './interrupt.ts';
import type { OutputFlags } from './options.ts';
import { screenOf } from './screen.ts';
import { procedureView, stageLines, transitionLine } from './views/procedures.ts';

const endedWell = new Set(['done', 'recovered', 'resolved']);

export async function follow(
  procedures: Pick<Procedures, 'attend'>,
  id: string,
  flags: OutputFlags,
  context: Context,
): Promise<void> {
  const { terminal } = context;
  const interrupt = onInterrupt(context, `no longer watching ${id}; it goes on with the controller`);
  let shown = 0;
  const tell = (report: ProcedureReport): void => {
    if (flags.output === 'json') return;
    for (const line of report.log.slice(shown)) terminal.out(transitionLine(line, screenOf(context)));
    shown = report.log.length;
  };
  const last = await procedures.attend(id, tell, interrupt);
  if (flags.output === 'json') terminal.out(JSON.stringify(last, null, 2));
  else if (last.endedAt === undefined) terminal.out(procedureView(last, screenOf(context)));
  else for (const line of stageLines(last, screenOf(context))) terminal.out(line);
  if (last.choices.length > 0) context.exit(exitStatus.blocked);
  else if (!endedWell.has(last.state)) context.exit(exitStatus.failed);
}
