// Looks into a zod schema for the keys that are known at a path, so that an unknown one can be answered with a near one.

import type { z } from 'zod';
import type { Path } from '../tree.ts';

/** Keys that the schema knows for the map at `path`; several where a union allows several maps. */
export function knownKeys(schema: z.core.$ZodType, path: Path): string[] {
  let schemas = objectsOf(schema);
  for (const part of path) schemas = schemas.flatMap((at) => childrenOf(at, part)).flatMap(objectsOf);
  return schemas.flatMap((at) => {
    const { def } = at._zod;
    return isObject(def) ? Object.keys(def.shape) : [];
  });
}

function isObject(def: z.core.$ZodTypeDef): def is z.core.$ZodObjectDef {
  return def.type === 'object';
}

function childrenOf(schema: z.core.$ZodType, part: string | number): z.core.$ZodType[] {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  switch (def.type) {
    case 'object': {
      const child = def.shape[String(part)] ?? def.catchall;
      return child === undefined ? [] : [child];
    }
    case 'record':
      return [def.valueType];
    case 'array':
      return [def.element];
    default:
      return [];
  }
}

/** Opens wrappers and unions down to what has children. */
function objectsOf(schema: z.core.$ZodType): z.core.$ZodType[] {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'readonly':
    case 'nonoptional':
      return objectsOf(def.innerType);
    case 'pipe':
      return objectsOf(def.in);
    case 'lazy':
      return objectsOf(def.getter());
    case 'union':
      return def.options.flatMap(objectsOf);
    case 'intersection':
      return [...objectsOf(def.left), ...objectsOf(def.right)];
    default:
      return [schema];
  }
}
