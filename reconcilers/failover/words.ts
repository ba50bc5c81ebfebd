// How a failover reads: of the first whether somebody stands in for it, of the standby for whom. Decides nothing.

import type { Ref } from '../../desired-state/resource.ts';
import type { Finding } from '../conditions.ts';
import type { Sentence } from '../sentence-parts.ts';
import type { Situation } from '../situation.ts';
import type { Role } from './roles.ts';

/** `redis on the network backend`. */
const aliasWords = ({ alias, network }: Pick<Role, 'alias' | 'network'>): string =>
  `${alias} on the network ${network}`;

/** The condition of what a standby may stand in for; nothing of anything else. */
export function failoverOf({ role }: Situation): Pick<Finding, 'failedOver'> {
  if (role?.part !== 'first') return {};
  const { other, under } = role;
  const words = aliasWords(role);
  const told: Record<string, NonNullable<Finding['failedOver']>> = {
    starting: {
      status: false,
      reason: 'StandbyStarting',
      message: `${other} is started to answer as ${words} (${under?.by})`,
    },
    serving: {
      status: true,
      reason: 'FailedOver',
      message: `${other} answers as ${words} in its place, until it is well again (${under?.by})`,
    },
    returning: {
      status: false,
      reason: 'GivenBack',
      message: `it gets ${words} back from ${other} (${under?.by})`,
    },
  };
  const none = { status: false, reason: 'StandsBy', message: `${other} may answer as ${words} in its place` };
  return { failedOver: (under && told[under.phase]) ?? none };
}

/** Of a standby that is made and does not run, or is being stopped for that. */
export function standbyWords({ role }: Situation): Sentence {
  if (role === undefined) return { message: 'it stands by' };
  return { message: `it stands by for ${role.other}, to answer as ${aliasWords(role)} where that fails` };
}

/** Why its network is connected anew, where that is for its alias; undefined: it is for something else. */
export function movingWords({ role, drift, ref, setting: { world } }: Situation): Sentence | undefined {
  if (role === undefined) return undefined;
  const field = `networks.${world.networkNames[role.network] ?? role.network}`;
  const isAlone = drift.filter((d) => d.act === 'connect').every((d) => d.field === field);
  const isSwap = drift.some((d) => d.field === field && isNamed(d.old, role) !== isNamed(d.new, role));
  if (!isAlone || !isSwap) return undefined;
  const { part, other, alias, under } = role;
  const isMoved = under?.phase === 'serving';
  const holder: Ref = (part === 'standby') === isMoved ? ref : other;
  const why = under === undefined ? '' : `, by ${under.by}`;
  return {
    reason: 'AliasMoved',
    message: `${holder} alone is to answer as ${alias} on the network ${role.network}${why}`,
    ...(under === undefined ? {} : { since: under.at }),
  };
}

/** Beside that it is ready: for whom it does the work. */
export function servingWords({ role }: Situation): string {
  if (role?.part !== 'standby' || role.under?.phase !== 'serving') return '';
  return `; it answers as ${aliasWords(role)} in place of ${role.other}`;
}

/** As drift prints an attachment: `connected as redis cache`. */
function isNamed(text: string, { alias }: Role): boolean {
  return text.split(' ').includes(alias);
}
