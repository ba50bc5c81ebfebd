// A controller that has lost the lead before it begins to keep does nothing: neither here nor, where it only may have, later.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { ConnectedEngine } from '../../controller/docker/connect.ts';
import { keep } from '../../controller/keep.ts';
import { instant } from '../../controller/lease/boot-clock.ts';
import { Lease } from '../../controller/lease/lease.ts';
import type { Leader, LeaseRow, LeaseTable } from '../../controller/lease/port.ts';
import { makeScrubber } from '../../controller/secrets.ts';
import type { SessionParts } from '../../controller/session-parts.ts';
import { runtimeOf } from '../../controller/session-runtime.ts';
import { Sources } from '../../controller/sources.ts';
import { openStore } from '../../controller/store/sqlite.ts';
import { noon, platform, revision, service } from '../support/make.ts';
import { until } from '../support/until.ts';

const before: LeaseRow = { store: 's', token: 6, renewal: 9, ageMs: 0, leaseMs: 15_000 };
const logger = pino({ level: 'silent' });

/** Renewed as its database says; begun so long ago. */
function leaseOf(renew: LeaseTable['renew'], leaseMs: number, agoMs = 0): Lease {
  const { bootMs, wallMs } = instant();
  const askedAt = { bootMs: bootMs - agoMs, wallMs: wallMs - agoMs };
  const table = { renew, release: async () => undefined, close: () => undefined } as unknown as LeaseTable;
  const leader = { command: 'root@b (run)', pid: 1, host: 'b', since: noon, id: 'i' } as Leader;
  const lease = new Lease(table, { token: 7, leader, leaseMs, askedAt }, logger);
  onTestFinished(() => lease.release());
  return lease;
}

async function keeping(lease: Lease) {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-keep-'));
  const store = await openStore(join(folder, 'store.db'));
  // Whoever asks it anything fails: it has no calls.
  const engine = {} as ConnectedEngine;
  const scrubber = makeScrubber();
  const digest = String;
  const loaded = { revision: revision([service('web')]), secrets: new Map() };
  const parts: SessionParts = {
    ...{ platform, engine, store, digest, first: loaded, reloads: false, logger, scrubber, by: 'ana' },
    sources: new Sources({ paths: [], cwd: folder, env: {}, digest }, undefined),
    lead: { lease, before },
    formerCalls: [],
  };
  const runtime = runtimeOf(parts, { bringFiles: async () => true });
  onTestFinished(async () => {
    await runtime.stop(0);
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  const kept = keep(runtime, parts, new AbortController().signal);
  return { kept, inForce: () => store.inForce() };
}

test('lost before it begins', async () => {
  const lease = leaseOf(async () => false, 40);
  await until(() => lease.lost.aborted, 5_000, 'it is lost');
  const { kept, inForce } = await keeping(lease);
  await kept;
  expect(await inForce()).toBeUndefined();
});

test('run out, and lost while it waits for it to be renewed', async () => {
  let isAnothers = false;
  const lease = leaseOf(
    async () => {
      if (!isAnothers) throw new Error('the database does not answer');
      return false;
    },
    400,
    60_000,
  );
  const { kept, inForce } = await keeping(lease);
  await new Promise((resolve) => setTimeout(resolve, 200));
  isAnothers = true;
  await kept;
  expect(await inForce()).toBeUndefined();
});
