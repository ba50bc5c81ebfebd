// Links and volumes taken from others: by service here; the names of their containers are filled in when all are known.

import type { MapNode } from '../tree.ts';
import { fieldOf, reject, type Scope, take } from './scope.ts';
import { itemsOf, quote, textOf } from './values.ts';

/** `service:NAME:ALIAS` for a service, `NAME:ALIAS` for a container that somebody else made. */
export function linksOf(scope: Scope, node: MapNode): string[] | undefined {
  const own = take(scope, node, 'links', 'links');
  const external = take(scope, node, 'external_links', 'links');
  const links = [
    ...itemsOf(own).map((item) => `service:${withAlias(textOf(item) ?? '')}`),
    ...itemsOf(external).map((item) => withAlias(textOf(item) ?? '')),
  ];
  return links.length === 0 ? undefined : links;
}

function withAlias(text: string): string {
  return text.includes(':') ? text : `${text}:${text}`;
}

/** `z` and `Z` label for SELinux what is labelled where it is mounted first. */
const modes = ['ro', 'rw', 'z', 'Z'];

/** `service:NAME[:ro]` or `NAME[:ro]`, as `volumes_from` has `NAME[:ro]` and `container:NAME[:ro]`. */
export function volumesFromOf(scope: Scope, node: MapNode): string[] | undefined {
  const written = take(scope, node, 'volumes_from', 'volumesFrom');
  const found = itemsOf(written).flatMap((item) => {
    const parts = (textOf(item) ?? '').split(':');
    const isContainer = parts[0] === 'container' && parts.length > 1;
    const [name = '', mode, ...rest] = isContainer ? parts.slice(1) : parts;
    if (name === '' || rest.length > 0 || (mode !== undefined && !modes.includes(mode))) {
      const message = `bad volumes_from ${quote(item)}, expected SERVICE, SERVICE:ro or container:NAME:ro`;
      return reject(scope, item, 'BadMount', message) ?? [];
    }
    return [`${isContainer ? '' : 'service:'}${name}${mode === 'ro' ? ':ro' : ''}`];
  });
  return found.length === 0 ? undefined : found;
}

/** Services whose volumes it takes. */
export function servicesOfVolumesFrom(
  node: MapNode,
): { readonly name: string; readonly item: MapNode['position'] }[] {
  return itemsOf(fieldOf(node, 'volumes_from')).flatMap((item) => {
    const [name = '', ...rest] = (textOf(item) ?? '').split(':');
    return name === '' || (name === 'container' && rest.length > 0) ? [] : [{ name, item: item.position }];
  });
}
