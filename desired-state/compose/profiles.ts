// Which services take part by their profiles, and the answer to one that needs another which does not.

import { childOf, type MapNode, type Node } from '../tree.ts';
import { type Loading, type Lookup, tell } from './loading.ts';

/** Services without a profile, and those with one of COMPOSE_PROFILES (`*`: all). */
export function activeServices(
  loading: Loading,
  services: ReadonlyMap<string, MapNode>,
  lookup: Lookup,
): Map<string, MapNode> {
  const named = (lookup('COMPOSE_PROFILES') ?? '').split(',').map((profile) => profile.trim());
  const wanted = new Set(named);
  const active = new Map<string, MapNode>();
  const inactive = new Map<string, Reason>();
  for (const [name, service] of services) {
    const profiles = textsOf(childOf(service, 'profiles'));
    const takesPart = profiles.length === 0 || wanted.has('*') || profiles.some((p) => wanted.has(p));
    if (!takesPart) inactive.set(name, profileReason(profiles));
    else active.set(name, service);
  }
  for (const [name, service] of active) {
    for (const need of needsOf(service)) {
      const reason = inactive.get(need.name);
      if (reason === undefined) continue;
      const message = `service ${name} needs ${need.name}, which ${reason.why}`;
      tell(loading, 'error', need.at, { code: 'InactiveService', message, hint: reason.hint });
    }
  }
  return active;
}

/** Why a service takes no part, and what a dependent can do. */
interface Reason {
  readonly why: string;
  readonly hint: string;
}

function profileReason(profiles: readonly string[]): Reason {
  return {
    why: `takes part only with profile ${profiles.join(' or ')}`,
    hint: `set COMPOSE_PROFILES=${profiles[0] ?? ''}, or required: false`,
  };
}

interface Need {
  readonly name: string;
  readonly at: Node;
}

/** What a service cannot do without; `required: false` can. */
function needsOf(service: MapNode): Need[] {
  const written = childOf(service, 'depends_on');
  const needs: Need[] = [];
  if (written?.kind === 'map') {
    for (const { key, value } of written.entries.values()) {
      const required = childOf(value, 'required');
      const optional = required?.kind === 'scalar' && String(required.value) === 'false';
      if (!optional) needs.push({ name: key, at: value });
    }
  }
  needs.push(...itemsOf(written).map((item) => ({ name: String(item.value), at: item })));
  for (const item of itemsOf(childOf(service, 'links'))) {
    needs.push({ name: String(item.value).split(':', 1)[0] ?? '', at: item });
  }
  for (const key of ['network_mode', 'pid', 'ipc']) {
    const mode = childOf(service, key);
    const name = mode?.kind === 'scalar' ? /^service:(.+)$/.exec(String(mode.value))?.[1] : undefined;
    if (mode !== undefined && name !== undefined) needs.push({ name, at: mode });
  }
  return needs;
}

function itemsOf(node: Node | undefined) {
  return (node?.kind === 'list' ? node.items : []).filter((item) => item.kind === 'scalar');
}

function textsOf(node: Node | undefined): string[] {
  return itemsOf(node).map((item) => String(item.value));
}
