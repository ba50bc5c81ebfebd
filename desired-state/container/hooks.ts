// Commands that reeve runs in the container: after its start, before its stop.

import type { Hook } from '../container-spec.ts';
import type { Node } from '../tree.ts';
import { commandOf } from './command.ts';
import { fieldOf, present, type Scope } from './scope.ts';
import { flagOf, itemsOf, pairsOf, pairText, wordOf } from './values.ts';

export function hooksOf(
  scope: Scope,
  node: Node | undefined,
  as: 'postStart' | 'preStop',
): Hook[] | undefined {
  if (node === undefined) return undefined;
  return itemsOf(node).map((item, index) => {
    const privileged = fieldOf(item, 'privileged');
    if (privileged !== undefined) scope.positions[`${as}.${index}.privileged`] = privileged.position;
    return {
      command: commandOf(scope, fieldOf(item, 'command')) ?? [],
      ...environmentOf(scope, fieldOf(item, 'environment')),
      ...present({
        user: wordOf(fieldOf(item, 'user')),
        privileged: flagOf(scope, privileged),
        workingDir: wordOf(fieldOf(item, 'working_dir')),
      }),
    };
  });
}

/** A key without a value takes the container's variable away: the shell is asked for a service's own variables only. */
function environmentOf(scope: Scope, node: Node | undefined): Pick<Hook, 'environment' | 'unsetEnvironment'> {
  const environment: Record<string, string> = {};
  const unset: string[] = [];
  for (const pair of pairsOf(scope, node)) {
    const text = pairText(pair);
    if (text === undefined) unset.push(pair.key);
    else environment[pair.key] = text;
  }
  return { environment, ...(unset.length === 0 ? {} : { unsetEnvironment: unset.sort() }) };
}
