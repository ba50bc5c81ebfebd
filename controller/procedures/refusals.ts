// Why a procedure does not take what a person said, or cannot begin.

import type { Ref } from '../../desired-state/resource.ts';
import type { ProcedureDefinition } from '../../reconcilers/procedures/definition.ts';
import { exitStatus, ReeveError } from '../errors.ts';
import type { ProcedureRecord } from '../store/store.ts';

/** Another one has what it wants. */
export function taken({ id }: ProcedureRecord, shared: readonly Ref[]): ReeveError {
  const what = shared.length === 0 ? 'is' : `has ${shared.slice(0, 3).join(', ')}`;
  return new ReeveError(`${id} ${what} under way`, {
    status: exitStatus.blocked,
    hint: `see it: reeve procedures show ${id}; end it: reeve abort ${id}`,
  });
}

/** There is nothing to go back from. */
export function nothingInForce(): ReeveError {
  return new ReeveError('nothing was ever in force of this platform', {
    status: exitStatus.usage,
    hint: 'reeve apply brings its manifests in force',
  });
}

/** No machine is shipped that it could go on with. */
export function stranded({ id, kind, version }: ProcedureRecord): ReeveError {
  return new ReeveError(
    `${id} began with version ${version} of ${kind}, which this reeve does not have: it stands still until one that has it runs`,
    { status: exitStatus.blocked },
  );
}

/** The word means nothing to it in its state. */
export function notNow(
  { id, machine }: ProcedureRecord,
  definition: ProcedureDefinition,
  word: { readonly type: string },
): ReeveError {
  const { message, choices } = definition.outlook(machine.state, machine.context);
  const may = choices.length === 0 ? '' : `; it takes: decide ${choices.join('|')}`;
  return new ReeveError(`${id} does not take ${word.type} now: ${message}${may}`, {
    status: exitStatus.usage,
  });
}

export function noSuch(id: string, running: readonly ProcedureRecord[]): ReeveError {
  const names = running.map((r) => r.id);
  return new ReeveError(`no procedure ${id} is under way`, {
    status: exitStatus.usage,
    hint:
      names.length === 0 ? 'none is: reeve procedures shows the last ones' : `under way: ${names.join(', ')}`,
  });
}
