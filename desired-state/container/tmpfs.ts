// The `tmpfs` field: TARGET[:OPTIONS], for example /run:size=64m,mode=1777. Options are the kernel's and go to the
// engine as they are, as Compose gives them.

import type { Mount } from '../container-spec.ts';
import type { Node } from '../tree.ts';
import { textOf } from './values.ts';

export function tmpfsMount(node: Node): Mount | undefined {
  const text = textOf(node);
  if (text === undefined) return undefined;
  const at = text.indexOf(':');
  const [target, tmpfsOptions] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  return { type: 'tmpfs', target, tmpfsOptions };
}
