// What a container waits for: depends_on, and what its namespaces and links need without saying so.

import type { Position } from '../diagnostic.ts';
import type { MapNode, Node } from '../tree.ts';
import { servicesOfVolumesFrom } from './links.ts';
import { fieldOf, type Scope } from './scope.ts';
import { flagOf, itemsOf, textOf } from './values.ts';

export interface ContainerDependency {
  readonly name: string;
  readonly condition: 'ready' | 'started' | 'completed';
  readonly required: boolean;
  readonly restart?: true;
  readonly position: Position;
}

const conditions: Readonly<Record<string, ContainerDependency['condition']>> = {
  service_started: 'started',
  service_healthy: 'ready',
  service_completed_successfully: 'completed',
};

/** In the order written; what is said in depends_on goes before what follows from other fields. */
export function dependenciesOf(scope: Scope, node: MapNode): ContainerDependency[] {
  const written = fieldOf(node, 'depends_on');
  const explicit = written?.kind === 'map' ? longForm(scope, written) : shortForm(scope, written);
  const all = [...explicit, ...namespacesOf(node), ...linkedOf(node)];
  const byName = new Map<string, ContainerDependency>();
  for (const dependency of all) if (!byName.has(dependency.name)) byName.set(dependency.name, dependency);
  return [...byName.values()];
}

function shortForm(scope: Scope, node: Node | undefined): ContainerDependency[] {
  const condition = scope.shortDependency ?? 'started';
  return itemsOf(node).flatMap((item) => {
    const name = textOf(item);
    return name === undefined ? [] : [{ name, condition, required: true, position: item.position }];
  });
}

function longForm(scope: Scope, node: MapNode): ContainerDependency[] {
  return [...node.entries.values()].map(({ key, keyPosition, value }) => {
    const condition = textOf(fieldOf(value, 'condition')) ?? '';
    const required = flagOf(scope, fieldOf(value, 'required')) ?? true;
    const restart = flagOf(scope, fieldOf(value, 'restart')) === true ? { restart: true as const } : {};
    const short = scope.shortDependency ?? 'started';
    const known = Object.hasOwn(conditions, condition) ? conditions[condition] : undefined;
    return { name: key, condition: known ?? short, required, ...restart, position: keyPosition };
  });
}

/** A namespace shared with a service needs that service started. */
function namespacesOf(node: MapNode): ContainerDependency[] {
  return ['network_mode', 'pid', 'ipc'].flatMap((key) => {
    const child = fieldOf(node, key);
    const name = /^service:(.+)$/.exec(textOf(child) ?? '')?.[1];
    if (child === undefined || name === undefined) return [];
    return [{ name, condition: 'started' as const, required: true, position: child.position }];
  });
}

/** Links, and volumes of others: both need the other's container. */
function linkedOf(node: MapNode): ContainerDependency[] {
  const links = itemsOf(fieldOf(node, 'links')).map((item) => ({
    name: textOf(item)?.split(':')[0] ?? '',
    item: item.position,
  }));
  return [...links, ...servicesOfVolumesFrom(node)].flatMap(({ name, item }) =>
    name === '' ? [] : [{ name, condition: 'started' as const, required: true, position: item }],
  );
}
