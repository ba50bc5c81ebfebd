import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeScrubber } from '../../../controller/secrets.ts';
import { scrubbedStore } from '../../../controller/store/scrubbed.ts';
import { openStore } from '../../../controller/store/sqlite.ts';
import type { Store } from '../../../controller/store/store.ts';
import { storeContract } from './contract.ts';
import { begin, makeEvent, makePlan, makeRevision, makeStatus } from './make.ts';

const secret = 'CANARY-7f3a9c';

let dir: string;
let store: Store;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'reeve-scrubbed-'));
  store = scrubbedStore(await openStore(join(dir, 'store.db')), makeScrubber([secret]));
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true });
});

storeContract('SQLite, scrubbed', async () => {
  const own = mkdtempSync(join(tmpdir(), 'reeve-scrubbed-'));
  return {
    open: async () => scrubbedStore(await openStore(join(own, 'store.db')), makeScrubber([secret])),
    remove: async () => rmSync(own, { recursive: true }),
  };
});

test('no byte of the file holds a secret, whatever sentence brought it', async () => {
  const says = `it says ${secret}`;
  const field = { field: 'environment.PASSWORD', old: 'x', new: secret };
  const [event] = await store.record([
    makeEvent({ message: says, detail: { cause: says, fields: [field], deep: [{ er: says }] } }),
  ]);
  expect(event?.message).toBe('it says (secret)');
  await store.saveStatuses([makeStatus('Agent/a', [{ type: 'Ready', message: says }])], 1, new Set(), () => [
    makeEvent({ message: says }),
  ]);
  const failure = { reason: 'X', message: says, at: 1, count: 1 };
  await store.setFacts([
    { fact: 'attempts', key: 'Agent/a', value: { at: [1], notBefore: 2, lastFailure: says } },
    { fact: 'failures', key: 'Agent/a', value: failure },
    { fact: 'failedReplacements', key: 'Agent/a', value: { specHash: 'h', at: 1, message: says } },
  ]);
  const plan = makePlan(['Agent/a']);
  const id = await begin(
    store,
    {
      ...plan,
      steps: plan.steps.map((step) => ({ ...step, cause: { reason: 'X', message: says, fields: [field] } })),
      warnings: [{ ref: 'Agent/a', reason: 'X', message: says }],
      reported: [{ ref: 'Agent/a', reason: 'X', message: says, fields: [field] }],
      statuses: [makeStatus('Agent/a', [{ type: 'Ready', message: says }])],
      blocked: { reason: 'X', message: says },
    },
    'ann',
    1,
  );
  await store.stepEnded(id, plan.steps[0]?.id ?? '', 2, 'failed', says);
  for (const file of ['store.db', 'store.db-wal']) {
    expect(readFileSync(join(dir, file)).includes(secret)).toBe(false);
  }
  expect((await store.plans(1))[0]?.steps[0]?.message).toBe('it says (secret)');
});

test('names, refs, places and the revision stay whole though a secret has the same letters', async () => {
  const weak = scrubbedStore(store, makeScrubber(['postgres']));
  const position = { file: '/srv/postgres/reeve.yaml', line: 1, column: 1 };
  await weak.record([makeEvent({ regarding: 'Service/postgres', detail: { position } })]);
  expect(await weak.events({ regarding: 'Service/postgres' })).toMatchObject([{ detail: { position } }]);
  await weak.setFacts([{ fact: 'pins', key: 'postgres:15', value: 'sha256:1' }]);
  expect((await weak.facts()).pins).toEqual({ 'postgres:15': 'sha256:1' });
  const plan = makePlan(['Service/postgres']);
  await begin(weak, plan, 'ann', 1);
  expect((await weak.plans(1))[0]?.plan.steps[0]?.id).toBe('Service/postgres:stopContainer');
  const revision = { ...makeRevision('r1'), sources: ['/srv/postgres.yaml'] };
  await weak.putInForce(revision, 'ann', 1);
  expect((await weak.inForce())?.revision).toEqual(revision);
});
