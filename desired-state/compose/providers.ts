// Services that something else provides (`provider`): Compose starts a program for them, reeve does not. Each is told and
// left out, and nobody waits for it.

import { childOf, type MapNode } from '../tree.ts';
import { withEntry } from './edit.ts';
import { type Loading, tell } from './loading.ts';

export function withoutProviders(
  loading: Loading,
  services: ReadonlyMap<string, MapNode>,
): Map<string, MapNode> {
  const provided = new Set<string>();
  for (const [name, service] of services) {
    const provider = service.entries.get('provider');
    if (provider === undefined) continue;
    provided.add(name);
    const message = `provider is not acted on: service ${name} is left out`;
    const hint = 'start what it provides yourself, or declare it as a service with an image';
    tell(loading, 'warning', provider.keyPosition, { code: 'Unsupported', message, hint });
  }
  if (provided.size === 0) return new Map(services);
  const kept = [...services].filter(([name]) => !provided.has(name));
  return new Map(kept.map(([name, service]) => [name, withoutNeeds(service, provided)]));
}

function withoutNeeds(service: MapNode, provided: ReadonlySet<string>): MapNode {
  const needs = childOf(service, 'depends_on');
  const entry = service.entries.get('depends_on');
  if (needs?.kind !== 'map' || entry === undefined) return service;
  const left = [...needs.entries].filter(([name]) => !provided.has(name));
  return withEntry(service, { ...entry, value: { ...needs, entries: new Map(left) } });
}
