// One case of the Compose corpus: a project in a few files, what it is about, and what a real Compose made of it. Shared by
// the recorder, the test and the generated table.

import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

/** Compose refuses what has a sense. Its own words are part of the reason: where they are gone, so is the reason. */
const differenceSchema = z.strictObject({
  why: z.string(),
  /** Words of Compose's refusal that show that the reason still holds. */
  composeRefuses: z.string().min(1),
  /** What reeve makes of it instead: the canonical shape, whole. */
  reeveMakes: z.record(z.string(), z.unknown()),
});

const caseSchema = z.strictObject({
  /** Names of rules: rows of the table. */
  about: z.array(z.string()).min(1),
  /** What is to be seen, in a sentence. */
  says: z.string(),
  files: z.record(z.string(), z.string()),
  /** `-f` arguments; none: Compose looks for its usual names. */
  file: z.array(z.string()).default([]),
  /** The folder to stand in, below the project's. */
  cwd: z.string().default('.'),
  projectDirectory: z.string().optional(),
  name: z.string().optional(),
  env: z.record(z.string(), z.string()).default({}),
  /** Where reeve tells a refusal: `compose.yaml:3:12`. */
  at: z.array(z.string()).optional(),
  /** What reeve warns that it cannot do, as `compose.yaml:3:12: WORDS`; none: it warns of nothing of the sort. */
  warns: z.array(z.string()).default([]),
  /** Where reeve answers otherwise on purpose. */
  differs: differenceSchema.optional(),
});
export type Case = z.infer<typeof caseSchema>;

const answerSchema = z.union([
  z.strictObject({ config: z.record(z.string(), z.unknown()) }),
  z.strictObject({ refused: z.string() }),
]);
export type Answer = z.infer<typeof answerSchema>;

export interface CaseFile {
  /** `merge/ports-by-target` */
  readonly id: string;
  readonly path: string;
  readonly text: string;
  readonly written: Case;
  /** Absent: not recorded yet. */
  readonly answer: Answer | undefined;
}

const casesFolder = join(import.meta.dirname, 'cases');

export function readCases(): CaseFile[] {
  const paths = readdirSync(casesFolder, { recursive: true, encoding: 'utf8' });
  return paths
    .filter((path) => path.endsWith('.yaml'))
    .sort()
    .map((path) => readCase(join(casesFolder, path)));
}

function readCase(path: string): CaseFile {
  const text = readFileSync(path, 'utf8');
  const [first, second] = parseAllDocuments(text, { version: '1.2' });
  const id = relative(casesFolder, path).replace(/\.yaml$/, '');
  const read = caseSchema.safeParse(first?.toJS());
  if (!read.success) throw new Error(`${id}: ${z.prettifyError(read.error)}`);
  const answer = second === undefined ? undefined : answerSchema.parse(second.toJS());
  return { id, path, text, written: read.data, answer };
}

export interface Laid {
  /** Where the project's files are: its folder is called `case`. */
  readonly folder: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  /** Takes this machine's paths out of an answer. */
  readonly scrub: (text: string) => string;
  readonly remove: () => void;
}

/** The files of a case in a folder of their own; `/case` and `/home` in the environment mean the real folders. */
export function layOut({ files, env }: Case): Laid {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'reeve-compose-')));
  const [folder, home] = [join(root, 'case'), join(root, 'home')];
  for (const made of [folder, home]) mkdirSync(made);
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const real = Object.entries(env).map(([key, value]) => [key, value.replaceAll('/case', folder)] as const);
  return {
    folder,
    home,
    env: { HOME: home, PWD: folder, ...Object.fromEntries(real) },
    scrub: (text) => text.replaceAll(folder, '/case').replaceAll(home, '/home').replaceAll(root, '/root'),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
