// JSON Schema of manifests, for editors and for the reference: the zod schemas that check them, written out.

import { z } from 'zod';
import { apiVersion, metadataSchema, platformMetadataSchema, specSchemas } from './manifest/schemas.ts';
import { type ManifestKind, manifestKinds } from './resource.ts';

/** The schema of one kind, or of any manifest. */
export function jsonSchema(kind?: ManifestKind): object {
  const kinds = kind === undefined ? manifestKinds : [kind];
  const schemas = kinds.map((name) => documentSchema(name));
  const [only] = schemas;
  return z.toJSONSchema(schemas.length === 1 && only !== undefined ? only : z.union(schemas), {
    io: 'input',
    unrepresentable: 'any',
  });
}

/** A spec that may be empty may be left out. */
function mayLack(kind: ManifestKind): boolean {
  return specSchemas[kind].safeParse(null).success;
}

function documentSchema(kind: ManifestKind) {
  return z.strictObject({
    apiVersion: z.literal(apiVersion).describe('Version of the manifest language.'),
    kind: z.literal(kind).describe('What it declares.'),
    metadata: (kind === 'Platform' ? platformMetadataSchema : metadataSchema).describe(
      'Its name and labels.',
    ),
    spec: mayLack(kind) ? z.optional(specSchemas[kind]) : specSchemas[kind],
  });
}
