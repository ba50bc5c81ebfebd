// Which path of a Compose file merges by which rule. A table; the rules are in the files of their families.

import type { Node } from '../../tree.ts';
import { mergeBuild, mergeLogging, mergeNamed, mergeUlimit } from './mappings.ts';
import { type Merging, mergeNodes, type Pattern, type Rule } from './merge.ts';
import { mergePairs } from './pairs.ts';
import { appendSequence, mergeIpam } from './sequences.ts';

const replace: Rule = (_base, over) => over;

/** override/merge.go of compose-go. */
const workload: Readonly<Record<string, Rule>> = {
  annotations: mergePairs,
  build: mergeBuild,
  'build.additional_contexts': mergePairs,
  'build.args': mergePairs,
  'build.extra_hosts': appendSequence,
  'build.labels': mergePairs,
  command: replace,
  depends_on: mergeNamed({ condition: 'service_started', required: true }),
  dns: appendSequence,
  dns_opt: appendSequence,
  dns_search: appendSequence,
  entrypoint: replace,
  env_file: appendSequence,
  environment: mergePairs,
  extra_hosts: appendSequence,
  'healthcheck.test': replace,
  label_file: appendSequence,
  labels: mergePairs,
  logging: mergeLogging,
  models: mergeNamed(),
  networks: mergeNamed(),
  sysctls: mergePairs,
  tmpfs: appendSequence,
  'ulimits.*': mergeUlimit,
  'volumes.*.volume.labels': mergePairs,
};

const rules: Readonly<Record<string, Rule>> = {
  'networks.*.ipam.config': mergeIpam,
  ...Object.fromEntries(
    ['networks', 'volumes', 'secrets', 'configs'].map((section) => [`${section}.*.labels`, mergePairs]),
  ),
  ...Object.fromEntries(
    ['services', 'jobs'].flatMap((section) =>
      Object.entries(workload).map(([path, rule]) => [`${section}.*.${path}`, rule]),
    ),
  ),
  'services.*.deploy.labels': mergePairs,
};

interface Branch {
  readonly below: Map<string, Branch>;
  rule?: Rule;
}

const table: Branch = { below: new Map() };
for (const [path, rule] of Object.entries(rules)) {
  let branch = table;
  for (const part of path.split('.')) {
    const next = branch.below.get(part) ?? { below: new Map() };
    branch.below.set(part, next);
    branch = next;
  }
  branch.rule = rule;
}

/** `over` onto `base`, both at `path` from the root of a Compose file. */
export function mergeTrees(base: Node, over: Node, path: Pattern, mismatch: Merging['mismatch']): Node {
  return mergeNodes(base, over, { path, ruleAt, mismatch });
}

function ruleAt(path: Pattern): Rule | undefined {
  let branch: Branch | undefined = table;
  for (const part of path) branch = branch?.below.get(part) ?? branch?.below.get('*');
  return branch?.rule;
}
