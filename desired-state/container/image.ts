// The image a container runs, and the names it goes by.

import type { MapNode, Node } from '../tree.ts';
import { fieldOf, reject, type Scope, take } from './scope.ts';
import { quote, textOf, wordOf } from './values.ts';

const host = String.raw`(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[a-fA-F0-9:]+\])(?::\d+)?`;
const component = String.raw`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`;
const reference = new RegExp(
  String.raw`^(?:${host}/)?${component}(?:/${component})*(?::[\w][\w.-]{0,127})?(?:@[a-z][a-z0-9+.-]*:[a-fA-F0-9]{32,})?$`,
);

/** Empty text where there is none: the mistake is reported. */
export function imageOf(scope: Scope, node: MapNode): string {
  const written = take(scope, node, 'image', 'image');
  const build = fieldOf(node, 'build');
  const image = textOf(written);
  if (written === undefined || image === undefined || image === '') {
    if (build) {
      reject(
        scope,
        keyOf(node, 'build'),
        'Unsupported',
        'build without image: reeve builds nothing',
        'build it first and set image',
      );
    } else
      reject(
        scope,
        written ?? node,
        'MissingImage',
        `${scope.what} has no image, expected for example image: postgres:15`,
      );
    return '';
  }
  if (reference.test(image)) return image;
  const lower = image.toLowerCase();
  const hint = lower !== image && reference.test(lower) ? `did you mean "${lower}"?` : undefined;
  reject(scope, written, 'BadImage', `bad image ${quote(written)}, expected name[:tag], lower case`, hint);
  return image;
}

function keyOf(node: MapNode, key: string): MapNode['position'] {
  return node.entries.get(key)?.keyPosition ?? node.position;
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
