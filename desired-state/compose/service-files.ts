// env_file and label_file of a service that takes part, read into its environment and labels (types/project.go of
// compose-go). What is wrong with a file is told at the field that names it.

import { existsSync } from 'node:fs';
import { parseDotenv, parseRawEnv } from '../dotenv.ts';
import { childOf, type MapEntry, type MapNode, type Node } from '../tree.ts';
import { scalarText } from '../yaml/go-scalar.ts';
import { readTextFile } from '../yaml/read.ts';
import { isTrue } from './canonical/defaults.ts';
import { mapOf, nullAt, valueAt, withEntry, withoutKey } from './edit.ts';
import { displayOf, type Loading, type Lookup, tell } from './loading.ts';
import { pairsAsMap } from './merge/pairs.ts';
import { checkKeys } from './output/kinds.ts';

type Values = ReadonlyMap<string, string | undefined>;

/** The service with its files read in: `environment` complete, no `env_file` left, `label_file` kept. */
export function withServiceFiles(loading: Loading, service: MapNode, lookup: Lookup): MapNode {
  const written = childOf(service, 'environment');
  if (written !== undefined) checkKeys(written, loading);
  const own = valuesOf(written, lookup);
  const values = new Map<string, string>();
  for (const [key, value] of own) if (value !== undefined) values.set(key, value);
  const asked: Lookup = (name) => lookup(name) ?? own.get(name);
  for (const item of itemsOf(childOf(service, 'env_file'))) {
    const path = childOf(item, 'path');
    const text = path && readFile(loading, path, isTrue(childOf(item, 'required')));
    if (path === undefined || text === undefined) continue;
    const format = textOf(childOf(item, 'format'));
    for (const [key, value] of parsed(loading, item, path, text, format, asked, values))
      values.set(key, value);
  }
  const labels = labelsOf(loading, service);
  const done = withPairs(withoutKey(service, 'env_file'), 'environment', new Map([...values, ...own]));
  return labels.size === 0
    ? done
    : withPairs(done, 'labels', new Map([...labels, ...valuesOf(childOf(service, 'labels'))]));
}

function parsed(
  loading: Loading,
  item: Node,
  path: Node,
  text: string,
  format: string | undefined,
  asked: Lookup,
  before: ReadonlyMap<string, string>,
): Iterable<readonly [string, string]> {
  const at = childOf(item, 'format');
  if (format !== undefined && format !== 'raw' && at !== undefined) {
    const message = `bad env_file format ${JSON.stringify(format)}, expected raw or none`;
    tell(loading, 'error', at, { code: 'BadValue', message });
    return [];
  }
  const display = displayOf(loading, textOf(path) ?? '');
  const { values, diagnostics } =
    format === 'raw' ? parseRawEnv(text, display, asked) : parseDotenv(text, display, asked, before);
  loading.diagnostics.push(...diagnostics);
  return values;
}

function labelsOf(loading: Loading, service: MapNode): Map<string, string> {
  const labels = new Map<string, string>();
  for (const path of itemsOf(childOf(service, 'label_file'))) {
    const text = readFile(loading, path, true);
    if (text === undefined) continue;
    const display = displayOf(loading, textOf(path) ?? '');
    const { values, diagnostics } = parseDotenv(text, display, (name) => labels.get(name));
    loading.diagnostics.push(...diagnostics);
    for (const [key, value] of values) labels.set(key, value);
  }
  return labels;
}

function readFile(loading: Loading, at: Node, required: boolean): string | undefined {
  const path = textOf(at) ?? '';
  loading.files.add(path);
  if (!required && !existsSync(path)) return undefined;
  const display = displayOf(loading, path);
  const { text, diagnostics } = readTextFile(path, display);
  for (const { code, message, hint } of diagnostics) {
    tell(loading, 'error', at, {
      code,
      message: `${display}: ${message}`,
      ...(hint === undefined ? {} : { hint }),
    });
  }
  return text;
}

function itemsOf(node: Node | undefined): readonly Node[] {
  return node?.kind === 'list' ? node.items : [];
}

function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && node.value !== null ? scalarText(node) : undefined;
}

function valuesOf(node: Node | undefined, lookup: Lookup = () => undefined): Values {
  const map = node === undefined ? undefined : pairsAsMap(node);
  return new Map(
    [...(map?.entries.values() ?? [])].map(({ key, value }) => [key, textOf(value) ?? lookup(key)] as const),
  );
}

function withPairs(service: MapNode, key: string, values: Values): MapNode {
  if (values.size === 0) return service;
  const { position } = service;
  const entries = [...values].map(([name, value]): MapEntry => {
    return {
      key: name,
      keyPosition: position,
      value: value === undefined ? nullAt(position) : valueAt(position, value),
    };
  });
  return withEntry(service, { key, keyPosition: position, value: mapOf(position, entries) });
}
