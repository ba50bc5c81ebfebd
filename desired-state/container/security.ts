// Rights and kernel settings: devices, ulimits, security options.

import type { Ulimit } from '../container-spec.ts';
import type { Node } from '../tree.ts';
import { cdiName } from './device-requests.ts';
import { readBeside } from './env-file.ts';
import { fieldOf, reject, type Scope } from './scope.ts';
import { integerOf, itemsOf, quote, textOf, wordOf } from './values.ts';

/** `1000`, `1000:100`, `postgres`; a number that YAML reads as another one than is written must be quoted. */
export function userOf(scope: Scope, node: Node | undefined): string | undefined {
  const user = wordOf(node);
  if (node === undefined || user === undefined || !scope.strict) return user;
  if (node.kind === 'scalar' && typeof node.value === 'number' && node.source !== user) {
    return reject(
      scope,
      node,
      'WrongType',
      `user: expected text, got the number ${user}`,
      'put it in quotes',
    );
  }
  if (/^[^:]*(?::[^:]*)?$/.test(user)) return user;
  return reject(scope, node, 'BadUser', `bad user ${quote(node)}, expected a user, or user:group`);
}

/** `SOURCE:TARGET:PERMISSIONS`, all three. */
export function devicesOf(scope: Scope, node: Node | undefined): string[] | undefined {
  if (node === undefined) return undefined;
  return itemsOf(node).flatMap((item) => {
    const [source, target = source, permissions = 'rwm', ...rest] = deviceParts(item);
    // One by its CDI name is a request to a driver, not a file.
    if (
      source === undefined ||
      cdiName.test(textOf(item.kind === 'map' ? fieldOf(item, 'source') : item) ?? '')
    )
      return [];
    const isPath = !scope.strict || source.startsWith('/');
    if (isPath && source !== '' && target !== '' && rest.length === 0 && /^[rwm]{1,3}$/.test(permissions)) {
      return [`${source}:${target}:${permissions}`];
    }
    const expected = 'expected source[:target[:permissions]], for example "/dev/ttyUSB0:/dev/ttyUSB0:rwm"';
    return reject(scope, item, 'BadDevice', `bad device ${quote(item)}, ${expected}`) ?? [];
  });
}

function deviceParts(item: Node): (string | undefined)[] {
  if (item.kind === 'map')
    return ['source', 'target', 'permissions'].map((key) => textOf(fieldOf(item, key)));
  const parts = textOf(item)?.split(':') ?? [];
  // Two parts may be a device and its permissions: a target is a path.
  const [source, second] = parts;
  return parts.length === 2 && /^[rwm]{1,3}$/.test(second ?? '') ? [source, source, second] : parts;
}

export function ulimitsOf(scope: Scope, node: Node | undefined): Record<string, Ulimit> | undefined {
  if (node?.kind !== 'map') return undefined;
  const found: Record<string, Ulimit> = {};
  for (const { key, value } of node.entries.values()) {
    const soft = integerOf(scope, value.kind === 'map' ? fieldOf(value, 'soft') : value, { min: -1 });
    const hard = value.kind === 'map' ? integerOf(scope, fieldOf(value, 'hard'), { min: -1 }) : soft;
    if (soft === undefined || hard === undefined) continue;
    if (hard !== -1 && (soft === -1 || soft > hard)) {
      reject(
        scope,
        value,
        'BadUlimit',
        `bad ulimit ${key}: soft ${soft} is above hard ${hard}, expected at most that`,
      );
    } else found[key] = { soft, hard };
    scope.positions[`ulimits.${key}`] = value.position;
  }
  return found;
}

/** The engine takes a seccomp profile by content: a file beside the manifest is read in. */
export function securityOptOf(scope: Scope, node: Node | undefined): string[] | undefined {
  if (node === undefined) return undefined;
  return itemsOf(node).flatMap((item) => {
    const option = textOf(item) ?? '';
    const path = /^seccomp[=:](.+)$/.exec(option)?.[1];
    if (path === undefined || path === 'unconfined' || path === 'builtin') return [option];
    const text = readBeside(scope, item, path);
    if (text === undefined) return [];
    try {
      return [`seccomp=${JSON.stringify(JSON.parse(text))}`];
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return reject(scope, item, 'BadValue', `${path}: no JSON, expected a seccomp profile`) ?? [];
    }
  });
}
