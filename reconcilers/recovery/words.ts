// How a recovery reads to a person at 3 a.m.: what is so, why, what is done about it. Decides nothing.

import { formatDuration } from '../../desired-state/units.ts';
import type { Detail } from '../procedures/definition.ts';
import type { RecoveryContext } from './context.ts';
import type { Verdict } from './verdict.ts';

/** Why it fails and since when, and that reeve has come to its end with it. */
export function escalationWords(context: RecoveryContext): string {
  const { verdict, slowMs, failure } = context;
  const then = failure.blocked
    ? 'reeve goes on by itself once that is so no more'
    : `reeve goes on trying, every ${duration(slowMs)} at most`;
  return `${failedWords(context)}: ${causeWords(verdict)}; ${then}`;
}

/** That it is well again, after how much. */
export function recoveredWords({ failures, beganAt, settleMs }: RecoveryContext, at: number): string {
  const took = duration(at - settleMs - beganAt);
  const times = failures === 1 ? '' : ` after ${failures} failures`;
  return `ready again${times}, in ${took}, and has stayed so for ${duration(settleMs)}`;
}

/** One sentence on what it does or waits for. */
export function stateWords(state: string, context: RecoveryContext): string {
  const { ref, failure, verdict, settleMs } = context;
  const words: Readonly<Record<string, string>> = {
    assessing: `${ref} failed (${failure.reason}); its log and state are read`,
    restarting: `${ref} failed (${causeWords(verdict)}); it is restarted, or waits for its next try`,
    verifying: `${ref} is started again; waits until it is ready`,
    waiting: `${ref} waits: ${verdict?.message ?? failure.reason}`,
    settling: `${ref} is ready; it must stay so for ${duration(settleMs)}`,
    escalated: `${ref}: ${failedWords(context)}: ${causeWords(verdict)}`,
    held: `${ref} is held, or the platform suspended; goes on when that ends`,
    recovered: `${ref} is ready and has stayed so for ${duration(settleMs)}${timesWords(context)}`,
    resolved: `${ref}: resolved by a person`,
    gone: `${ref} is declared no more`,
    aborted: `aborted; ${ref} is left to the loop`,
  };
  return words[state] ?? state;
}

/** What is kept of the last failure: also when its container is gone. */
export function detailsOf({ verdict, evidence, failure, times }: RecoveryContext): readonly Detail[] {
  if (evidence === undefined) return [];
  const facts = [
    evidence.message,
    ...(evidence.exitCode === undefined || evidence.message.includes(`status ${evidence.exitCode}`)
      ? []
      : [`exit status ${evidence.exitCode}`]),
    ...(evidence.oomKilled ? ['killed by the kernel: out of memory'] : []),
    ...(evidence.engineError === undefined || evidence.message.includes(evidence.engineError)
      ? []
      : [`the engine: ${evidence.engineError}`]),
    ...(evidence.healthOutput === undefined ? [] : [`its healthcheck: ${evidence.healthOutput}`]),
    ...(evidence.trouble === undefined ? [] : [evidence.trouble]),
  ];
  return [
    ...(verdict === undefined
      ? []
      : [
          {
            name: 'verdict',
            lines: [`${verdict.kind}: ${causeWords(verdict)}`, ...verdict.evidence.slice(1)],
          },
        ]),
    {
      name: 'failed',
      lines: [`${failure.reason}${times.length > 1 ? `, ${times.length} times lately` : ''}`, ...facts],
      at: failure.at,
    },
    { name: 'log', lines: evidence.log },
  ];
}

function failedWords({ failures, beganAt, failure }: RecoveryContext): string {
  if (failure.blocked) return 'it is down and cannot be started';
  if (failures <= 1) return 'it failed';
  return `it failed ${failures} times in ${duration(failure.at - beganAt)}`;
}

function timesWords({ failures }: RecoveryContext): string {
  return failures > 1 ? `, after ${failures} failures` : '';
}

function causeWords(verdict: Verdict | undefined): string {
  if (verdict === undefined) return 'not known yet why';
  const sure = verdict.confidence >= 1 ? '' : ` (${Math.round(verdict.confidence * 100)} % sure)`;
  const [first] = verdict.evidence;
  // Some facts are the whole sentence.
  if (first?.startsWith(verdict.message)) return `${first}${sure}`;
  return `${verdict.message}${sure}${first === undefined ? '' : `: ${first}`}`;
}

function duration(ms: number): string {
  const unit = ms < 1_000 ? 100 : 1_000;
  const rounded = Math.round(ms / unit) * unit;
  return formatDuration(Math.max(0, rounded));
}
