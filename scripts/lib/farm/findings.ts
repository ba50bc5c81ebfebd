// What reeve finds wrong in a platform's files by themselves, and what is left of it once our own files lie beside them.
// Asked as a person would: validate, plan and policy, each in JSON.

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Diagnostic } from '../../../desired-state/diagnostic.ts';
import { repository } from '../node-modules.ts';
import { changesOf, layOut, layOutBare, makeMountSources, writeManifest } from './project-folder.ts';

const verbs = ['validate', 'plan', 'policy'] as const;
export type Verb = (typeof verbs)[number];

/** All that one command says of one kind. */
export interface Finding {
  readonly verb: Verb;
  readonly kind: string;
  /** What it is said of, with how often. */
  readonly names: ReadonlyMap<string, number>;
  /** How many of it are left with our files. */
  readonly left: number;
}

interface Said {
  readonly verb: Verb;
  readonly kind: string;
  readonly name: string;
}

interface Ref {
  readonly ref: string;
}

interface Answers {
  readonly validate: { readonly diagnostics: readonly Diagnostic[] };
  readonly plan: {
    readonly plan?: {
      readonly warnings: readonly (Ref & { readonly reason: string })[];
      readonly statuses: readonly (Ref & {
        readonly conditions: readonly {
          readonly type: string;
          readonly status: boolean;
          readonly reason: string;
        }[];
      })[];
    };
  };
  readonly policy: { readonly findings?: readonly (Ref & { readonly rule: string })[] };
}

/** By command, in the order in which they are asked, and kind. Needs an engine for the plan; changes nothing. */
export async function findingsOf(real: string): Promise<readonly Finding[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'reeve-findings-'));
  try {
    const bare = join(scratch, 'bare');
    await layOutBare(real, bare);
    const mended = join(scratch, 'mended');
    await layOut(real, mended);
    await writeManifest(mended, changesOf(mended));
    await makeMountSources(mended);
    const state = join(scratch, 'state');
    return compare(await ask(bare, state), await ask(mended, state));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function compare(bare: readonly Said[], mended: readonly Said[]): readonly Finding[] {
  const keys = new Set(bare.map(({ verb, kind }) => `${verb} ${kind}`));
  return verbs
    .flatMap((verb) => [...keys].filter((key) => key.startsWith(`${verb} `)).sort())
    .map((key) => {
      const isOfKey = ({ verb, kind }: Said): boolean => `${verb} ${kind}` === key;
      const names = new Map<string, number>();
      for (const { name } of bare.filter(isOfKey)) names.set(name, (names.get(name) ?? 0) + 1);
      const [verb, kind] = key.split(' ') as [Verb, string];
      return { verb, kind, names, left: mended.filter(isOfKey).length };
    });
}

async function ask(folder: string, state: string): Promise<readonly Said[]> {
  const { diagnostics } = (await answerOf('validate', folder, state)) as Answers['validate'];
  const { plan } = (await answerOf('plan', folder, state)) as Answers['plan'];
  const { findings = [] } = (await answerOf('policy', folder, state)) as Answers['policy'];
  return [
    ...diagnostics.map((d) => said('validate', d.code, subjectOf(d))),
    ...planned(plan),
    ...findings.map(({ ref, rule }) => said('policy', rule, nameOf(ref))),
  ];
}

function said(verb: Verb, kind: string, name: string): Said {
  return { verb, kind, name };
}

/** A resource that the plan warns of and that has the same in its status is one. */
function planned(plan: Answers['plan']['plan']): readonly Said[] {
  const troubles = (plan?.statuses ?? []).flatMap(({ ref, conditions }) =>
    conditions
      .filter(({ type, status }) => type === 'Degraded' && status)
      .map(({ reason }) => ({ ref, reason })),
  );
  const keys = new Set(
    [...(plan?.warnings ?? []), ...troubles].map(({ ref, reason }) => `${reason} ${nameOf(ref)}`),
  );
  return [...keys].map((key) => {
    const [kind = '', name = ''] = key.split(' ');
    return said('plan', kind, name);
  });
}

/** The command's JSON; a plan of what `validate` refuses is none. The variables of this shell are not the platform's. */
function answerOf(verb: Verb, folder: string, state: string): Promise<unknown> {
  const { PATH, HOME, DOCKER_HOST } = process.env;
  const env = { PATH, HOME, DOCKER_HOST, XDG_STATE_HOME: state };
  return new Promise((resolve, reject) => {
    const args = [verb, '-o', 'json'];
    execFile(
      join(repository, 'bin/reeve'),
      args,
      { cwd: folder, env, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        const isInvalid = error?.code === 65;
        if (error !== null && !isInvalid)
          reject(new Error(`reeve ${verb} ended with ${error.code}: ${stderr}`));
        else resolve(stdout === '' ? {} : JSON.parse(stdout));
      },
    );
  });
}

/** `Service/web` → `web`; what is no service keeps its kind. */
function nameOf(ref: string): string {
  return ref.replace(/^Service\//, '');
}

/** Where a kind of mistake is about something else than the place that it is told at. */
const subjects: Readonly<Record<string, RegExp>> = {
  BuildContextMissing: /build context (\S+)/,
  MountMissing: /not there: (\S+)$/,
  NameReplaced: /service (\S+) is one/,
  UnsetVariable: /"(\w+)" variable/,
};

function subjectOf({ code, file, message }: Diagnostic): string {
  return subjects[code]?.exec(message)?.[1] ?? file;
}
