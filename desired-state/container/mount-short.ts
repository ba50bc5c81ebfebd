// The short form of a mount: [SOURCE:]TARGET[:OPTIONS]. Owns the split and the options, not the resolving of paths.

import type { Mount } from '../container-spec.ts';
import type { Node } from '../tree.ts';
import { present, reject, type Scope, warn } from './scope.ts';
import { quote, textOf } from './values.ts';

export const propagations = ['rprivate', 'private', 'rshared', 'shared', 'rslave', 'slave'];

type Effect = { readOnly?: boolean; noCopy?: boolean; propagation?: string; selinux?: 'z' | 'Z' };

/** What an option does; Docker Desktop's consistency words do nothing on Linux. */
const options: Readonly<Record<string, Effect>> = {
  ro: { readOnly: true },
  rw: { readOnly: false },
  nocopy: { noCopy: true },
  z: { selinux: 'z' },
  Z: { selinux: 'Z' },
  cached: {},
  delegated: {},
  consistent: {},
  ...Object.fromEntries(propagations.map((propagation) => [propagation, { propagation }])),
};

export function shortMount(scope: Scope, node: Node): Mount | undefined {
  const text = textOf(node);
  if (text === undefined) return undefined;
  const parts = text.split(':');
  if (parts.length > 3 || parts.includes('')) {
    const message = `bad volume ${quote(node)}, expected [source:]target[:options], for example "data:/var/lib/data:ro"`;
    return reject(scope, node, 'BadMount', message);
  }
  const [first = '', target, optionText] = parts;
  if (target === undefined) return { type: 'volume', target: first };
  const { readOnly, noCopy, propagation, selinux } = effectsOf(scope, node, optionText);
  const common = { target, source: first, ...present({ readOnly: readOnly || undefined, selinux }) };
  if (isHostPath(first))
    return { type: 'bind', ...common, createHostPath: true, ...present({ propagation }) };
  return { type: 'volume', ...common, ...present({ noCopy }) };
}

/** Compose takes a source for a host path by its first character; anything else names a volume. */
function isHostPath(source: string): boolean {
  return /^[./~]/.test(source);
}

function effectsOf(scope: Scope, node: Node, text: string | undefined): Effect {
  const effect: Effect = {};
  for (const option of text === undefined ? [] : text.split(',')) {
    if (Object.hasOwn(options, option)) Object.assign(effect, options[option]);
    else {
      const message = `unknown mount option ${JSON.stringify(option)}, expected ro, rw, nocopy or a propagation`;
      warn(scope, node, 'UnknownOption', message);
    }
  }
  return effect;
}
