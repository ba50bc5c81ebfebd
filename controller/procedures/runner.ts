// Drives all procedures: an event in (a look, a timer that is due, a person's word), the next state out. A state is stored
// with the facts and events it causes before anything else happens, in one transaction; what it asks for are facts, which
// the loop acts on. So a crash at any moment leaves a procedure where it was or where it goes, never between.
// INVARIANTS: one transition of a procedure at a time; at most one procedure for a resource (a wider one takes over); a
// timer fires once.

import { begin, dueTimer, withoutTimer } from '../../reconcilers/procedures/advance.ts';
import type {
  ProcedureDefinition,
  ProcedureEvent,
  Sight,
  Work,
} from '../../reconcilers/procedures/definition.ts';
import { definitionOf, newestOf } from '../../reconcilers/procedures/index.ts';
import type { ReeveError } from '../errors.ts';
import type { ProcedureRecord, Store } from '../store/store.ts';
import { Alarm } from './alarm.ts';
import { causedBy } from './caused.ts';
import { type Change, changeBy } from './change.ts';
import { noSuch, notNow, stranded } from './refusals.ts';
import { later, Sightless } from './sightless.ts';
import { takenOver } from './take-over.ts';
import { Works } from './works.ts';

export interface RunnerContext {
  readonly store: Store;
  readonly platform: string;
  readonly definitions: readonly ProcedureDefinition[];
  readonly now: () => number;
  readonly newId: (kind: string) => string;
  /** What was asked for are facts: the loop is to look at them. */
  readonly wake: () => void;
  /** One has its end. */
  readonly onEnded?: (record: ProcedureRecord) => void;
  /** What was sent to the engine and has not begun is wanted no more: of what is to be stopped nothing is started. */
  readonly halt: () => void;
  /** Does what a state stands for; looks before it acts. */
  readonly work: (work: Work, signal: AbortSignal) => Promise<object>;
  /** For what goes wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void;
}

/** After a transition that could not be stored (a full disk). */
const retryMs = 2_000;

export class Runner {
  readonly #c: RunnerContext;
  readonly #works: Works;
  readonly #running = new Map<string, ProcedureRecord>();
  /** Why those cannot go on that no machine is shipped for, by id. */
  readonly #stranded = new Map<string, ReeveError>();
  /** Transitions follow one another. */
  #last: Promise<unknown> = Promise.resolve();
  readonly #sightless = new Sightless();
  readonly #alarm: Alarm;
  #loaded = false;

  constructor(context: RunnerContext) {
    this.#c = context;
    this.#works = new Works({
      perform: context.work,
      now: context.now,
      feed: (id, event) => this.#inTurn(() => this.#worked(id, event)),
      onError: context.onError,
      retryMs,
    });
    this.#alarm = new Alarm({
      now: context.now,
      ring: () => this.#inTurn(() => this.#fire()).then(() => this.#arm()),
      retryMs,
      onError: context.onError,
    });
  }

  get running(): readonly ProcedureRecord[] {
    return [...this.#running.values()];
  }

  /** Goes on with what was under way when the last controller ended; once. */
  async load(): Promise<void> {
    if (!(await this.#read())) return;
    for (const record of this.running) this.#works.engage(record, this.#definition(record));
    this.#arm();
  }

  /** False: that was done before. */
  async #read(): Promise<boolean> {
    if (this.#loaded) return false;
    const stored = await this.#c.store.procedures({ running: true, limit: 10_000 });
    this.#loaded = true;
    for (const record of stored) {
      if (definitionOf(this.#c.definitions, record) === undefined) await this.#strand(record);
      else this.#running.set(record.id, record);
    }
    return true;
  }

  /**
   * Begins one. Narrower procedures that have one of its resources are aborted in its name first, and so is `instead`,
   * the id of one that it takes the place of, however wide that is.
   * @throws where one that is as wide or wider has one of its resources; then all goes on as it was.
   */
  start(kind: string, input: object, by: string, instead?: string): Promise<ProcedureRecord> {
    return this.#inTurn(async () => {
      const definition = newestOf(this.#c.definitions, kind);
      const at = this.#c.now();
      const first = begin(definition.machine, input, at);
      const id = this.#c.newId(kind);
      const claim = { rank: definition.rank, refs: definition.refs(first.machine.context), instead };
      const others = this.running.map((running) => ({ running, definition: this.#definition(running) }));
      const aborts = takenOver(claim, others).map((running) => this.#aborted(running, id, { wider: true }));
      const record: ProcedureRecord = {
        id,
        kind,
        version: definition.version,
        by,
        beganAt: at,
        changedAt: at,
        machine: first.machine,
      };
      // With the aborts: between two commits nothing would say that what was under way is not to come in at once.
      await this.#store([...aborts, { record, definition, next: first, event: { type: 'begun', at }, by }]);
      return record;
    });
  }

  /** A person's word. @throws where no such procedure runs, or it cannot take that word now. */
  say(
    id: string,
    word: { readonly type: string; readonly [key: string]: unknown },
    by: string,
  ): Promise<ProcedureRecord> {
    return this.#inTurn(async () => {
      const record = this.#running.get(id);
      if (record === undefined) throw this.#stranded.get(id) ?? noSuch(id, this.running);
      const event = { ...word, by, at: this.#c.now() };
      const next = await this.#feed(record, event, by);
      if (next === undefined) throw notNow(record, this.#definition(record), word);
      return next;
    });
  }

  /**
   * A person's word for the whole platform: none of those that run, or were found stored, goes on; one commit. Of the latter no
   * work is begun before.
   */
  abortAll(by: string): Promise<void> {
    return this.#inTurn(async () => {
      await this.#read();
      const aborts = this.running.map((record) => this.#aborted(record, by, {}));
      if (aborts.length > 0) await this.#store(aborts);
    });
  }

  /** Something that was found out for one; false: it is over, or that meant nothing to it any more. */
  tell(id: string, word: { readonly type: string; readonly [key: string]: unknown }): Promise<boolean> {
    return this.#inTurn(async () => {
      const record = this.#running.get(id);
      return record !== undefined && (await this.#feed(record, { ...word, at: this.#c.now() })) !== undefined;
    });
  }

  /** Resolves once what is being begun, said or told has come to its end: between two of them nothing is half done. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /**
   * A look at the platform: each is told what is news to it. `looked`: as they stood before its facts were read. One that has
   * gone on since waits for the next look: in this one, what it has just asked for was not asked yet, and passes for done.
   */
  see(sight: Sight, looked: readonly ProcedureRecord[] = this.running): Promise<void> {
    const missed = this.#sightless.look(sight);
    if (this.#running.size === 0) return Promise.resolve();
    return this.#inTurn(async () => {
      for (const before of looked) {
        if (this.#running.get(before.id) !== before) continue;
        const record = missed === 0 ? before : { ...before, machine: later(before.machine, missed) };
        this.#running.set(record.id, record);
        const event = this.#definition(record).see(record.machine.state, record.machine.context, sight);
        if (event !== undefined) await this.#feed(record, event);
      }
      this.#arm();
    });
  }

  /** Nobody could look: what is due waits for the next look. */
  blind(): void {
    this.#sightless.begin(this.#c.now());
    this.#arm();
  }

  close(): void {
    this.#alarm.close();
    this.#works.close();
  }

  async #worked(id: string, event: ProcedureEvent): Promise<void> {
    const record = this.#running.get(id);
    if (record !== undefined) await this.#feed(record, event);
  }

  /** Timers that are due, oldest first, each once. */
  async #fire(): Promise<void> {
    for (const { id } of this.running) {
      for (let record = this.#running.get(id); record !== undefined; record = this.#running.get(id)) {
        const timer = dueTimer(record.machine, this.#c.now());
        if (timer === undefined) break;
        const fired = { ...record, machine: withoutTimer(record.machine, timer.id) };
        const next = await this.#feed(fired, { ...timer.event, at: this.#c.now() });
        // It meant nothing any more: that it fired is all there is to remember.
        if (next === undefined) {
          this.#running.set(id, fired);
          this.#c.wake();
        }
      }
    }
  }

  /** Undefined where the event meant nothing to it. */
  async #feed(
    record: ProcedureRecord,
    event: ProcedureEvent,
    by?: string,
  ): Promise<ProcedureRecord | undefined> {
    const change = this.#changed(record, event, by);
    if (change === undefined) return undefined;
    await this.#store([change]);
    return change.record;
  }

  #changed(record: ProcedureRecord, event: ProcedureEvent, by?: string): Change | undefined {
    return changeBy(event, record, this.#definition(record), by);
  }

  /** All of them, or none. */
  async #store(changes: readonly Change[]): Promise<void> {
    const saved = changes.map(({ record, definition, next, event, by }) => ({
      procedure: record,
      ...causedBy(record, definition, next, event, {
        platform: this.#c.platform,
        ...(by === undefined ? {} : { by }),
      }),
    }));
    await this.#c.store.saveProcedures(saved);
    for (const { record, definition, next } of changes) {
      if (next.machine.ended) {
        this.#running.delete(record.id);
        this.#works.drop(record.id);
        this.#c.onEnded?.(record);
      } else {
        this.#running.set(record.id, record);
        this.#works.engage(record, definition);
      }
    }
    this.#arm();
    const isParked = saved.some(({ facts }) =>
      facts.some(({ fact, value }) => fact === 'turns' && value !== undefined),
    );
    if (isParked) this.#c.halt();
    // To its facts, and to what it looks for in its new state.
    this.#c.wake();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    // Whoever asked for the turn gets its error; the next turn does not.
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Begun with a machine that this reeve does not ship: it is left as it stands, for one that does. */
  async #strand(record: ProcedureRecord): Promise<void> {
    const { store, platform, now } = this.#c;
    const why = stranded(record);
    this.#stranded.set(record.id, why);
    const regarding = `Platform/${platform}` as const;
    const told = { type: 'Warning', reason: 'ProcedureStranded', message: why.message } as const;
    await store.record([{ ...told, at: now(), regarding, by: 'reeve', detail: { procedure: record.id } }]);
  }

  /** While nobody looks, nothing is due. */
  #arm(): void {
    const times = this.running.flatMap((r) => r.machine.timers.map((t) => t.at));
    this.#alarm.set(this.#sightless.is ? Number.POSITIVE_INFINITY : Math.min(...times));
  }

  #definition(record: Pick<ProcedureRecord, 'kind' | 'version'>): ProcedureDefinition {
    const found = definitionOf(this.#c.definitions, record);
    if (found === undefined) throw new Error(`this version of reeve has no procedure ${record.kind}`);
    return found;
  }

  /** As it ends by a person's word; `wider`: because another one has its resources from now on. */
  #aborted(record: ProcedureRecord, by: string, more: { readonly wider?: true }): Change {
    const ended = this.#changed(record, { type: 'abort', at: this.#c.now(), by, ...more }, by);
    if (ended?.record.machine.ended !== true) throw new Error(`${record.id} does not end when it is aborted`);
    return ended;
  }
}
