// The API of a controller that does not act: answers what the store can, and tells whoever wants more who leads.

import { ledBy } from '../lead.ts';
import type { Leader } from '../lease/port.ts';
import type { StoreReader } from '../store/sql-store.ts';
import { addReading, healthOf, listen, makeApp, type ServeOptions, type Server, serverOf } from './server.ts';

/** What a controller that does not act serves. */
export interface StandbyOptions extends Omit<ServeOptions, 'store'> {
  readonly store: StoreReader;
  /** Who leads, as last seen. */
  readonly leader: () => Leader | undefined;
}

/** Serves what is stored, and tells whoever wants more who leads. The caller has the state folder to itself. */
export async function serveStandby(options: StandbyOptions): Promise<Server> {
  const app = makeApp();
  const health = healthOf(options);
  addReading(app, options, () => {
    const leader = options.leader();
    if (leader === undefined) return { ...health, standby: {} };
    const { command, pid, host, since } = leader;
    const told = { by: command, pid, host, since: new Date(since).toISOString() };
    return { ...health, standby: { leader: told } };
  });
  const refuse = () => {
    throw ledBy(options.platform, options.leader());
  };
  app.post('/v1/*', refuse);
  app.get('/v1/plan', refuse);
  app.get('/v1/statuses', refuse);
  await listen(app, options.socketPath);
  return serverOf(options, () => app.close());
}
