// The canonical shape as `config` prints it without --format json: what only YAML has comes in, what is not set goes.

import { inYaml } from './shapes.ts';

/** A project in canonical shape, or a part of it, for a YAML printer. */
export function yamlShape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(yamlShape);
  if (typeof value !== 'object' || value === null) return value;
  const own = (value as { readonly [inYaml]?: Readonly<Record<string, unknown>> })[inYaml] ?? {};
  const fields = Object.entries({ ...value, ...own }).map(([key, field]) => {
    const isUsers = key.startsWith('x-') && Object.hasOwn(own, key);
    return [key, isUsers ? field : yamlShape(field)] as const;
  });
  return Object.fromEntries(fields.filter(([key, field]) => !isUnset(key, field)));
}

/** JSON has these keys always, YAML only where something is said. */
function isUnset(key: string, value: unknown): boolean {
  if (value === undefined) return true;
  if (key === 'command' || key === 'entrypoint') return value === null;
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return isEmpty && (key === 'ipam' || key === 'resources' || key === 'placement' || key === 'exec');
}
