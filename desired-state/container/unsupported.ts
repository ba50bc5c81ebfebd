// What Compose has and reeve does not act on: accepted by the schema, answered at its line, never dropped in silence.
// A row that becomes supported moves to schema.ts and to a part of normalize.ts.

import { z } from 'zod';
import { childOf, keyPositionAt, type MapNode, type Path } from '../tree.ts';
import { reject, type Scope, warn } from './scope.ts';

interface Unsupported {
  readonly severity: 'error' | 'warning';
  /** What follows `FIELD`: what happens, and what to do instead. */
  readonly says: string;
}

const ignored = (says = 'is not acted on yet'): Unsupported => ({ severity: 'warning', says });
const refused = (says: string): Unsupported => ({ severity: 'error', says });

const fields = {
  attach: ignored('has no effect: output goes to `reeve logs`'),
  credential_spec: ignored('has no effect on Linux'),
  develop: ignored('has no effect: reeve keeps what runs and does not watch sources'),
  models: ignored('is not acted on yet; declare a kind: Model'),
  pre_start: ignored(),
  provider: refused('is not supported; declare what it provides as a service of its own'),
  pull_refresh_after: ignored(),
} satisfies Record<string, Unsupported>;

type Field = keyof typeof fields;
const isField = (key: string): key is Field => Object.hasOwn(fields, key);

/** Paths inside a field, each checked like a field. */
const nested: readonly { readonly path: Path; readonly rule: Unsupported }[] = [
  { path: ['deploy', 'endpoint_mode'], rule: ignored('has no effect without Swarm') },
  { path: ['deploy', 'labels'], rule: ignored('has no effect without Swarm; use labels') },
  { path: ['deploy', 'mode'], rule: ignored('has no effect without Swarm') },
  { path: ['deploy', 'placement'], rule: ignored('has no effect without Swarm') },
  { path: ['deploy', 'rollback_config'], rule: ignored('has no effect without Swarm') },
  ...['parallelism', 'delay', 'failure_action', 'monitor', 'max_failure_ratio'].map((field) => ({
    path: ['deploy', 'update_config', field],
    rule: ignored('has no effect without Swarm; a rollout is shaped by policy.rollout'),
  })),
  { path: ['deploy', 'restart_policy', 'delay'], rule: ignored('has no effect without Swarm') },
  { path: ['deploy', 'restart_policy', 'window'], rule: ignored('has no effect without Swarm') },
  { path: ['deploy', 'resources', 'reservations', 'cpus'], rule: ignored('has no effect without Swarm') },
  {
    path: ['deploy', 'resources', 'reservations', 'generic_resources'],
    rule: ignored('has no effect without Swarm'),
  },
];

/** Their types are not checked: what is not acted on cannot be wrong. */
export const unsupportedShape = {
  ...fieldShape(),
};

type FieldShape = { [K in Field]: z.ZodOptional<z.ZodUnknown> };

function fieldShape(): FieldShape {
  const shape: Partial<FieldShape> = {};
  for (const key of Object.keys(fields).filter(isField)) {
    shape[key] = z.unknown().optional().describe(`Compose's ${key}: ${fields[key].says}.`);
  }
  return shape as FieldShape;
}

/** Answers each field of the container that reeve does not act on. */
export function reportUnsupported(scope: Scope, node: MapNode): void {
  const report = (path: Path, rule: Unsupported): void => {
    const tell = rule.severity === 'error' ? reject : warn;
    tell(scope, keyPositionAt(node, path), 'Unsupported', `${path.join('.')} ${rule.says}`);
  };
  for (const key of node.entries.keys()) if (isField(key)) report([key], fields[key]);
  for (const { path, rule } of nested) if (has(node, path)) report(path, rule);
}

function has(node: MapNode, path: Path): boolean {
  let at: ReturnType<typeof childOf> = node;
  for (const part of path) {
    at = at && childOf(at, part);
    if (at === undefined) return false;
  }
  return true;
}
