// What is told when the lead changes hands. The one who lost it cannot write any more: its successor says both. Pure.

import type { NewEvent } from '../store/store.ts';
import { callsInWords, type FormerCall } from './former-calls.ts';
import type { Lease } from './lease.ts';
import type { Leader, LeaseRow } from './port.ts';

export function electionEvents(
  { leader, token }: Pick<Lease, 'leader' | 'token'>,
  before: LeaseRow,
  calls: readonly FormerCall[],
  { platform, at }: { readonly platform: string; readonly at: number },
): readonly NewEvent[] {
  const about = { at, regarding: `Platform/${platform}`, by: 'reeve' } as const;
  const detail = { token, leader: who(leader) };
  const left =
    calls.length === 0
      ? ''
      : `; what may still be under way of the one before is waited for: ${callsInWords(calls)}`;
  const elected: NewEvent = {
    ...about,
    type: 'Normal',
    reason: 'LeaderElected',
    message: `${who(leader)} leads now${left}`,
    detail,
  };
  if (before.leader === undefined) return [elected];
  const seconds = Math.round(before.ageMs / 1_000);
  return [
    {
      ...about,
      type: 'Warning',
      reason: 'LostLead',
      message: `${who(before.leader)} lost the lead: it was last heard of ${seconds} s ago`,
      detail: { token: before.token, leader: who(before.leader) },
    },
    elected,
  ];
}

/** A leader in words. */
export function who({ command, pid, host }: Leader): string {
  return `${command} (pid ${pid} on ${host})`;
}
