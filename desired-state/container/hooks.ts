// Commands that reeve runs in the container: after its start, before its stop.

import type { Hook } from '../container-spec.ts';
import type { Node } from '../tree.ts';
import { commandOf } from './command.ts';
import { fieldOf, present, type Scope } from './scope.ts';
import { flagOf, itemsOf, textMapOf, wordOf } from './values.ts';

export function hooksOf(scope: Scope, node: Node | undefined): Hook[] | undefined {
  if (node === undefined) return undefined;
  return itemsOf(node).map((item) => ({
    command: commandOf(scope, fieldOf(item, 'command')) ?? [],
    environment: textMapOf(scope, fieldOf(item, 'environment')) ?? {},
    ...present({
      user: wordOf(fieldOf(item, 'user')),
      privileged: flagOf(scope, fieldOf(item, 'privileged')),
      workingDir: wordOf(fieldOf(item, 'working_dir')),
    }),
  }));
}
