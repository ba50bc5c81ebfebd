// Probes workloads on their own clocks and keeps the last result of each. Results are facts for the planner; whether a
// failing probe restarts anything is not decided here.

import { isDeepStrictEqual } from 'node:util';
import type { SecretValues } from '../../desired-state/load-types.ts';
import type { Probe, Ref } from '../../desired-state/resource.ts';
import { isWorkload, refOf } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import {
  claimedRef,
  identityLabels,
  type ObservedContainer,
  type ObservedState,
  type ProbeResult,
} from '../../reconcilers/observed.ts';
import type { Engine, EngineInfo } from '../engine.ts';
import { addressOfPort } from './address.ts';
import { runProbe } from './probe.ts';

/** Until a container first passes it is looked at this often at most: readiness gates what waits for it. */
const eagerMs = 300;

interface Watched {
  readonly ref: Ref;
  readonly probe: Probe;
  container: ObservedContainer;
  nextAt: number;
  passed: boolean;
  /** When a failure was last counted. */
  countedAt: number;
  inFlight: boolean;
  /** Calls since it passed for the first time: what failed before was its start. */
  calls: { all: number; failed: number };
}

/** Whose workloads are probed, and with which passwords. */
export interface Probed {
  readonly revision: Revision;
  readonly secrets: SecretValues;
}

/** Of the running containers of one workload, the one that is asked. */
type Which = (running: readonly ObservedContainer[]) => ObservedContainer | undefined;

export class Prober {
  readonly results = new Map<Ref, ProbeResult>();
  readonly #watched = new Map<Ref, Watched>();
  readonly #engine: Engine;
  readonly #now: () => number;
  readonly #onChange: () => void;
  readonly #which: Which;
  readonly #before: (ref: Ref) => ProbeResult | undefined;
  readonly #proven: Set<string>;
  #info: EngineInfo | undefined;
  #secrets: SecretValues = new Map();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /**
   * `before`: what another has found of a workload's container, which this one is to ask from now on. `proven`: ways by
   * which one was reached.
   */
  constructor(
    engine: Engine,
    now: () => number,
    onChange: () => void,
    which: Which,
    before: (ref: Ref) => ProbeResult | undefined = () => undefined,
    proven: Set<string> = new Set(),
  ) {
    this.#engine = engine;
    this.#now = now;
    this.#onChange = onChange;
    this.#which = which;
    this.#before = before;
    this.#proven = proven;
  }

  /** What is to be probed now: running containers of workloads with a probe. */
  async update({ revision, secrets }: Probed, observed: ObservedState): Promise<void> {
    this.#secrets = secrets;
    const running = new Map<string, ObservedContainer[]>();
    for (const c of observed.containers) {
      if (c.labels[identityLabels.platform] !== revision.platform || c.state !== 'running') continue;
      const ref = claimedRef(c.labels);
      running.set(ref, [...(running.get(ref) ?? []), c]);
    }
    const wanted = new Set<Ref>();
    for (const resource of revision.resources) {
      if (!isWorkload(resource) || resource.probe === undefined) continue;
      const ref = refOf(resource);
      const container = this.#which(running.get(ref) ?? []);
      if (container === undefined) continue;
      wanted.add(ref);
      this.#watch(ref, resource.probe, container);
    }
    for (const ref of this.#watched.keys()) {
      if (wanted.has(ref)) continue;
      this.#watched.delete(ref);
      this.results.delete(ref);
    }
    if (this.#watched.size > 0) this.#info ??= await this.#engine.info();
    this.#schedule();
  }

  /** How many calls of its container's probe there were since that passed for the first time; undefined: it has none. */
  callsOf(ref: Ref): { readonly all: number; readonly failed: number } | undefined {
    return this.#watched.get(ref)?.calls;
  }

  /** Each workload that is probed has a result. */
  get answered(): boolean {
    return [...this.#watched.keys()].every((ref) => this.results.has(ref));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #watch(ref: Ref, probe: Probe, container: ObservedContainer): void {
    const watched = this.#watched.get(ref);
    if (watched?.container.id === container.id && isDeepStrictEqual(watched.probe, probe)) {
      watched.container = container;
      return;
    }
    // A container that is ours anew is probed at once; one that runs already, spread over its interval.
    this.results.delete(ref);
    const before = this.#before(ref);
    const known = before?.containerId === container.id ? before : undefined;
    if (known !== undefined) this.results.set(ref, known);
    this.#watched.set(ref, {
      ref,
      probe,
      container,
      nextAt: this.#now(),
      passed: known?.passed ?? false,
      countedAt: 0,
      inFlight: false,
      calls: { all: 0, failed: 0 },
    });
  }

  /** A container started anew under the same id must prove itself again. */
  forget(containerId: string): void {
    for (const watched of this.#watched.values()) {
      if (watched.container.id !== containerId) continue;
      this.#watched.delete(watched.ref);
      this.results.delete(watched.ref);
    }
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    let next = Number.POSITIVE_INFINITY;
    for (const w of this.#watched.values()) if (!w.inFlight && w.nextAt < next) next = w.nextAt;
    if (next === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, next - this.#now()));
  }

  #tick(): void {
    const now = this.#now();
    for (const watched of this.#watched.values()) {
      if (!watched.inFlight && watched.nextAt <= now) void this.#probe(watched);
    }
    this.#schedule();
  }

  async #probe(watched: Watched): Promise<void> {
    watched.inFlight = true;
    const { ref, probe, container } = watched;
    const info = this.#info;
    let way: string | undefined;
    const answer = await runProbe(probe, {
      containerId: container.id,
      addressOf: (port) => {
        const address = info && addressOfPort(watched.container, port, info);
        way = address?.way;
        return address && { ...address, isProven: this.#proven.has(address.way) };
      },
      engine: this.#engine,
      secret: (name) => this.#secrets.get(name),
    });
    watched.inFlight = false;
    if (way !== undefined && answer.outcome === 'pass') this.#proven.add(way);
    if (this.#closed || this.#watched.get(ref) !== watched) return;
    const now = this.#now();
    // Connected anew meanwhile, by a failover or a hand: asked at an address that it has no more.
    if (answer.outcome !== 'pass' && !isDeepStrictEqual(watched.container.networks, container.networks)) {
      watched.nextAt = now;
      return this.#schedule();
    }
    const before = this.results.get(ref);
    const failures = answer.outcome === 'fail' ? countFailure(watched, before?.failures ?? 0, now) : 0;
    if (answer.outcome === 'pass') watched.passed = true;
    const { passed, calls } = watched;
    const isCounted = passed && (answer.outcome === 'pass' || answer.outcome === 'fail');
    if (isCounted)
      watched.calls = { all: calls.all + 1, failed: calls.failed + Number(answer.outcome === 'fail') };
    this.results.set(ref, { at: now, ...answer, failures, passed, containerId: container.id });
    watched.nextAt = now + (watched.passed ? probe.everyMs : Math.min(eagerMs, probe.everyMs));
    if (before?.outcome !== answer.outcome || failures === probe.threshold) this.#onChange();
    this.#schedule();
  }
}

/** The threshold counts intervals: eager looks at a container that has not passed yet do not use it up. */
function countFailure(watched: Watched, before: number, now: number): number {
  if (before > 0 && now - watched.countedAt < watched.probe.everyMs) return before;
  watched.countedAt = now;
  return before + 1;
}
