// `use_api_socket`: the engine's socket in the container, and a variable that says where the registry credentials are.
// Compose puts those of this machine there; reeve leaves them out and says so.

import type { Mount } from '../container-spec.ts';
import type { MapNode, Node } from '../tree.ts';
import { fieldOf, type Scope, warn } from './scope.ts';
import { flagOf, isTrueWord, textOf } from './values.ts';

const socket = '/var/run/docker.sock';
const credentials = { variable: 'DOCKER_CONFIG', folder: '/run/secrets/docker' };

export interface ApiSocket {
  readonly node: Node;
  readonly mount: Mount;
}

/** The mount, unless the service says itself what is there. */
export function apiSocketMount(
  scope: Scope,
  node: MapNode,
  taken: (target: string) => boolean,
): ApiSocket | undefined {
  const field = fieldOf(node, 'use_api_socket');
  if (field === undefined || flagOf(scope, field) !== true || taken(socket)) return undefined;
  const message = 'use_api_socket mounts the socket; the registry credentials of this machine are not put in';
  const hint = `mount a config.json with those that it needs into ${credentials.folder}`;
  warn(scope, field, 'Unsupported', message, hint);
  return { node: field, mount: { type: 'bind', source: socket, target: socket, createHostPath: true } };
}

/** The variable, by Compose's name and value; a container that Compose made is left as it is for it. */
export function apiSocketVariables(node: MapNode): Readonly<Record<string, string>> {
  return isTrueWord(textOf(fieldOf(node, 'use_api_socket')) ?? '')
    ? { [credentials.variable]: credentials.folder }
    : {};
}
