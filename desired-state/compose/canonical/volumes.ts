// The short form of a mount, [SOURCE:]TARGET[:OPTIONS], as its long form (format.ParseVolume of compose-go).

import { posix } from 'node:path';
import type { Node } from '../../tree.ts';
import { fieldsAt } from '../edit.ts';
import { type Loading, tell } from '../loading.ts';

const propagations = new Set(['rprivate', 'private', 'rshared', 'shared', 'rslave', 'slave']);
/** Docker Desktop's words for a Mac, without a meaning on Linux. */
const withoutEffect = new Set(['rw', 'cached', 'delegated', 'consistent']);

export function longVolume(node: Node, loading: Loading): Node {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return node;
  const written = node.value;
  const { position } = node;
  if (written.length > 0 && written.length < 3)
    return fieldsAt(position, { type: 'volume', target: cleanTarget(written) });
  const parts = splitSpec(written);
  if (parts.includes('') || parts.length > 3) {
    const message = `bad volume ${JSON.stringify(node.source)}, expected [source:]target[:options], for example "data:/var/lib/data:ro"`;
    tell(loading, 'error', node, { code: 'BadMount', message });
    // A mount that nothing more is to be said of.
    return fieldsAt(position, { type: 'volume', target: '/unread' });
  }
  const [first = '', second, optionText] = parts;
  const source = second === undefined ? undefined : first;
  const options = optionsOf(loading, node, optionText);
  const target = cleanTarget(second ?? first);
  const isPath = source !== undefined && isFilePath(source);
  const bind = { propagation: options.propagation, selinux: options.selinux };
  const hasBind = bind.propagation !== undefined || bind.selinux !== undefined;
  const volume = { nocopy: options.noCopy };
  return fieldsAt(position, {
    type: isPath ? 'bind' : 'volume',
    source,
    target,
    read_only: options.readOnly,
    bind: isPath
      ? fieldsAt(position, { ...bind, create_host_path: true })
      : hasBind
        ? fieldsAt(position, bind)
        : undefined,
    volume: isPath && options.noCopy === undefined ? undefined : fieldsAt(position, volume),
  });
}

/** Where a short form goes to in the container. */
export function shortTarget(text: string): string {
  const [first = '', second = first] = text.length < 3 ? [text] : splitSpec(text);
  return second;
}

/** At colons, but not at that of a Windows drive. */
function splitSpec(text: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (const char of text) {
    const isDrive = char === ':' && /^\p{L}$/u.test(part);
    if (char !== ':' || isDrive) part += char;
    else {
      parts.push(part);
      part = '';
    }
  }
  return [...parts, part];
}

interface Options {
  readOnly?: true;
  noCopy?: true;
  propagation?: string;
  selinux?: string;
}

function optionsOf(loading: Loading, node: Node, text: string | undefined): Options {
  const options: Options = {};
  for (const option of text?.split(',') ?? []) {
    if (option === 'ro') options.readOnly = true;
    else if (option === 'rw') delete options.readOnly;
    else if (option === 'nocopy') options.noCopy = true;
    else if (propagations.has(option)) options.propagation = option;
    else if (option === 'z' || option === 'Z') options.selinux = option;
    else if (!withoutEffect.has(option)) {
      const message = `unknown mount option ${JSON.stringify(option)}, expected ro, rw, nocopy or a propagation`;
      tell(loading, 'warning', node, { code: 'UnknownOption', message });
    }
  }
  return options;
}

/** Go's path.Clean: an empty text stays empty. */
export function cleanTarget(target: string): string {
  if (target === '') return '';
  const clean = posix.normalize(target);
  return clean.length > 1 && clean.endsWith('/') ? clean.slice(0, -1) : clean;
}

/** Compose takes a source for a host path by its first character; anything else names a volume. */
function isFilePath(source: string): boolean {
  return /^[./~]/.test(source) || source.startsWith('\\\\') || /^\p{L}:/u.test(source);
}
