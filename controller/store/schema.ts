// The tables as kysely sees them, one truth for SQLite and Postgres: text ids, times as epoch ms in
// bigint, JSON as text, no auto-increment. A change here needs a new file in migrations/.

import type { Kysely } from 'kysely';

export interface FactsTable {
  fact: string;
  /** Empty for facts that are single. */
  key: string;
  value: string;
}

export interface EventsTable {
  seq: number;
  change: number;
  first_at: number;
  at: number;
  count: number;
  type: string;
  reason: string;
  regarding: string;
  message: string;
  by: string;
  revision: string | null;
  pass: string | null;
  detail: string | null;
  /** Digest of what makes another event a repeat of this one. */
  repeat_key: string | null;
}

export interface ConditionsTable {
  ref: string;
  type: string;
  /** 1 or 0. */
  status: number;
  reason: string;
  message: string;
  last_transition_time: number;
  container_id: string | null;
}

export interface RevisionsTable {
  seq: number;
  id: string;
  in_force_at: number;
  by: string;
  revision: string;
  /** JSON: reference → id and digest. */
  images: string | null;
}

export interface PlansTable {
  id: string;
  at: number;
  ended_at: number | null;
  by: string;
  revision: string;
  plan: string;
}

export interface StepsTable {
  plan_id: string;
  position: number;
  id: string;
  ref: string;
  op: string;
  started_at: number | null;
  ended_at: number | null;
  outcome: string | null;
  message: string | null;
}

export interface ProceduresTable {
  id: string;
  kind: string;
  version: number;
  by: string;
  began_at: number;
  changed_at: number;
  ended_at: number | null;
  /** JSON: state, context, timers. */
  machine: string;
}

export interface TransitionsTable {
  procedure_id: string;
  position: number;
  at: number;
  event: string;
  by: string | null;
  state: string;
  message: string;
}

/** Last number given out, by name: a pruned row's number is never given again. */
export interface CountersTable {
  name: string;
  value: number;
}

export interface Tables {
  facts: FactsTable;
  events: EventsTable;
  conditions: ConditionsTable;
  revisions: RevisionsTable;
  plans: PlansTable;
  steps: StepsTable;
  procedures: ProceduresTable;
  transitions: TransitionsTable;
  counters: CountersTable;
}

export type Database = Kysely<Tables>;

/** The tables of a store, open. */
export interface OpenTables {
  readonly db: Database;
  readonly close: () => Promise<void>;
}
