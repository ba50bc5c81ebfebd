// How a recovery reads to a person at 3 a.m.: what is so, why, what is done about it. Decides nothing.

import { formatDuration } from '../../desired-state/units.ts';
import { type Detail, freeable } from '../procedures/definition.ts';
import { freedWords, mebibytes, sourceWords } from '../procedures/freeing.ts';
import type { RecoveryContext } from './context.ts';
import type { EngineDisk, Evidence } from './evidence.ts';
import type { Verdict } from './verdict.ts';

/** Why it fails and since when, and that reeve has come to its end with it. */
export function escalationWords(context: RecoveryContext): string {
  const { verdict, slowMs, failure } = context;
  const then = failure.blocked
    ? 'reeve goes on by itself once that is so no more'
    : `reeve goes on trying, every ${duration(slowMs)} at most`;
  return `${failedWords(context)}: ${causeWords(verdict)}${roomWords(context)}${troubleWords(context)}; ${then}`;
}

/** Why it fails, who answers in its place, and until when. */
export function failedOverWords(context: RecoveryContext): string {
  const { failover, verdict, settleMs } = context;
  const { to, alias, network } = failover ?? nobody;
  const why = verdict === undefined ? '' : `${failedWords(context)}: ${causeWords(verdict)}; `;
  return `${why}${to} answers as ${alias} on the network ${network} in its place; it goes on being tried, and gets that back once it has been ready for ${duration(settleMs)}`;
}

/** That the alias is its own again, after how long. */
export function givenBackWords(context: RecoveryContext, at: number): string {
  const { failover, failedOverAt = context.beganAt, settleMs } = context;
  const { to, alias, network } = failover ?? nobody;
  return `ready for ${duration(settleMs)}: it answers as ${alias} on the network ${network} itself again; ${to} stood in for ${duration(at - failedOverAt)}`;
}

const nobody = { to: 'the standby', alias: 'it', network: 'its own' };

/** That it is well again, after how much. */
export function recoveredWords({ failures, beganAt, settleMs }: RecoveryContext, at: number): string {
  const took = duration(at - settleMs - beganAt);
  const times = failures === 1 ? '' : ` after ${failures} failures`;
  return `ready again${times}, in ${took}, and has stayed so for ${duration(settleMs)}`;
}

/** One sentence on what it does or waits for. */
export function stateWords(state: string, context: RecoveryContext): string {
  const { ref, failure, verdict, settleMs, freed = [] } = context;
  const { to, alias, network } = context.failover ?? nobody;
  const words: Readonly<Record<string, string>> = {
    assessing: `${ref} failed (${failure.reason}); its log and state are read`,
    restarting: `${ref} failed (${causeWords(verdict)}); it is restarted, or waits for its next try`,
    freeing: `${ref} failed (${causeWords(verdict)}); room is made where more than ${context.diskPercent} % of the engine's disk is in use: ${sourceWords[freeable[freed.length] ?? 'buildCache']}`,
    verifying: `${ref} is started again; waits until it is ready`,
    waiting: `${ref} waits: ${verdict?.message ?? failure.reason}`,
    settling: `${ref} is ready; it must stay so for ${duration(settleMs)}`,
    escalated: `${ref}: ${failedWords(context)}: ${causeWords(verdict)}${roomWords(context)}${troubleWords(context)}`,
    startingStandby: `${ref} failed (${causeWords(verdict)}); ${to} is started to stand in for it`,
    confirmingStandby: `${to}, which is to stand in for ${ref}, is looked at once more: its time to get ready is over`,
    confirmingAlias: `${to}, which is to stand in for ${ref}, is looked at once more: it did not answer as ${alias} in its time`,
    movingAlias: `${to} gets the alias ${alias} on the network ${network} in place of ${ref}`,
    failedOver: `${to} answers as ${alias} in place of ${ref}, which goes on being tried`,
    proving: `${ref} is ready; it must stay so for ${duration(settleMs)}, until then ${to} answers as ${alias}`,
    returning: `${ref} gets the alias ${alias} on the network ${network} back from ${to}`,
    held: `${ref} is held, or the platform suspended; goes on when that ends`,
    recovered: `${ref} is ready and has stayed so for ${duration(settleMs)}${timesWords(context)}`,
    resolved: `${ref}: resolved by a person`,
    gone: `${ref} is declared no more, or only stands by`,
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
    { name: 'events', lines: eventLines(evidence) },
    ...(evidence.engineDisk === undefined
      ? []
      : [{ name: 'engine disk', lines: [diskLine(evidence.engineDisk)] }]),
    { name: 'look with', lines: verdict?.commands ?? [] },
  ];
}

/** What became of a disk that was full. */
export function freedTold(context: RecoveryContext): string {
  return `the disk was full: ${freedWords(context.freed ?? [])}${usedWords(context)}; it is tried again`;
}

/** That nothing could be done about a full disk, or that it is another disk than the engine's. */
function roomWords(context: RecoveryContext): string {
  const { freed, disk, diskPercent = 100, verdict } = context;
  if (freed === undefined || verdict?.next !== 'free') return '';
  if (disk === undefined) return "; the engine's disk cannot be looked at from here: nothing was freed";
  if (disk.usedPercent <= diskPercent)
    return `; the engine's own disk has room (${disk.path}, ${disk.usedPercent} % in use): it is another that is full`;
  return `; ${freedWords(freed)}${usedWords(context)}: volumes, containers and images with a name are a person's to judge`;
}

function usedWords({ disk }: RecoveryContext): string {
  return disk === undefined ? '' : `, ${disk.path} is ${disk.usedPercent} % in use`;
}

function diskLine({ images, containers, volumes, buildCache }: EngineDisk): string {
  const words = { images, containers, volumes, 'build cache': buildCache };
  return Object.entries(words)
    .map(([name, bytes]) => `${name} ${mebibytes(bytes)}`)
    .join(', ');
}

function eventLines({ events = [], at }: Evidence): readonly string[] {
  return events.map((e) => `${duration(at - e.at)} before: ${e.what}`);
}

function troubleWords({ failover, failoverTrouble }: RecoveryContext): string {
  if (failoverTrouble === undefined) return '';
  return `; ${failover?.to ?? 'the standby'} does not stand in for it (${failoverTrouble})`;
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
