// When the engine restarts a container, how it is asked to stop, how many there are and how a new one takes its place.

import { constants } from 'node:os';
import type { RestartPolicy } from '../container-spec.ts';
import type { MapNode, Node } from '../tree.ts';
import { fieldOf, reject, type Scope, take } from './scope.ts';
import { integerOf, quote, textOf, wordOf } from './values.ts';

const expectedRestart = 'expected no, always, unless-stopped, on-failure or on-failure:N';

/** Compose maps deploy.restart_policy.condition to the engine's words; `restart` knows the engine's own. */
const conditions: Readonly<Record<string, RestartPolicy['name']>> = {
  none: 'no',
  no: 'no',
  any: 'always',
  always: 'always',
  'on-failure': 'on-failure',
  'unless-stopped': 'unless-stopped',
};

export interface Restart {
  readonly restart: RestartPolicy;
  /** Somebody wrote a policy: an absent one means something else than `no`. */
  readonly written: boolean;
}

export function restartOf(scope: Scope, node: MapNode): Restart {
  const plain = take(scope, node, 'restart', 'restart');
  const deploy = fieldOf(node, 'deploy');
  const policy = deploy && fieldOf(deploy, 'restart_policy');
  if (policy?.kind === 'map') {
    scope.positions['restart'] = policy.position;
    return { restart: fromDeploy(scope, policy), written: true };
  }
  if (plain === undefined || wordOf(plain) === undefined) return { restart: { name: 'no' }, written: false };
  return { restart: fromText(scope, plain), written: true };
}

function fromText(scope: Scope, node: Node): RestartPolicy {
  const text = textOf(node) ?? '';
  const [name = '', retries, ...rest] = text.split(':');
  const known = name === 'no' || name === 'always' || name === 'unless-stopped' || name === 'on-failure';
  if (known && rest.length === 0) {
    if (retries === undefined) return { name };
    if (name === 'on-failure' && /^\d{1,9}$/.test(retries)) return withRetries(name, Number(retries));
  }
  const hint = text === 'false' ? 'write "no"' : undefined;
  reject(scope, node, 'BadRestart', `bad restart policy ${quote(node)}, ${expectedRestart}`, hint);
  return { name: 'no' };
}

function fromDeploy(scope: Scope, policy: MapNode): RestartPolicy {
  const node = fieldOf(policy, 'condition');
  const condition = textOf(node) ?? 'any';
  const name = Object.hasOwn(conditions, condition) ? conditions[condition] : undefined;
  const attempts = integerOf(scope, fieldOf(policy, 'max_attempts'), { min: 0, max: 2 ** 31 - 1 });
  if (name === undefined) {
    reject(
      scope,
      node ?? policy,
      'BadRestart',
      `bad restart condition ${quote(node ?? policy)}, expected none, on-failure or any`,
    );
    return { name: 'no' };
  }
  // The engine refuses a count with any other policy.
  return name === 'on-failure' ? withRetries(name, attempts) : { name };
}

function withRetries(name: 'on-failure', maxRetries: number | undefined): RestartPolicy {
  return maxRetries ? { name, maxRetries } : { name };
}

export function stopSignalOf(scope: Scope, node: Node | undefined): string | undefined {
  const text = wordOf(node);
  if (node === undefined || text === undefined) return undefined;
  const name = text.toUpperCase().replace(/^SIG/, '');
  const isNumber = /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 64;
  const isRealTime = /^RTM(?:IN\+\d+|AX-\d+|IN|AX)$/.test(name);
  if (isNumber || isRealTime || Object.hasOwn(constants.signals, `SIG${name}`)) return text;
  return reject(
    scope,
    node,
    'BadSignal',
    `bad signal ${quote(node)}, expected for example SIGTERM or SIGINT`,
  );
}

/** More of one service than any host runs is a slip of the keys. */
const mostReplicas = 10_000;

/** How many containers: `scale`, else `deploy.replicas`, else 1. Both written must agree, as Compose has it. */
export function replicasOf(scope: Scope, node: MapNode): number {
  const deploy = fieldOf(node, 'deploy');
  const range = { min: 0, max: mostReplicas };
  const scaleNode = fieldOf(node, 'scale');
  const replicasNode = deploy && fieldOf(deploy, 'replicas');
  const scale = integerOf(scope, scaleNode, range);
  const replicas = integerOf(scope, replicasNode, range);
  if (scaleNode && scale !== undefined && replicas !== undefined && scale !== replicas) {
    const message = `scale ${scale} and deploy.replicas ${replicas} differ, expected one of the two`;
    reject(scope, scaleNode, 'ConflictingReplicas', message);
  }
  return scale ?? replicas ?? 1;
}

/** `start-first` where it is written; its place is noted. What else is written there is the schema's finding. */
export function updateOrderOf(scope: Scope, node: MapNode): 'start-first' | undefined {
  const config = fieldOf(fieldOf(node, 'deploy') ?? node, 'update_config');
  const order = config?.kind === 'map' ? take(scope, config, 'order', 'updateOrder') : undefined;
  return wordOf(order) === 'start-first' ? 'start-first' : undefined;
}
