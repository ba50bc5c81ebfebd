// What a container shares with the host or with another container, and where its output goes.

import type { ContainerSpec } from '../container-spec.ts';
import type { Node } from '../tree.ts';
import { fieldOf, present, reject, type Scope } from './scope.ts';
import { quote, textMapOf, textOf } from './values.ts';

/** `modes`: words that may stand there; one with a colon at the end takes a name. */
export function namespaceOf(
  scope: Scope,
  node: Node | undefined,
  modes: readonly string[],
): string | undefined {
  const text = textOf(node);
  if (node === undefined || text === undefined || text === '') return undefined;
  const fits = (mode: string): boolean =>
    mode.endsWith(':') ? text.startsWith(mode) && text !== mode : text === mode;
  if (modes.some(fits)) return text;
  const expected = modes.map((mode) => (mode.endsWith(':') ? `${mode}NAME` : mode)).join(', ');
  return reject(scope, node, 'BadNamespace', `bad value ${quote(node)}, expected ${expected}`);
}

export function loggingOf(scope: Scope, node: Node | undefined): ContainerSpec['logging'] {
  if (node?.kind !== 'map') return undefined;
  return present({
    driver: textOf(fieldOf(node, 'driver')),
    options: textMapOf(scope, fieldOf(node, 'options')),
  });
}
