// A plan as text: dry run, CLI, audit record and golden test in one. Terse at 77 resources, the same every time.

import type { Ref } from '../desired-state/resource.ts';
import { isLeftOver } from './left-over.ts';
import type { Cause, FieldChange, Notice, Plan } from './plan.ts';
import { type Entry, entriesOf, type Verb } from './plan-entries.ts';

export interface FormatOptions {
  readonly color?: boolean;
  /** Epoch ms: facts read as ages; without it, as times. */
  readonly now?: number;
}

const signs: Readonly<Record<Verb, string>> = {
  create: '+',
  recreate: '-/+',
  'roll back': '<',
  update: '~',
  reconnect: '~',
  rename: '~',
  pull: '+',
  build: '*',
  start: '>',
  restart: '>',
  signal: '~',
  unpause: '>',
  stop: '.',
  remove: '-',
};

type Tint = 'green' | 'yellow' | 'red' | 'dim' | 'bold';
const codes: Readonly<Record<Tint, number>> = { green: 32, yellow: 33, red: 31, dim: 2, bold: 1 };
const tints: Partial<Record<Verb, Tint>> = {
  create: 'green',
  pull: 'green',
  build: 'green',
  start: 'green',
  remove: 'red',
  recreate: 'yellow',
  stop: 'red',
};

const lineWidth = 100;
const namesShown = 24;
const interruptionsNamed = 6;

/** The plan as people read it; ends with a newline. */
export function formatPlan(plan: Plan, options: FormatOptions = {}): string {
  const paint = (tint: Tint, text: string): string =>
    options.color === true ? `\u001b[${codes[tint]}m${text}\u001b[0m` : text;
  const entries = entriesOf(plan);
  const lines: string[] = [];
  let wave = 0;
  for (const entry of entries) {
    if (entry.wave !== wave) {
      wave = entry.wave;
      lines.push(...(lines.length > 0 ? [''] : []), paint('bold', `Wave ${wave}`));
    }
    lines.push(...entryLines(entry, options, paint));
  }
  const notes = [
    ...commitLines(plan),
    ...imageLines(plan),
    ...interruptionLines(entries),
    ...noticeLines(plan, paint),
  ];
  if (lines.length > 0) lines.push('');
  lines.push(paint('bold', totals(plan, entries)), ...notes);
  if (plan.blocked !== undefined)
    lines.push(paint('red', `Blocked (${plan.blocked.reason}): ${plan.blocked.message}`));
  return `${lines.join('\n')}\n`;
}

/** Which commit it brings, what of it is mounted, and where data is that outlives commits. */
function commitLines({ commit }: Plan): string[] {
  if (commit === undefined) return [];
  const line = ({ path, refs }: { readonly path: string; readonly refs: readonly Ref[] }): string =>
    `    ${path} → ${refs.slice(0, interruptionsNamed).join(', ')}${refs.length > interruptionsNamed ? ` and ${refs.length - interruptionsNamed} more` : ''}`;
  const { words, files, dataFolders } = commit;
  return [
    `From ${words}.`,
    ...(files.length === 0 ? [] : ['  Mounted from the commit:', ...files.map(line)]),
    ...(dataFolders.length === 0
      ? []
      : ['  Data folders, the same over all commits:', ...dataFolders.map(line)]),
  ];
}

/** Which bytes the images are: enough of a digest to tell two apart. */
function imageLines({ images = [] }: Plan): string[] {
  const width = Math.max(0, ...images.map(({ image }) => image.length));
  const lines = images.map(({ image, written, digest, before, builtFrom }) => {
    const meaning =
      digest === undefined
        ? []
        : [`${before === undefined ? '' : `${shortDigest(before)} → `}${shortDigest(digest)}`];
    const parts = [
      ...meaning,
      ...(written === undefined ? [] : [`written ${written}`]),
      ...(builtFrom === undefined ? [] : [`built from ${builtFrom}`]),
    ];
    return `  ${image.padEnd(width)}  ${parts.join(', ')}`;
  });
  return lines.length === 0 ? [] : ['Images:', ...lines];
}

function shortDigest(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}

type Paint = (tint: Tint, text: string) => string;

function entryLines(entry: Entry, options: FormatOptions, paint: Paint): string[] {
  const { verb, refs, cause, waitsFor, notes } = entry;
  const tint = tints[verb] ?? 'yellow';
  const [first = ''] = refs;
  const what = refs.length === 1 ? first : `${refs.length} ${first.slice(0, first.indexOf('/'))}s`;
  const aside = notes.length === 0 ? '' : ` (${[...new Set(notes)].join(', ')})`;
  const lines = [`  ${paint(tint, `${signs[verb].padEnd(3)} ${verb}`)} ${what}${aside}`];
  if (refs.length > 1) lines.push(...wrapped(refs.map(nameOf)).map((line) => `        ${line}`));
  lines.push(`      ${paint('dim', causeText(cause, refs.length, options))}`);
  for (const field of cause.fields ?? []) lines.push(`        ${fieldText(field)}`);
  if (waitsFor.length > 0) lines.push(`      ${paint('dim', `waits for ${waitsFor.join(', ')}`)}`);
  return lines;
}

function causeText({ message, position, since }: Cause, count: number, options: FormatOptions): string {
  // Many resources have many lines: only the file is theirs in common, if that.
  const place = count > 1 ? '' : placeText(position);
  return `${message}${since === undefined ? '' : ` (${ageText(since, options.now)})`}${place}`;
}

function placeText(position: Cause['position']): string {
  return position === undefined ? '' : ` [${position.file}:${position.line}]`;
}

/** `since 2026-11-24T12:00:00Z`, or `3 min ago`. */
function ageText(since: number, now: number | undefined): string {
  if (now === undefined) return `since ${new Date(since).toISOString().slice(0, 19)}Z`;
  const seconds = Math.max(0, Math.round((now - since) / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min ago`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3_600)} h ago`
    : `${Math.round(seconds / 86_400)} days ago`;
}

function fieldText(field: FieldChange): string {
  return `${field.field}: ${field.old} → ${field.new}`;
}

function nameOf(ref: Ref): string {
  return ref.slice(ref.indexOf('/') + 1);
}

function wrapped(names: readonly string[]): string[] {
  const shown = names.slice(0, namesShown);
  if (names.length > shown.length) shown.push(`and ${names.length - shown.length} more`);
  const lines: string[] = [];
  let line = '';
  for (const [index, name] of shown.entries()) {
    const word = index < shown.length - 1 ? `${name},` : name;
    if (line !== '' && line.length + word.length + 9 > lineWidth) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}

function totals(plan: Plan, entries: readonly Entry[]): string {
  const counts = new Map<Verb, number>();
  for (const { verb, refs } of entries) counts.set(verb, (counts.get(verb) ?? 0) + refs.length);
  const parts = [...counts].map(([verb, count]) => `${count} to ${verb}`);
  const declared = plan.statuses.filter((s) => !isLeftOver(s));
  const ready = declared.filter((s) => s.conditions.some((c) => c.type === 'Ready' && c.status)).length;
  const now = `${ready} of ${declared.length} resources ready`;
  const what = parts.length === 0 ? 'nothing to do' : parts.join(', ');
  return `Plan for ${plan.platform}: ${what}; ${now} now.`;
}

/** What people lose meanwhile, and for about how long. A platform that is taken down needs no such list. */
function interruptionLines(entries: readonly Entry[]): string[] {
  const byLoss = new Map<string, Ref[]>();
  for (const entry of entries) {
    if (!entry.interrupts || entry.cause.reason === 'Down') continue;
    const loss = lossText(entry);
    byLoss.set(loss, [...(byLoss.get(loss) ?? []), ...entry.refs]);
  }
  return [...byLoss].map(([loss, refs]) => {
    const more = refs.length > interruptionsNamed ? ` and ${refs.length - interruptionsNamed} more` : '';
    return `Interrupted: ${refs.slice(0, interruptionsNamed).join(', ')}${more}: ${loss}.`;
  });
}

function lossText({ verb, graceMs }: Entry): string {
  if (verb === 'remove' || verb === 'stop') return 'for good';
  if (verb === 'build') return 'if the new image is another one, until the new one is ready';
  const grace = `up to ${graceMs / 1000} s more if slow to stop`;
  return verb === 'recreate' ? `until the new one is ready, ${grace}` : `about 1 s, ${grace}`;
}

function noticeLines(plan: Plan, paint: Paint): string[] {
  const acting = new Set(plan.steps.map((s) => s.ref));
  const degraded = plan.statuses.flatMap((status): Notice[] => {
    const { ref } = status;
    const found = status.conditions.find((c) => c.type === 'Degraded' && c.status);
    if (found === undefined || acting.has(ref)) return [];
    const told = { ref, reason: found.reason, message: found.message };
    const position = status.position ?? plan.warnings.find((w) => isSaidBy(w, told))?.position;
    return [{ ...told, ...(position === undefined ? {} : { position }) }];
  });
  const notices: (Notice & { fields?: readonly FieldChange[] })[] = [...degraded, ...plan.reported];
  const said = [...notices];
  for (const warning of plan.warnings)
    if (!said.some((told) => isSaidBy(warning, told))) notices.push(warning);
  return notices.flatMap(({ ref, reason, message, position, fields }) => [
    `${paint('yellow', `! ${ref} ${reason}: ${message}`)}${placeText(position)}`,
    ...(fields ?? []).map((f) => `    ${fieldText(f)}`),
  ]);
}

/** One engine may be too old for several things, each with its own words. */
function isSaidBy(warning: Notice, told: Notice): boolean {
  if (warning.ref !== told.ref || warning.reason !== told.reason) return false;
  return warning.reason !== 'EngineTooOld' || told.message.startsWith(warning.message);
}
