// The Postgres store: the contract, on a real server of the test's own.

import { afterAll, beforeAll } from 'vitest';
import { postgresHome } from '../../../controller/store/home.ts';
import { openPostgresStore } from '../../../controller/store/postgres/postgres.ts';
import { startPostgres, type TestPostgres } from '../../support/postgres.ts';
import { storeContract } from './contract.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
}, 120_000);
afterAll(() => postgres?.close());

let places = 0;
storeContract('Postgres', async () => {
  const home = postgresHome(postgres.url('postgres'), `contract-${++places}`);
  return {
    open: () => openPostgresStore(home),
    remove: async () => {
      await postgres.sql('postgres', `DROP SCHEMA "${home.schema}" CASCADE`);
    },
  };
});
