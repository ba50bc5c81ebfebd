// Values of a document as Compose types them: plain scalars by Go's YAML rules, what a variable filled in stays text, and
// the attributes that Compose casts (numbers, switches) become what they must be.

import type { MapEntry, Node, ScalarNode } from '../tree.ts';
import { goScalar } from '../yaml/go-scalar.ts';
import { type Loading, tell } from './loading.ts';
import { changeByTable, compileTable, rowsOf } from './table.ts';

/** The tree is shared where nothing changed. */
export function typeScalars(node: Node, seen = new Map<Node, Node>()): Node {
  if (node.kind === 'scalar') return typed(node);
  const before = seen.get(node);
  if (before !== undefined) return before;
  const done = node.kind === 'list' ? typedList(node, seen) : typedMap(node, seen);
  seen.set(node, done);
  return done;
}

function typed<T extends ScalarNode>(node: T): T {
  if (node.filled) return node.value === node.source ? node : { ...node, value: node.source };
  if (node.quoted || typeof node.value === 'boolean') return node;
  const value = goScalar(node.source);
  return value === node.value ? node : { ...node, value };
}

function typedList(node: Node & { kind: 'list' }, seen: Map<Node, Node>): Node {
  const items = node.items.map((item) => typeScalars(item, seen));
  return items.every((item, index) => item === node.items[index]) ? node : { ...node, items };
}

function typedMap(node: Node & { kind: 'map' }, seen: Map<Node, Node>): Node {
  let changed = false;
  const entries = new Map<string, MapEntry>();
  for (const [key, entry] of node.entries) {
    const value = typeScalars(entry.value, seen);
    changed ||= value !== entry.value;
    entries.set(key, value === entry.value ? entry : { ...entry, value });
  }
  return changed ? { ...node, entries } : node;
}

type Cast = (text: string) => number | boolean | undefined;

const whole: Cast = (text) => (/^[-+]?\d+$/.test(text) ? Number(text) : undefined);
const fraction: Cast = (text) =>
  /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text) ? Number(text) : undefined;
const words: Readonly<Record<string, boolean>> = {
  true: true,
  y: true,
  yes: true,
  on: true,
  false: false,
  n: false,
  no: false,
  off: false,
};
const flag: Cast = (text) => words[text.toLowerCase()];

const containers = ['services.*', 'jobs.*', 'services.*.pre_start.*'];
const workloads = ['services.*', 'jobs.*'];

/** Where Compose casts text (loader/interpolate.go of compose-go). */
const table: readonly (readonly [prefixes: readonly string[], cast: Cast, paths: readonly string[]])[] = [
  [['networks.*'], flag, ['external', 'internal', 'attachable', 'enable_ipv4', 'enable_ipv6']],
  [['volumes.*', 'secrets.*', 'configs.*'], flag, ['external']],
  [
    containers,
    whole,
    [
      'cpu_count',
      'cpu_period',
      'cpu_quota',
      'cpu_rt_period',
      'cpu_rt_runtime',
      'cpu_shares',
      'oom_score_adj',
    ],
  ],
  [containers, whole, ['pids_limit', 'ulimits.*', 'ulimits.*.hard', 'ulimits.*.soft']],
  [containers, fraction, ['cpu_percent', 'cpus']],
  [containers, flag, ['init', 'oom_kill_disable', 'privileged', 'read_only']],
  [containers, flag, ['volumes.*.read_only', 'volumes.*.volume.nocopy']],
  [
    workloads,
    flag,
    ['depends_on.*.required', 'depends_on.*.restart', 'healthcheck.disable', 'stdin_open', 'tty'],
  ],
  [workloads, whole, ['healthcheck.retries', 'ports.*.target']],
  [['services.*'], whole, ['scale', 'deploy.replicas', 'deploy.restart_policy.max_attempts']],
  [['services.*.deploy'], whole, ['update_config.parallelism', 'rollback_config.parallelism']],
  [['services.*.deploy'], fraction, ['update_config.max_failure_ratio', 'rollback_config.max_failure_ratio']],
  [['services.*.deploy'], whole, ['placement.max_replicas_per_node']],
];

const casts = compileTable(
  table.flatMap(([prefixes, cast, paths]) =>
    paths.flatMap((path) => rowsOf(prefixes, path, { cast, name: path.split('.').at(-1) ?? '' })),
  ),
);

const expected = new Map<Cast, string>([
  [whole, 'a whole number'],
  [fraction, 'a number'],
  [flag, 'true or false'],
]);

/** Text where a number or a switch belongs becomes one; what cannot is told. */
export function castScalars(loading: Loading, root: Node): Node {
  return changeByTable(root, casts, (node, { cast, name }) => {
    if (node.kind !== 'scalar' || typeof node.value !== 'string') return node;
    const become = (value: number | boolean): Node => {
      return { ...node, value, source: String(value), filled: false, quoted: false };
    };
    const value = cast(node.value);
    if (value !== undefined) return become(value);
    const wanted = expected.get(cast) ?? '';
    const got = node.source === '' ? 'empty text' : JSON.stringify(node.source);
    const message = `${name}: expected ${wanted}, got ${got}`;
    const hint = node.filled ? { hint: 'a variable filled it in: give it a value' } : {};
    tell(loading, 'error', node, { code: 'WrongType', message, ...hint });
    // One mistake is enough: what follows reads something of the right type.
    return become(cast === flag ? false : 0);
  });
}
