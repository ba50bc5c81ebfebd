// Tells what ended with the engine from what people and processes ended: while the engine is being stopped, by asking
// whether it takes new connections; after a gap, by what ended in it while nothing of before survived; after a time without
// a controller (a reboot), by what ended together in it. Decides nothing.

import type { Ref } from '../../desired-state/resource.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import { claimedRef, identityLabels } from '../../reconcilers/observed.ts';
import type { Engine } from '../engine.ts';
import type { FactChange, Store } from '../store/store.ts';

interface EngineEndContext {
  readonly engine: Engine;
  readonly store: Store;
  readonly platform: string;
  readonly digest: (value: string) => string;
  readonly now: () => number;
}

export class EngineEnd {
  readonly #c: EngineEndContext;
  #ending = false;
  /** Since when events may have been missed; epoch ms. */
  #gapSince: number | undefined;
  /** In the gap no controller ran: it may have been long, and anything may have happened in it. */
  #unwatched = false;

  constructor(context: EngineEndContext) {
    this.#c = context;
  }

  /** It is being stopped: what is killed now is killed by its end. */
  get ending(): boolean {
    return this.#ending;
  }

  /** The event stream broke. */
  noteGap(): void {
    this.#gapSince ??= this.#c.now();
  }

  /** No controller has run since then: the host may have been off. */
  noteAbsence(since: number): void {
    this.#gapSince = since;
    this.#unwatched = true;
  }

  /** A container of ours is being killed, not by reeve: by a person, or by an engine that is being stopped? */
  async noteKill(): Promise<void> {
    if (this.#ending) return;
    this.#ending = await this.#c.engine.accepts().then(
      () => false,
      () => true,
    );
    if (this.#ending) this.noteGap();
  }

  /**
   * Before a look: throws while the engine takes no new connections; after a gap remembers what ended with the engine.
   * Returns what is to be told of it.
   */
  async settle(): Promise<string | undefined> {
    const since = this.#gapSince;
    if (since === undefined) return undefined;
    await this.#c.engine.accepts();
    const { engine, store, platform } = this.#c;
    const ours = (await engine.containers()).filter((c) => c.labels[identityLabels.platform] === platform);
    const facts = await store.facts();
    const down = ours.filter((c) => c.state === 'exited');
    const ends = down.length === 0 ? [] : await this.#endsOf(ours.map((c) => c.id));
    const found = endedWithEngine(ends, facts, since);
    const ended = this.#unwatched && !endedTogether(found) ? [] : found;
    const lived = somethingLived(ends, since);
    await store.setFacts([
      ...ended.flatMap(({ id, at, exitCode }) => factsOfEnd(id, at, exitCode)),
      ...(lived ? factsOfMistakes(facts, since) : []),
    ]);
    this.#ending = false;
    this.#gapSince = undefined;
    this.#unwatched = false;
    const ids = new Set(ended.map((e) => e.id));
    const names = down
      .filter((c) => ids.has(c.id) || (!lived && facts.stops[c.id]?.by === 'engine'))
      .map(({ labels }) => claimedRef(labels));
    return names.length === 0 ? undefined : wordsOf(names);
  }

  /** When each began and ended, by the engine's clock. */
  async #endsOf(ids: readonly string[]): Promise<readonly ContainerEnd[]> {
    const mask = { secretKeys: new Set<string>(), digest: this.#c.digest };
    const ends: ContainerEnd[] = [];
    for (const id of ids) {
      const detail = await this.#c.engine.inspect(id, mask);
      if (detail === undefined) continue;
      const { startedAt, finishedAt, exitCode, pid } = detail;
      ends.push({ id, startedAt, finishedAt, exitCode, running: pid > 0 });
    }
    return ends;
  }
}

export interface ContainerEnd {
  readonly id: string;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly exitCode: number;
  readonly running: boolean;
}

/** Events and our own clock differ by at most so much from when the gap began. */
const slackMs = 1_000;

/**
 * Which of the platform's containers ended with the engine: those that ended in the gap that began at `since`, where
 * nothing that ran before it still runs. Something that survived shows that the engine lived on, or restored it live.
 */
export function endedWithEngine(
  containers: readonly ContainerEnd[],
  facts: Facts,
  since: number,
): readonly { readonly id: string; readonly at: number; readonly exitCode: number }[] {
  if (somethingLived(containers, since)) return [];
  return containers.flatMap(({ id, running, startedAt, finishedAt, exitCode }) => {
    const stop = facts.stops[id];
    const isKnown = stop !== undefined && (stop.by !== 'api' || stop.at < since - slackMs);
    const inGap = !running && startedAt < since && finishedAt >= since - slackMs;
    return inGap && !(isKnown && stop.at < since) && stop?.by !== 'reeve' && stop?.by !== 'engine'
      ? [{ id, at: finishedAt, exitCode }]
      : [];
  });
}

/** An engine that stops gives its containers 15 s; the last of many are killed later on a busy host. */
const togetherMs = 60_000;

/** Several, and close to one another: one that ended while nobody watched may have done so by itself. */
export function endedTogether(ends: readonly { readonly at: number }[]): boolean {
  const times = ends.map(({ at }) => at);
  return times.length > 1 && Math.max(...times) - Math.min(...times) <= togetherMs;
}

function somethingLived(containers: readonly ContainerEnd[], since: number): boolean {
  return containers.some((c) => c.running && c.startedAt < since);
}

/** It was only too busy for a new connection: what was killed then was killed by somebody. */
export function factsOfMistakes(facts: Facts, since: number): FactChange[] {
  return Object.entries(facts.stops)
    .filter(([, stop]) => stop.by === 'engine' && stop.at >= since - slackMs)
    .map(([key, stop]) => ({ fact: 'stops', key, value: { ...stop, by: 'api' } }));
}

function factsOfEnd(id: string, at: number, exitCode: number): FactChange[] {
  return [
    { fact: 'stops', key: id, value: { at, by: 'engine', exitCode } },
    { fact: 'runningSince', key: id, value: undefined },
  ];
}

const mostNamed = 5;

function wordsOf(names: readonly Ref[]): string {
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  const what = names.length === 1 ? 'a container' : `${names.length} containers`;
  return `the engine was stopped or died, and ${what} of the platform with it: ${names.slice(0, mostNamed).join(', ')}${more}; what it does not bring back is started again in order`;
}
