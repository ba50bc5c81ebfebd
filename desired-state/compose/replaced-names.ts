// Two files that each give a service a container name of its own mean two containers; merged by the service's name they
// come to one. Compose says nothing of it; here it is told. Changes nothing.

import { childOf, type MapNode } from '../tree.ts';
import { type Loading, tell } from './loading.ts';
import { sectionOf } from './sections.ts';

/** Tells where `over`, a later file, takes the container name of an earlier one away. */
export function tellReplacedNames(loading: Loading, base: MapNode, over: MapNode): void {
  const before = sectionOf(base, 'services').entries;
  for (const { key, value } of sectionOf(over, 'services').entries.values()) {
    const service = before.get(key)?.value;
    const [was, is] = [service && childOf(service, 'container_name'), childOf(value, 'container_name')];
    if (was?.kind !== 'scalar' || is?.kind !== 'scalar' || was.source === is.source) continue;
    const { file, line } = was.position;
    tell(loading, 'warning', is, {
      code: 'NameReplaced',
      message: `container_name ${is.source} replaces ${was.source} of ${file}:${line}: two containers are named, and service ${key} is one`,
      hint: 'where two are meant, give one of the services another name',
    });
  }
}
