// What `reeve store check` tells.

import type { StoreHome } from '../store/home.ts';
import { schemas } from '../store/migrations/migrate.ts';
import type { StoreCheck } from '../store/transfer/check.ts';

export interface StoreReport {
  readonly platform: string;
  /** Without its password. */
  readonly store: string;
  readonly schema: string;
  readonly rows: Readonly<Record<string, number>>;
  readonly oldest?: string;
  readonly newest?: string;
  readonly problems: readonly string[];
}

export function storeReport(platform: string, home: StoreHome, check: StoreCheck): StoreReport {
  const { content, oldest, newest, problems } = check;
  return {
    platform,
    store: shown(home),
    schema: schemas.at(-1) ?? '',
    rows: content.rows,
    ...(oldest === undefined ? {} : { oldest: new Date(oldest).toISOString() }),
    ...(newest === undefined ? {} : { newest: new Date(newest).toISOString() }),
    problems,
  };
}

function shown(home: StoreHome): string {
  return home.kind === 'sqlite' ? home.path : `${home.shown} (schema ${home.schema})`;
}
