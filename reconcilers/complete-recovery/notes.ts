// What a complete recovery notes of an event, and what follows from what it has noted. Pure; the machine names them.

import { isAllReady, isProvenReady, unbegun } from '../procedures/batch-walk.ts';
import type { HostRoom } from '../procedures/definition.ts';
import { freedBy } from '../procedures/freeing.ts';
import { nextFreeing, type RecoveryContext, type RecoveryEvent, type RecoveryInput } from './context.ts';

type Notes = Partial<RecoveryContext>;

/** Before the first batch: everything is stopped first. */
export function firstContext({ at, ...input }: RecoveryInput & { readonly at: number }): RecoveryContext {
  return { ...input, ...unbegun, index: -1, beganAt: at, freed: [], looks: 0, gatePassed: false };
}

/** A machine's first state is entered without an event. */
export function timeOf(event: RecoveryEvent, { beganAt }: RecoveryContext): number {
  return 'at' in event ? event.at : beganAt;
}

export function noteEngine(event: RecoveryEvent): Notes {
  if (event.type !== 'engine') return {};
  const { news } = event;
  return { engine: news.is === 'back' ? undefined : news };
}

export function noteFreed(context: RecoveryContext, event: RecoveryEvent): Notes {
  const source = nextFreeing(context)?.source;
  if (event.type !== 'worked' || source === undefined) return {};
  return { freed: [...context.freed, freedBy(source, event)] };
}

export function beginStop(context: RecoveryContext, event: RecoveryEvent): Notes {
  return { up: undefined, stopReport: { askedAt: timeOf(event, context) } };
}

export function noteUp({ stopReport }: RecoveryContext, event: RecoveryEvent): Notes {
  if (event.type !== 'stopped') return {};
  const { at, up } = event;
  return up.length > 0 ? { up } : { up, stopReport: { askedAt: stopReport?.askedAt ?? at, readyAt: at } };
}

/** The gate, and after it the last look. */
export function beginGate(context: RecoveryContext, event: RecoveryEvent): Notes {
  const begun = context.gatePassed ? {} : { gateReport: { askedAt: timeOf(event, context) } };
  return { unready: undefined, ...begun };
}

export function passGate(context: RecoveryContext, event: RecoveryEvent): Notes {
  const askedAt = context.gateReport?.askedAt ?? timeOf(event, context);
  const readyAt = event.type === 'gated' ? { readyAt: event.at } : {};
  return { gatePassed: true, gateReport: { askedAt, ...readyAt } };
}

export function isDiskFull({ diskPercent }: RecoveryContext, { disk }: HostRoom): boolean {
  return disk !== undefined && disk.usedPercent > diskPercent;
}

export function isMemoryShort({ memoryBytes }: RecoveryContext, { memoryAvailableBytes }: HostRoom): boolean {
  return memoryAvailableBytes !== undefined && memoryAvailableBytes < memoryBytes;
}

/** Between core and critical and the rest, also where there is none of the one or the other. */
export function isGateDue({ batches, index, gatePassed }: RecoveryContext): boolean {
  const next = batches[index + 1];
  return !gatePassed && (next === undefined || next.tier === 'standard');
}

/** All ready, of core or critical, or each spoken for by a probe where that is enough. */
export function isReadyForGood(context: RecoveryContext, event: RecoveryEvent): boolean {
  if (event.type !== 'seen' || !isAllReady(context, event)) return false;
  const { batches, index } = context;
  return batches[index]?.tier !== 'standard' || isProvenReady(context, event);
}
