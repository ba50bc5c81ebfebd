// Which spec a container has been made or brought to. Its label tells what it was made to and cannot be changed; what was
// changed in place since is remembered. Without that memory the label speaks, and a change reads as one of the manifest.

import type { Facts } from './facts.ts';
import { identityLabels, type ObservedContainer } from './observed.ts';

/** Its last spec that reeve saw fulfilled is this one: what differs now was changed by somebody else. */
export function isBroughtTo(container: ObservedContainer, hash: string, facts: Facts): boolean {
  return lastSpecOf(container, facts) === hash;
}

/** The hash of that spec; a container that is not ours has none. */
export function lastSpecOf({ id, labels }: ObservedContainer, facts: Facts): string | undefined {
  return facts.broughtTo[id] ?? labels[identityLabels.specHash];
}
