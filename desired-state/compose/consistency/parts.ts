// What the checks of a project share: the model, where mistakes go, and how to read a text or a list out of a node.

import type { MapNode, Node } from '../../tree.ts';
import { scalarText } from '../../yaml/go-scalar.ts';

export interface Checked {
  /** The whole model, normalised. */
  readonly model: MapNode;
  /** Those that take part. */
  readonly services: ReadonlyMap<string, MapNode>;
  /** A service with a mistake that has been told: what needs it is not at fault. */
  readonly isRefused: (service: string) => boolean;
  /** Notes a mistake of a service, and tells it. */
  readonly wrong: (
    service: string,
    at: Node | Node['position'],
    code: string,
    message: string,
    hint?: string,
  ) => void;
}

export function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && node.value !== null ? scalarText(node) : undefined;
}

export function itemsOf(node: Node | undefined): readonly Node[] {
  return node?.kind === 'list' ? node.items : [];
}
