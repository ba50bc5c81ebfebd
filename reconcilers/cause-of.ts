// Why a step is there, or would be: what a rule found, as the plan tells it.

import { isBroughtTo } from './brought-to.ts';
import { heldUntil, outcomeWords, suspendedUntil } from './hands-off.ts';
import type { Cause } from './plan.ts';
import type { Category, Found } from './rules.ts';
import { sentences } from './sentences.ts';
import type { Situation } from './situation.ts';

/** The cause that a rule comes to, and when time alone will change it. */
export function causeOf(s: Situation, rule: Found): { readonly cause: Cause; readonly nextAt?: number } {
  const { message, outcome = '', since, position, fields, nextAt, reason } = sentences[rule.category](s);
  const until = rule.act === 'none' && outcome === '' ? undefined : nothingUntil(s);
  return {
    cause: {
      reason: reason ?? (fields === undefined ? rule.category : fieldReason(s, rule.category)),
      message: message + outcomeWords(outcome, until),
      ...(position === undefined ? {} : { position }),
      ...(since === undefined ? {} : { since }),
      ...(fields === undefined || fields.length === 0 ? {} : { fields }),
    },
    ...(nextAt === undefined ? {} : { nextAt }),
  };
}

/** Until when reeve does nothing about it; undefined: it does. */
export function nothingUntil({ ref, held, facts, setting }: Situation): string | undefined {
  return held === undefined ? suspendedUntil(facts, setting.mode) : heldUntil(ref, held);
}

/** A difference that no revision asked for is drift: the container had been made, or brought, to this very spec. */
function fieldReason(s: Situation, category: Category): string {
  const isLive = s.container !== undefined && isBroughtTo(s.container, s.hash, s.facts);
  if (category === 'Reconnected') return isLive ? 'NetworkLost' : 'SpecChanged';
  if (category === 'Updated') return isLive ? 'Drifted' : 'SpecChanged';
  return category;
}
