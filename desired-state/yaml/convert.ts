// yaml's nodes → our trees: types plain scalars, resolves aliases and `<<` merges, finds duplicate keys. An anchor
// used twice stays one shared node, so only its expanded size and depth are bounded, never paid for here.

import {
  type Alias,
  isAlias,
  isMap,
  isPair,
  isScalar,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Diagnostic, Position } from '../diagnostic.ts';
import type { MapEntry, MapNode, Node } from '../tree.ts';
import { isTextKey } from './go-scalar.ts';
import { type Hidden, hiddenDiagnostics, noteHidden } from './hidden.ts';
import { maxAliasedNodes, maxDepth } from './limits.ts';
import { isMerge, mergeTag } from './merge-key.ts';
import { plainScalar } from './scalar.ts';

export type At = (offset: number) => Position;

interface Said {
  /** What is wrong with the text. */
  readonly diagnostics: Diagnostic[];
  /** Keys that are no text to YAML, as `1:` and `true:`. */
  readonly inCompose: Diagnostic[];
}

/** Converts one document's contents; what is usable is returned. */
export function convertDocument(contents: ParsedNode, at: At, said: Said, text: string): Node {
  const { diagnostics, inCompose } = said;
  const hidden: Hidden = new Map();
  const bareEnd = text.endsWith('\n') ? Number.POSITIVE_INFINITY : text.length;
  const empty = { anchors: new Map(), extents: new WeakMap(), aliased: 0, bareEnd };
  const root = convert(contents, { at, diagnostics, inCompose, hidden, ...empty });
  diagnostics.push(...hiddenDiagnostics(hidden));
  return root;
}

interface Context extends Said {
  readonly at: At;
  /** 'open' while its own content is converted: an alias in there would be endless. */
  readonly anchors: Map<string, Node | 'open'>;
  /** Expanded node count and height of each converted node. */
  readonly extents: WeakMap<Node, { readonly nodes: number; readonly height: number }>;
  aliased: number;
  readonly hidden: Hidden;
  /** Length of a text whose last line is not ended: a block scalar that reaches it ends without a line feed. */
  readonly bareEnd: number;
}

function convert(source: ParsedNode, context: Context): Node {
  if (isAlias(source)) return convertAlias(source.source, source.range[0], context);
  if (source.anchor) context.anchors.set(source.anchor, 'open');
  const node = source.tag === '!reset' ? convertReset(source, context) : convertNode(source, context);
  if (source.anchor) context.anchors.set(source.anchor, node);
  return node;
}

function convertNode(source: Exclude<ParsedNode, Alias.Parsed>, context: Context): Node {
  if (source.tag === mergeTag) {
    report(
      context,
      context.at(source.range[0]),
      'UnknownTag',
      '!!merge is for keys, expected a value without it',
    );
  }
  if (isScalar(source)) return convertScalar(source, context);
  return isMap(source) ? convertMap(source, context) : convertList(source, context);
}

/** What Compose does not mind where it takes the value away. */
const idleInReset = new Set(['BadBinary', 'BadKey', 'BadMerge', 'DuplicateKey']);

/** Its value goes unread, with its mistakes; but what has an anchor in there may be wanted elsewhere. */
function convertReset(source: Exclude<ParsedNode, Alias.Parsed>, context: Context): Node {
  const { diagnostics, inCompose, anchors } = context;
  const before = { diagnostics: diagnostics.length, inCompose: inCompose.length, anchors: anchors.size };
  const node = convertNode(source, context);
  if (anchors.size > before.anchors) return node;
  inCompose.length = before.inCompose;
  const told = diagnostics.splice(before.diagnostics);
  diagnostics.push(...told.filter(({ code }) => !idleInReset.has(code)));
  return node;
}

function convertScalar(source: Scalar.Parsed, context: Context): Node {
  const isBlock = source.type === 'BLOCK_LITERAL' || source.type === 'BLOCK_FOLDED';
  const isBare = isBlock && source.range[1] >= context.bareEnd;
  const written = String(source.value ?? '');
  const text = isBare ? written.replace(/\n$/, '') : written;
  const quoted = source.type !== undefined && source.type !== 'PLAIN';
  if (source.tag === binaryTag) return binaryText(text, source.range[0], context);
  // An explicit `!!int "5"` is typed by its text, `!!str 5` is not.
  const typed = source.tag === undefined ? !quoted : coreScalar.test(source.tag) || isComposeTag(source.tag);
  return remember(
    {
      kind: 'scalar',
      value: typed ? plainScalar(text) : text,
      source: text,
      quoted: quoted || source.tag === 'tag:yaml.org,2002:str',
      position: context.at(source.range[0]),
      ...tagOf(source.tag),
    },
    [],
    context,
  );
}

const binaryTag = 'tag:yaml.org,2002:binary';

/** Its bytes as text, which is all that a file of settings can mean by them. */
function binaryText(written: string, offset: number, context: Context): Node {
  const position = context.at(offset);
  const base64 = written.replace(/\s/g, '');
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) {
    report(context, position, 'BadBinary', '!!binary: expected base64');
  }
  const text = Buffer.from(base64, 'base64').toString('utf8');
  return { kind: 'scalar', value: text, source: text, quoted: true, position };
}

const coreScalar = /^tag:yaml\.org,2002:(?:int|float|bool|null)$/;

function isComposeTag(tag: string | undefined): boolean {
  return tag === '!reset' || tag === '!override';
}

function tagOf(tag: string | undefined): { tag?: 'reset' | 'override' } {
  if (tag === '!reset') return { tag: 'reset' };
  return tag === '!override' ? { tag: 'override' } : {};
}

function convertList(source: YAMLSeq.Parsed, context: Context): Node {
  const items = source.items.map((item) =>
    // `[a: 1]`: yaml makes a pair of it, meaning a map of one entry.
    isPair<ParsedNode, ParsedNode | null>(item)
      ? mapOf([{ key: item.key, value: item.value ?? null }], source.range[0], undefined, context)
      : convert(item, context),
  );
  return remember(
    { kind: 'list', items, position: context.at(source.range[0]), ...tagOf(source.tag) },
    items,
    context,
  );
}

function convertMap(source: YAMLMap.Parsed, context: Context): Node {
  return mapOf(source.items, source.range[0], source.tag, context);
}

function mapOf(
  pairs: readonly { readonly key: ParsedNode; readonly value: ParsedNode | null }[],
  offset: number,
  tag: string | undefined,
  context: Context,
): MapNode {
  const entries = new Map<string, MapEntry>();
  const merges: Node[] = [];
  for (const { key, value } of pairs) {
    const keyPosition = context.at(key.range[0]);
    const node: Node =
      value === null
        ? { kind: 'scalar', value: null, source: '', quoted: false, position: keyPosition }
        : convert(value, context);
    const name = keyText(key, context);
    if (name === undefined) continue;
    if (isMerge(key, name)) {
      if (merges.length > 0) {
        const message = 'duplicate key "<<"; one merges several maps as <<: [*a, *b]';
        report(context, keyPosition, 'DuplicateKey', message);
      }
      merges.push(node);
      continue;
    }
    if (isTyped(key, name, context)) {
      const message = `key ${name} is no text to YAML`;
      const hint = `quote it: "${name}"`;
      context.inCompose.push({ severity: 'error', code: 'BadKey', ...keyPosition, message, hint });
    }
    const first = entries.get(name);
    if (first === undefined) entries.set(name, { key: name, keyPosition, value: node });
    else {
      const line = first.keyPosition.line;
      report(
        context,
        keyPosition,
        'DuplicateKey',
        `duplicate key "${name}"; it is already set in line ${line}`,
      );
    }
  }
  const own = new Map(entries);
  for (const merge of merges) addMerged(entries, own, merge, context);
  const children = [...entries.values()].map((entry) => entry.value);
  return remember({ kind: 'map', entries, position: context.at(offset), ...tagOf(tag) }, children, context);
}

/** `<<: *a` or `<<: [*a, *b]`: own keys win, then earlier maps. */
function addMerged(
  entries: Map<string, MapEntry>,
  own: ReadonlyMap<string, MapEntry>,
  merged: Node,
  context: Context,
): void {
  const sources = merged.kind === 'list' ? merged.items : [merged];
  for (const source of sources) {
    if (source.kind !== 'map') {
      report(context, source.position, 'BadMerge', '"<<" merges a map or a list of maps into this one');
      continue;
    }
    for (const entry of source.entries.values()) {
      const ours = own.get(entry.key);
      if (ours !== undefined) noteHidden(context.hidden, entry, ours);
      else if (!entries.has(entry.key)) entries.set(entry.key, entry);
    }
  }
}

/** YAML takes it for a number, a switch, nothing or a date. */
function isTyped(key: ParsedNode, name: string, { anchors }: Context): boolean {
  if (isAlias(key)) {
    const target = anchors.get(key.source);
    return typeof target === 'object' && target.kind === 'scalar' && !target.quoted && !isTextKey(name);
  }
  if (key.tag !== undefined) return coreScalar.test(key.tag);
  return isScalar(key) && key.type === 'PLAIN' && !isTextKey(name);
}

function keyText(key: ParsedNode, context: Context): string | undefined {
  const node = isAlias(key) ? context.anchors.get(key.source) : undefined;
  const text = isScalar(key)
    ? String(key.value ?? '')
    : typeof node === 'object' && node.kind === 'scalar'
      ? node.source
      : undefined;
  if (text === undefined) {
    report(
      context,
      context.at(key.range[0]),
      'BadKey',
      'a key must be plain text, not a map, list or unknown alias',
    );
  } else if (text === '' && isScalar(key) && key.type === 'PLAIN') {
    report(context, context.at(key.range[0]), 'BadKey', 'a key is missing before ":"');
    return undefined;
  } else if (isScalar(key) && key.anchor) {
    const position = context.at(key.range[0]);
    context.anchors.set(key.anchor, { kind: 'scalar', value: text, source: text, quoted: false, position });
  }
  return text;
}

function convertAlias(name: string, offset: number, context: Context): Node {
  const position = context.at(offset);
  const none: Node = { kind: 'scalar', value: null, source: '', quoted: false, position };
  const target = context.anchors.get(name);
  if (target === 'open') {
    report(context, position, 'BadAlias', `alias *${name} stands inside its own anchor &${name}`);
    return none;
  }
  if (target === undefined) {
    report(context, position, 'UnknownAlias', `alias *${name} has no anchor &${name} before it`);
    return none;
  }
  const before = context.aliased;
  context.aliased += context.extents.get(target)?.nodes ?? 1;
  if (context.aliased <= maxAliasedNodes) return target;
  // Said once: all later aliases are cut without a word.
  if (before <= maxAliasedNodes) {
    report(context, position, 'AliasBomb', `aliases expand to more than ${maxAliasedNodes} values`);
  }
  return none;
}

/** Notes how large a node is when expanded, and refuses what is too deep only through aliases. */
function remember<T extends Node>(node: T, children: readonly Node[], context: Context): T {
  let nodes = 1;
  let height = 0;
  for (const child of children) {
    const extent = context.extents.get(child);
    nodes += extent?.nodes ?? 1;
    height = Math.max(height, extent?.height ?? 0);
  }
  if (node.kind !== 'scalar') height += 1;
  if (height === maxDepth + 1) {
    report(context, node.position, 'NestedTooDeep', `nested deeper than ${maxDepth} levels through aliases`);
  }
  context.extents.set(node, { nodes, height });
  return node;
}

function report(context: Context, position: Position, code: string, message: string): void {
  context.diagnostics.push({ severity: 'error', code, ...position, message });
}
