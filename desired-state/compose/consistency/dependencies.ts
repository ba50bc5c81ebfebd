// Dependencies of a Compose project: each leads to a service that takes part, and none leads back to itself.

import { childOf, type MapEntry, type MapNode } from '../../tree.ts';
import { didYouMean } from '../../yaml/suggest.ts';
import { isTrue } from '../canonical/defaults.ts';
import { sectionOf } from '../sections.ts';
import { type Checked, itemsOf, textOf } from './parts.ts';

export function checkDependencies(checked: Checked): void {
  for (const [name, service] of checked.services) {
    for (const need of needsOf(service)) checkNeed(checked, name, need);
  }
  checkCycles(checked);
}

function needsOf(service: MapNode): MapEntry[] {
  const written = childOf(service, 'depends_on');
  return written?.kind === 'map' ? [...written.entries.values()] : [];
}

function checkNeed({ model, services, isRefused, wrong }: Checked, name: string, need: MapEntry): void {
  const { key, keyPosition, value } = need;
  if (services.has(key)) return;
  const all = sectionOf(model, 'services').entries;
  const disabled = all.get(key)?.value;
  if (disabled === undefined) {
    const { hint } = didYouMean(key, all.keys());
    if (sectionOf(model, 'jobs').entries.has(key)) {
      wrong(name, keyPosition, 'UnknownReference', `"${key}" is a job, expected a service`);
    } else wrong(name, keyPosition, 'UnknownReference', `there is no Service or Agent "${key}"`, hint);
    return;
  }
  if (isRefused(key) || !isTrue(childOf(value, 'required'))) return;
  const profiles = itemsOf(childOf(disabled, 'profiles')).map((item) => textOf(item) ?? '');
  const message = `service ${name} needs ${key}, which takes part only with profile ${profiles.join(' or ')}`;
  const hint = `set COMPOSE_PROFILES=${profiles[0] ?? ''}, or required: false`;
  // Of a long form the value says what is needed; a short one is its own place.
  wrong(name, value.position, 'InactiveService', message, hint);
}

/** Each circle is told once, at the dependency that closes it. Without recursion: a chain of thousands is no mistake. */
function checkCycles({ services, wrong }: Checked): void {
  const state = new Map<string, 'open' | 'done'>();
  for (const start of [...services.keys()].sort()) {
    if (state.has(start)) continue;
    const trail: { name: string; needs: MapEntry[]; next: number }[] = [];
    const enter = (name: string): void => {
      const service = services.get(name);
      state.set(name, 'open');
      trail.push({ name, needs: service === undefined ? [] : needsOf(service), next: 0 });
    };
    enter(start);
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const need = top.needs[top.next++];
      if (need === undefined) {
        state.set(top.name, 'done');
        trail.pop();
      } else if (state.get(need.key) === 'open') {
        const from = trail.findIndex(({ name }) => name === need.key);
        const circle = [...trail.slice(from).map(({ name }) => name), need.key].join(' → ');
        const message = `dependencies go in a circle: ${circle}`;
        wrong(top.name, need.keyPosition, 'DependencyCycle', message, 'take one of them away');
      } else if (!state.has(need.key) && services.has(need.key)) enter(need.key);
    }
  }
}
