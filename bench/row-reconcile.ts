// Row: a reconcile with nothing to do on 100 containers against one list call, in this process and on the real engine.
// Counts the HTTP calls that passes make: one list call each, no inspect.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { join } from 'node:path';
import { connectEngine } from '../controller/docker/connect.ts';
import { Observer } from '../controller/loop/observer.ts';
import { type PassOptions, Reconciler } from '../controller/loop/reconciler.ts';
import { Sources } from '../controller/sources.ts';
import { openStateDir } from '../controller/state-dir.ts';
import { openStore } from '../controller/store/sqlite.ts';
import type { TestPlatform } from '../test/support/platform.ts';
import type { BareEngine } from './bare.ts';
import { median, spread, timed } from './measure.ts';
import type { Row } from './table.ts';

const pairs = 100;
const warmUp = 20;
const bound = 1.5;

export async function reconcileRow(bare: BareEngine, platform: TestPlatform): Promise<Row> {
  const { reconciler, revision, secrets, close } = await openReconciler(platform);
  const options: PassOptions = { mode: 'keep', names: [], allowDelete: false, removeVolumes: false };
  const pass = async (): Promise<void> => {
    const { plan, dispatched } = await reconciler.pass({ revision, secrets }, options, 'bench');
    if (dispatched.length > 0) throw new Error(`there was something to do: ${plan.steps[0]?.cause.message}`);
  };
  const list = async (): Promise<unknown> =>
    JSON.parse((await bare.call('GET', '/containers/json?all=1')).toString());
  try {
    for (let i = 0; i < warmUp; i++) {
      await pass();
      await list();
    }
    const ours: number[] = [];
    const lists: number[] = [];
    const calls = new Map<string, number>();
    const lookOnly: number[] = [];
    for (let i = 0; i < pairs; i++) {
      ours.push(await counting(calls, () => timed(pass)));
      lists.push(await timed(list));
      lookOnly.push(await timed(() => reconciler.look({ revision, secrets }, options)));
    }
    const said = [...calls].map(([call, count]) => `${count / pairs} × ${call}`);
    const oneList = calls.size === 1 && [...calls.values()][0] === pairs;
    return {
      name: 'reconcile with nothing to do on 100',
      measured: spread(ours),
      reference: `${spread(lists)}, one list call`,
      // More calls than one list a pass breaks the bound whatever the time is.
      figure: oneList ? median(ours) / median(lists) : Number.NaN,
      bound,
      unit: '×',
      notes: [`calls a pass: ${said.join(', ')}`],
      where: [`observe and plan ${spread(lookOnly)}; ${said.join(', ')}`],
    };
  } finally {
    await close();
  }
}

async function openReconciler(platform: TestPlatform) {
  const state = openStateDir(platform.state, { env: process.env, uid: process.getuid?.() ?? 0 });
  const sources = new Sources({
    paths: [platform.manifests],
    cwd: platform.manifests,
    env: process.env,
    digest: state.keyedDigest,
  });
  const { revision, secrets } = await sources.mustLoad();
  const engine = await connectEngine({ env: process.env, host: `unix://${platform.socket}` });
  const store = await openStore(join(platform.state, 'store.db'));
  const abort = new AbortController();
  const now = (): number => Date.now();
  const observer = new Observer({
    engine,
    now,
    digest: state.keyedDigest,
    probes: new Map(),
    modelServers: new Map(),
  });
  const reconciler = new Reconciler({
    observer,
    store,
    now,
    random: () => 0.5,
    passId: () => 'bench',
    perform: () => Promise.reject(new Error('the bench acts on nothing')),
    scrub: (text) => text,
    eventsRemembered: async () => undefined,
    onStep: () => undefined,
    onFree: () => undefined,
    signal: abort.signal,
    draining: abort.signal,
  });
  const close = async (): Promise<void> => {
    abort.abort();
    await sources.close();
    await store.close();
    await engine.close();
  };
  return { reconciler, revision, secrets, close };
}

/** Counts the HTTP calls begun while `work` runs, by method and path. */
async function counting<T>(calls: Map<string, number>, work: () => Promise<T>): Promise<T> {
  const count = (message: unknown): void => {
    const { request } = message as { request: { method: string; path: string } };
    const call = `${request.method} ${(request.path.split('?')[0] ?? '').replace(/^\/v[\d.]+/, '').replace(/[0-9a-f]{64}/, 'ID')}`;
    calls.set(call, (calls.get(call) ?? 0) + 1);
  };
  subscribe('http.client.request.start', count);
  try {
    return await work();
  } finally {
    unsubscribe('http.client.request.start', count);
  }
}
