// Opens a store wherever it lives. What only Postgres needs is loaded only for it.

import type { StoreHome } from './home.ts';
import type { StoreReader } from './sql-store.ts';
import { openStore, openStoreReadOnly } from './sqlite.ts';
import type { Store } from './store.ts';

export type { StoreReader } from './sql-store.ts';

/** For the one writer; makes it where there is none. */
export async function openStoreAt(home: StoreHome): Promise<Store> {
  if (home.kind === 'sqlite') return openStore(home.path);
  const { openPostgresStore } = await import('./postgres/postgres.ts');
  return openPostgresStore(home);
}

/** For reading beside the writer; undefined where there is no store yet. */
export async function openStoreAtReadOnly(home: StoreHome): Promise<StoreReader | undefined> {
  if (home.kind === 'sqlite') return openStoreReadOnly(home.path);
  const { openPostgresReadOnly } = await import('./postgres/postgres.ts');
  return openPostgresReadOnly(home);
}
