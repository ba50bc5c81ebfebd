// Which path of a Compose file merges by which rule. A table; the rules are in the files of their families.

import type { Node } from '../../tree.ts';
import { mergeBuild, mergeLogging, mergeNamed, mergeUlimit } from './mappings.ts';
import { type Merging, matches, mergeNodes, type Pattern, type Rule } from './merge.ts';
import { mergePairs } from './pairs.ts';
import { appendHosts, appendSequence, mergeIpam } from './sequences.ts';

const replace: Rule = (_base, over) => over;

const rules: Readonly<Record<string, Rule>> = {
  'networks.*.ipam.config': mergeIpam,
  'networks.*.labels': mergePairs,
  'volumes.*.labels': mergePairs,
  'services.*.annotations': mergePairs,
  'services.*.build': mergeBuild,
  'services.*.build.additional_contexts': mergePairs,
  'services.*.build.args': mergePairs,
  'services.*.build.extra_hosts': appendHosts,
  'services.*.build.labels': mergePairs,
  'services.*.command': replace,
  'services.*.depends_on': mergeNamed('service_started'),
  'services.*.deploy.labels': mergePairs,
  'services.*.dns': appendSequence,
  'services.*.dns_opt': appendSequence,
  'services.*.dns_search': appendSequence,
  'services.*.entrypoint': replace,
  'services.*.env_file': appendSequence,
  'services.*.environment': mergePairs,
  'services.*.extra_hosts': appendHosts,
  'services.*.healthcheck.test': replace,
  'services.*.label_file': appendSequence,
  'services.*.labels': mergePairs,
  'services.*.logging': mergeLogging,
  'services.*.models': mergeNamed(),
  'services.*.networks': mergeNamed(),
  'services.*.sysctls': mergePairs,
  'services.*.tmpfs': appendSequence,
  'services.*.ulimits.*': mergeUlimit,
};

const compiled = Object.entries(rules).map(([pattern, rule]) => ({ parts: pattern.split('.'), rule }));

/** `over` onto `base`, both at `path` from the root of a Compose file. */
export function mergeTrees(base: Node, over: Node, path: Pattern, mismatch: Merging['mismatch']): Node {
  return mergeNodes(base, over, { path, ruleAt, mismatch });
}

function ruleAt(path: Pattern): Rule | undefined {
  return compiled.find(({ parts }) => matches(parts, path))?.rule;
}
