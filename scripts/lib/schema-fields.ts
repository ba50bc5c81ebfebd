// Walks a JSON Schema and lists its fields as rows of a table. Knows JSON Schema, not manifests.

export interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

export interface Row {
  /** Field, type, default, meaning. */
  readonly cells: readonly [string, string, string, string];
}

export interface Choice {
  /** Fields at the top that are described elsewhere. */
  readonly leaveOut?: ReadonlySet<string>;
  /** Fields at the top whose inside is. */
  readonly flat?: ReadonlySet<string>;
}

/** Deeper than this a reader is better served by `reeve schema`. */
const deepest = 4;

/** The properties of an object, also where it is one alternative of several. */
export function propertiesOf(schema: Schema): Readonly<Record<string, Schema>> {
  return Object.assign({}, schema.properties, ...variants(schema).map((variant) => variant.properties ?? {}));
}

/** Rows of all fields but those left out at the top. */
export function fieldsOf(schema: Schema, { leaveOut, flat }: Choice = {}, path = '', depth = 0): Row[] {
  const required = new Set([schema, ...variants(schema)].flatMap((variant) => variant.required ?? []));
  return Object.entries(propertiesOf(schema))
    .filter(([name]) => leaveOut?.has(name) !== true)
    .flatMap(([name, field]) => {
      const full = path === '' ? name : `${path}.${name}`;
      const row: Row = {
        cells: [
          `\`${full}\``,
          typeOf(field) + (required.has(name) ? ', required' : ''),
          field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``,
          field.description ?? '',
        ],
      };
      return depth + 1 >= deepest || flat?.has(name) === true
        ? [row]
        : [row, ...below(field, full, depth + 1)];
    });
}

/** What stands inside a field: of an object, of a list's items, of a map's values. */
function below(field: Schema, path: string, depth: number): Row[] {
  return [field, ...variants(field)].flatMap((variant) => {
    if (variant.properties !== undefined) return fieldsOf({ ...variant, anyOf: [] }, {}, path, depth);
    if (variant.items !== undefined) return below(variant.items, `${path}[]`, depth);
    const { additionalProperties: values } = variant;
    return typeof values === 'object' ? below(values, `${path}.NAME`, depth) : [];
  });
}

/** `text or list of text`: in words, for a schema lists what YAML makes of one and the same thing. */
export function typeOf(schema: Schema): string {
  const alternatives = variants(schema);
  if (alternatives.length > 0) return inWords([...new Set(alternatives.map(typeOf))]);
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.items !== undefined) return `list of ${grouped(typeOf(schema.items))}`;
  if (typeof schema.additionalProperties === 'object') {
    return `map of ${grouped(typeOf(schema.additionalProperties))}`;
  }
  if (Array.isArray(schema.type)) return inWords(schema.type);
  return schema.type === 'string' ? 'text' : String(schema.type ?? 'anything');
}

/** Where text is meant, a number or a boolean may stand unquoted; a switch may be a word. */
function inWords(types: readonly string[]): string {
  const left = new Set(types.map((type) => (type === 'string' ? 'text' : type)));
  if (left.has('text') && left.has('boolean')) {
    left.delete(left.has('number') ? 'boolean' : 'text');
    if (left.has('text')) left.delete('number');
  }
  if (left.delete('null')) left.add('nothing');
  return [...left].join(' or ');
}

function grouped(type: string): string {
  return type.includes(' or ') ? `(${type})` : type;
}

function variants(schema: Schema): readonly Schema[] {
  return [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
}
