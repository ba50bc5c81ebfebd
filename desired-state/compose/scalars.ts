// The attributes that Compose casts: text where a number or a switch belongs becomes what it must be.

import type { Node } from '../tree.ts';
import { type Loading, tell } from './loading.ts';
import { changeByTable, compileTable, rowsOf } from './table.ts';

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

/** The field of a path: of `ulimits.*`, ulimits. */
function nameIn(path: string): string {
  return path.split('.').findLast((part) => part !== '*') ?? '';
}

const casts = compileTable(
  table.flatMap(([prefixes, cast, paths]) =>
    paths.flatMap((path) => rowsOf(prefixes, path, { cast, name: nameIn(path) })),
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
