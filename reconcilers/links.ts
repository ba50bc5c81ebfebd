// Links between containers, as `CONTAINER:ALIAS`. A container that was adopted may bear another name than the declared one,
// and what Compose 1.29 linked has other names by the way than what a later Compose links.

import type { Workload } from '../desired-state/resource.ts';
import { isComposeName } from './compose-identity.ts';

/** Links, or volumes that are taken from others, by the names that the containers bear. */
export function byLiveName(
  references: readonly string[],
  liveNames: ReadonlyMap<string, string>,
): readonly string[] {
  return references.map((text) => text.replace(/^[^:]+/, (name) => liveNames.get(name) ?? name));
}

/**
 * By declared names, without those aliases that come with every link: the container's own name, and SERVICE-1 with the
 * project's name before it and without, which 1.29 wrote with "_".
 */
export function meantLinks(
  links: readonly string[],
  platform: string,
  linked: ReadonlyMap<string, Workload>,
): string[] {
  return links.flatMap((link) => {
    const [name = '', alias = ''] = link.split(':', 2);
    const workload = linked.get(name);
    if (workload === undefined) return [link];
    const isNumbered = [alias, `${platform}_${alias}`, `${platform}-${alias}`].some((full) =>
      isComposeName(full, platform, workload.name),
    );
    return isNumbered || alias === name ? [] : [`${workload.containerName}:${alias}`];
  });
}
