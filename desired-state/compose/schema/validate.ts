// A merged document against the schema, in words: what is wrong, what was expected, did you mean.

import type { Diagnostic } from '../../diagnostic.ts';
import type { MapNode, Node } from '../../tree.ts';
import { didYouMean } from '../../yaml/suggest.ts';
import { type Loading, tell } from '../loading.ts';
import { checkDocument, type Issue } from './check.ts';

/** Tells all that the schema finds, and notes whose entries are wrong. */
export function validateSchema(loading: Loading, document: MapNode): void {
  const issues = checkDocument(document, loading.good);
  const meant = new Set<string>();
  for (const issue of issues) {
    if (issue.kind === 'unknown') {
      const { hint } = didYouMean(issue.key, issue.known);
      if (hint !== undefined) meant.add(`${hint} ${issue.path.join('.')}`);
    }
  }
  for (const issue of issues) {
    // A misspelt key is one mistake: the same key is not also told as missing.
    if (issue.kind === 'missing' && meant.has(`did you mean "${issue.key}"? ${issue.path.join('.')}`))
      continue;
    const { at, ...mistake } = wordsOf(issue);
    tell(loading, 'error', at, mistake);
    loading.wrong.add(entryOf(issue));
  }
}

/** `services.web`; for a name that the schema refuses, that of the thing it would name. */
function entryOf(issue: Issue): string {
  const [section, name = issue.kind === 'unknown' ? issue.key : ''] = issue.path;
  return `${section ?? ''}.${name}`;
}

interface Words extends Pick<Diagnostic, 'code' | 'message' | 'hint'> {
  readonly at: Node | Node['position'];
}

function wordsOf(issue: Issue): Words {
  const { node, path } = issue;
  switch (issue.kind) {
    case 'type':
      return wrongType(issue.types, node, path);
    case 'unknown':
      return unknownKey(issue, path);
    case 'missing':
      return { at: node, code: 'MissingKey', message: `missing "${issue.key}" in ${where(path)}` };
    case 'choice': {
      const values = issue.values.map((value) => (typeof value === 'string' ? `"${value}"` : String(value)));
      const near = node.kind === 'scalar' ? didYouMean(node.source, issue.values.map(String)) : {};
      return { at: node, code: 'BadValue', message: `${label(path)}: expected ${listed(values)}`, ...near };
    }
    case 'pattern':
      return { at: node, code: 'BadValue', message: `${label(path)}: expected text like ${issue.pattern}` };
    case 'range':
      return {
        at: node,
        code: 'BadValue',
        message: `${label(path)}: expected ${issue.bound} ${issue.limit}`,
      };
    case 'duplicate':
      return {
        at: node,
        code: 'DuplicateItem',
        message: `${label(path)}: the same item twice, expected it once`,
      };
  }
}

function unknownKey(issue: Issue & { kind: 'unknown' }, path: Issue['path']): Words {
  const { key, known, node } = issue;
  const at = node.kind === 'map' ? (node.entries.get(key)?.keyPosition ?? node.position) : node.position;
  const [section, name] = path;
  if (path.length === 1 && name === undefined && typeof section === 'string' && sectionWords[section]) {
    const message = `bad ${sectionWords[section]} name ${JSON.stringify(key)}, expected letters, digits, ".", "_" and "-"`;
    return { at, code: 'BadName', message };
  }
  const message = `unknown key "${key}" in ${where(path)}`;
  return { at, code: 'UnknownKey', message, ...didYouMean(key, known) };
}

const sectionWords: Readonly<Record<string, string>> = {
  services: 'service',
  networks: 'network',
  volumes: 'volume',
  secrets: 'secret',
  configs: 'config',
  models: 'model',
  jobs: 'job',
};

/** `service web.healthcheck`, `Compose file`. */
function where(path: Issue['path']): string {
  const [section, name, ...rest] = path;
  if (section === undefined) return 'Compose file';
  const word = sectionWords[section];
  const start = word === undefined || name === undefined ? `${section}` : `${word} ${name}`;
  const parts = word === undefined && name !== undefined ? [name, ...rest] : rest;
  return parts.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}.${part}`),
    start,
  );
}

/** `retries`, or `service web` where the thing itself is wrong. */
function label(path: Issue['path']): string {
  if (path.length <= 2) return where(path);
  return String(path.filter((part) => typeof part === 'string').at(-1));
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  array: 'a list',
  null: 'nothing',
};

function wrongType(types: readonly string[], node: Node, path: Issue['path']): Words {
  const wanted = [...new Set(types)].map((type) => typeNames[type] ?? type);
  const message = `${label(path)}: expected ${listed(wanted)}, got ${kindOf(node)}`;
  const quotable = node.kind === 'scalar' && node.value !== null && types.includes('string');
  return { at: node, code: 'WrongType', message, ...(quotable ? { hint: 'put it in quotes' } : {}) };
}

function kindOf(node: Node): string {
  if (node.kind !== 'scalar') return node.kind === 'map' ? 'a map' : 'a list';
  if (node.value === null) return 'nothing';
  if (typeof node.value === 'number') return Number.isInteger(node.value) ? 'a whole number' : 'a number';
  return typeof node.value === 'boolean' ? 'true or false' : 'text';
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
