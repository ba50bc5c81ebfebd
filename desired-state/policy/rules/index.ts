// All rules, the gravest first: reports keep this order.

import type { Rule, RuleAction, RuleName } from '../rule.ts';
import { capabilities } from './capabilities.ts';
import { clearSecrets } from './clear-secrets.ts';
import { dockerSocket } from './docker-socket.ts';
import { healthcheck } from './healthcheck.ts';
import { hostNetwork } from './host-network.ts';
import { hostPid } from './host-pid.ts';
import { imageDigest } from './image-digest.ts';
import { latestTag } from './latest-tag.ts';
import { limits } from './limits.ts';
import { mounts } from './mounts.ts';
import { privileged } from './privileged.ts';

const byName = {
  privileged,
  dockerSocket,
  hostNetwork,
  hostPid,
  capabilities,
  mounts,
  clearSecrets,
  limits,
  healthcheck,
  latestTag,
  imageDigest,
} satisfies Readonly<Record<RuleName, Rule>>;

export const rules: readonly Rule[] = Object.values(byName);

export function ruleOf(name: RuleName): Rule {
  return byName[name];
}

/** What each rule does where the manifest says nothing. */
export const standardActions = Object.fromEntries(rules.map((r) => [r.name, r.standard])) as Readonly<
  Record<RuleName, RuleAction>
>;
