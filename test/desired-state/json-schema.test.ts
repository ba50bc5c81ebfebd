import { expect, test } from 'vitest';
import { containerShape } from '../../desired-state/container/schema.ts';
import { jsonSchema } from '../../desired-state/json-schema.ts';
import { manifestKinds } from '../../desired-state/resource.ts';

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
}

/** Paths of fields without a description, but for those that are Compose's own. */
function undescribed(schema: Schema, path: string): string[] {
  const below = [...(schema.anyOf ?? []), ...(schema.items === undefined ? [] : [schema.items])];
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    if (Object.hasOwn(containerShape, name)) return [];
    const here = `${path}.${name}`;
    return [...(field.description === undefined ? [here] : []), ...undescribed(field, here)];
  });
  return [...own, ...below.flatMap((part) => undescribed(part, path))];
}

test.each(manifestKinds)('every field of %s that is not Compose’s says what it is for', (kind) => {
  const schema = jsonSchema(kind) as Schema;
  expect(undescribed(schema, kind)).toEqual([]);
  expect(schema.required).toEqual(expect.arrayContaining(['apiVersion', 'kind', 'metadata']));
  expect(schema.additionalProperties).toBe(false);
});

test('without a kind it is a choice of all', () => {
  expect((jsonSchema() as Schema).anyOf).toHaveLength(manifestKinds.length);
});
