// A store as a file of JSON lines: a header, a row a line, and an end with what it must come to. Read only as a whole: a file
// that was cut, or changed by a single letter, is refused before anything of it is used.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { ReeveError } from '../../errors.ts';
import type { Rows } from './fill.ts';
import {
  type Content,
  ContentSum,
  differing,
  type Row,
  type TableName,
  tableNames,
  tables,
} from './tables.ts';

/** Of the file, not of the tables. One that a reader does not know is refused. */
const formatVersion = 1;

export interface Header {
  readonly platform: string;
  /** ISO 8601. */
  readonly at: string;
  /** The last migration of the store that it was made from. */
  readonly schema: string;
}

/** The lines of a file. */
export async function* linesOf(header: Header, rows: Rows): AsyncGenerator<string> {
  const hash = createHash('sha256');
  const sum = new ContentSum();
  const line = (value: unknown): string => {
    const text = `${JSON.stringify(value)}\n`;
    hash.update(text);
    return text;
  };
  yield line({ reeve: 'store', format: formatVersion, ...header });
  for await (const [table, row] of rows) {
    sum.add(table, row);
    yield line({ table, row });
  }
  yield `${JSON.stringify({ end: { ...sum.content, sha256: hash.digest('hex') } })}\n`;
}

export interface ReadFile {
  readonly header: Header;
  readonly content: Content;
  /** Its rows, read anew. */
  readonly rows: () => Rows;
}

/** Reads a file to its end and finds it whole. `knownSchemas`: those that this reeve can put in. */
export async function readStoreFile(path: string, knownSchemas: readonly string[]): Promise<ReadFile> {
  const hash = createHash('sha256');
  const sum = new ContentSum();
  let header: Header | undefined;
  let end: z.infer<typeof endLine>['end'] | undefined;
  for await (const { number, text } of textLines(path)) {
    if (end !== undefined) throw notWhole(path, `line ${number} comes after its end`);
    if (header === undefined) header = headerOf(path, text, knownSchemas);
    else {
      const line = anyLine.safeParse(parsed(text));
      if (!line.success) throw notWhole(path, `line ${number} is neither a row nor the end`);
      if ('end' in line.data) {
        end = line.data.end;
        continue;
      }
      sum.add(line.data.table, line.data.row);
    }
    hash.update(`${text}\n`);
  }
  if (header === undefined) throw notWhole(path, 'it is empty');
  if (end === undefined) throw notWhole(path, 'its end is missing');
  if (end.sha256 !== hash.digest('hex')) throw notWhole(path, 'its checksum is another');
  const { content: empty } = new ContentSum();
  const differ = differing(sum.content, {
    rows: { ...empty.rows, ...end.rows },
    digests: { ...empty.digests, ...end.digests },
  });
  if (differ.length > 0) throw notWhole(path, `${differ.join(', ')} are not what its end says`);
  return { header, content: sum.content, rows: () => rowsOf(path) };
}

const name = z.enum(tableNames as [TableName, ...TableName[]]);
const value = z.union([z.string(), z.number(), z.null()]);
const rowLine = z.strictObject({ table: name, row: z.record(z.string(), value) });
const endLine = z.strictObject({
  end: z.strictObject({
    rows: z.partialRecord(name, z.number()),
    digests: z.partialRecord(name, z.string()),
    sha256: z.string(),
  }),
});
const anyLine = z.union([rowLine, endLine]);
const headerLine = z.object({
  reeve: z.literal('store'),
  format: z.number(),
  platform: z.string(),
  at: z.string(),
  schema: z.string(),
});

function headerOf(path: string, text: string, knownSchemas: readonly string[]): Header {
  const header = headerLine.safeParse(parsed(text));
  if (!header.success) {
    throw new ReeveError(`${path} is no export of a store: its first line says something else`, {
      hint: 'reeve store export FILE writes one',
    });
  }
  const { format, platform, at, schema } = header.data;
  if (format !== formatVersion || !knownSchemas.includes(schema)) {
    throw new ReeveError(`${path} was written by a later version of reeve (format ${format}, ${schema})`, {
      hint: 'import it with that version; nothing was changed',
    });
  }
  return { platform, at, schema };
}

/** What a table has not, an earlier reeve did not know: it is empty then. */
async function* rowsOf(path: string): AsyncGenerator<readonly [TableName, Row]> {
  for await (const { number, text } of textLines(path)) {
    const line = number === 1 ? undefined : rowLine.safeParse(parsed(text)).data;
    if (line === undefined) continue;
    const columns: readonly string[] = tables[line.table].columns;
    yield [line.table, Object.fromEntries(columns.map((column) => [column, line.row[column] ?? null]))];
  }
}

async function* textLines(path: string): AsyncGenerator<{ readonly number: number; readonly text: string }> {
  const input = createReadStream(path, 'utf8');
  let number = 0;
  let rest = '';
  try {
    // By hand: Node's readline ends a line at U+2028 too, which a message may hold.
    for await (const chunk of input) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const text of lines) yield { number: ++number, text };
    }
    if (rest !== '') yield { number: ++number, text: rest };
  } catch (error) {
    if (error instanceof ReeveError) throw error;
    throw new ReeveError(
      `${path} cannot be read (${error instanceof Error ? error.message : String(error)})`,
      {
        hint: 'name a file that reeve store export has written',
        cause: error,
      },
    );
  } finally {
    input.destroy();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notWhole(path: string, why: string): ReeveError {
  return new ReeveError(`${path} is not whole: ${why}`, {
    hint: 'nothing of it was used; take another copy of the export',
  });
}
