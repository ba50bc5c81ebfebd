// What Compose's libraries read and reeve's own strict readers do not, written for the container as Compose means it: file
// modes as decimal numbers, sizes with an exponent, the host port 0. The canonical shape keeps what was written.

import type { MapNode, Node, ScalarNode } from '../tree.ts';
import { parseSize } from '../units.ts';
import { isFloat, scalarText } from '../yaml/go-scalar.ts';
import { nullAt, scalarAt } from './edit.ts';
import { type Loading, tell } from './loading.ts';
import { parseGoSize } from './output/units.ts';
import { changeByTable, compileTable } from './table.ts';

type Strict = (node: ScalarNode, loading: Loading) => Node;

const table: readonly (readonly [read: Strict, paths: readonly string[]])[] = [
  [octal, ['secrets.*.mode', 'configs.*.mode', 'volumes.*.tmpfs.mode']],
  [sizeInBytes, ['mem_limit', 'mem_reservation', 'memswap_limit', 'shm_size', 'build.shm_size']],
  [sizeInBytes, ['volumes.*.tmpfs.size', 'deploy.resources.*.memory']],
  [anyPort, ['ports.*.published']],
];

const compiled = compileTable(
  table.flatMap(([read, paths]) => paths.map((path) => ({ pattern: path.split('.'), value: read }))),
);

export function strictValues(loading: Loading, service: MapNode): MapNode {
  const done = changeByTable<Strict>(service, compiled, (node, read) =>
    node.kind === 'scalar' ? read(node, loading) : node,
  );
  return done.kind === 'map' ? done : service;
}

/** A number is one by now, however it was written: `292` and `0444` are one mode. */
function octal(node: ScalarNode): Node {
  return typeof node.value === 'number' && node.value >= 0
    ? scalarAt(node, `0${node.value.toString(8)}`)
    : node;
}

function sizeInBytes(node: ScalarNode, loading: Loading): Node {
  if (isFloat(node)) {
    const message = `${node.source} is a fraction to YAML, which Compose takes for no size: nothing is set`;
    tell(loading, 'warning', node, { code: 'NoSize', message, hint: 'write it with a unit, for example 1g' });
    return nullAt(node.position);
  }
  const text = scalarText(node);
  const bytes = parseSize(text) === undefined ? parseGoSize(text) : undefined;
  return bytes === undefined || bytes < 0n ? node : scalarAt(node, String(bytes));
}

/** The engine takes 0 for a free port of its choice, as it does no port. */
function anyPort(node: ScalarNode): Node {
  return scalarText(node) === '0' ? nullAt(node.position) : node;
}
