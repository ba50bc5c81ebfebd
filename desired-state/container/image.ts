// The image a container runs, and the names it goes by.

import type { PullPolicy } from '../container-spec.ts';
import type { MapNode, Node } from '../tree.ts';
import { fieldOf, reject, type Scope, take } from './scope.ts';
import { quote, textOf, wordOf } from './values.ts';

const host = String.raw`(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[a-fA-F0-9:]+\])(?::\d+)?`;
const component = String.raw`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`;
const reference = new RegExp(
  String.raw`^(?:${host}/)?${component}(?:/${component})*(?::[\w][\w.-]{0,127})?(?:@[a-z][a-z0-9+.-]*:[a-fA-F0-9]{32,})?$`,
);

export function isImageReference(text: string): boolean {
  return reference.test(text);
}

/** Empty text where there is none: with `build` it gets a name of its own, else the mistake is reported. */
export function imageOf(scope: Scope, node: MapNode): string {
  const written = take(scope, node, 'image', 'image');
  const image = textOf(written);
  if (written === undefined || image === undefined || image === '') {
    const message = `${scope.what} has no image, expected for example image: postgres:15, or build: FOLDER`;
    if (fieldOf(node, 'build') === undefined) reject(scope, written ?? node, 'MissingImage', message);
    return '';
  }
  if (reference.test(image)) return image;
  const lower = image.toLowerCase();
  const hint = lower !== image && reference.test(lower) ? `did you mean "${lower}"?` : undefined;
  reject(scope, written, 'BadImage', `bad image ${quote(written)}, expected name[:tag], lower case`, hint);
  return image;
}

const policyWords = {
  always: 'always',
  never: 'never',
  missing: 'missing',
  if_not_present: 'missing',
  build: 'build',
  daily: { everyMs: 86_400_000 },
  weekly: { everyMs: 7 * 86_400_000 },
} as const satisfies Record<string, PullPolicy>;
const unitMs = { w: 7 * 86_400_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;

/** `every_1d12h` and Compose's other words; absent: nothing was written. */
export function pullPolicyOf(scope: Scope, node: Node | undefined): PullPolicy | undefined {
  const word = wordOf(node);
  if (node === undefined || word === undefined) return undefined;
  if (Object.hasOwn(policyWords, word)) return policyWords[word as keyof typeof policyWords];
  if (/^every_(?:\d{1,6}[wdhms])+$/.test(word)) {
    const parts = [...word.matchAll(/(\d+)([wdhms])/g)];
    return {
      everyMs: parts.reduce((ms, [, n, unit]) => ms + Number(n) * unitMs[unit as keyof typeof unitMs], 0),
    };
  }
  const expected =
    'expected always, missing, never, build, daily, weekly or every_<time>, for example every_12h';
  return reject(scope, node, 'BadPullPolicy', `bad pull policy ${quote(node)}, ${expected}`);
}

export function containerNameOf(scope: Scope, node: Node | undefined): string | undefined {
  const name = wordOf(node);
  if (node === undefined || name === undefined || /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) return name;
  const message = `bad container name ${quote(node)}, expected two or more of letters, digits, "_", "." and "-", the first a letter or digit`;
  return reject(scope, node, 'BadName', message);
}

export function workingDirOf(scope: Scope, node: Node | undefined): string | undefined {
  const path = wordOf(node);
  if (node === undefined || path === undefined || path.startsWith('/')) return path;
  return reject(
    scope,
    node,
    'BadPath',
    `bad working_dir ${quote(node)}, expected an absolute path in the container`,
  );
}
