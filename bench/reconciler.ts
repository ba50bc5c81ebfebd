// Reeve's reconciler in the bench's own process, wired as the controller wires it but without its loop: for rows about one
// pass.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { join } from 'node:path';
import { connectEngine } from '../controller/docker/connect.ts';
import type { Engine } from '../controller/engine.ts';
import { Observer } from '../controller/loop/observer.ts';
import { type PassOptions, Reconciler, type Target } from '../controller/loop/reconciler.ts';
import { Sources } from '../controller/sources.ts';
import { openStateDir } from '../controller/state-dir.ts';
import { openStore } from '../controller/store/sqlite.ts';
import type { TestPlatform } from '../test/support/platform.ts';

export const keeping: PassOptions = { mode: 'keep', names: [], allowDelete: false, removeVolumes: false };

export interface OpenReconciler {
  readonly reconciler: Reconciler;
  readonly engine: Engine;
  readonly target: Target;
  /** A pass that must find nothing to do. */
  idlePass(): Promise<void>;
  close(): Promise<void>;
}

/** On the platform's state folder and engine; nobody else may keep it meanwhile. It performs nothing. */
export async function openReconciler(platform: TestPlatform): Promise<OpenReconciler> {
  const state = openStateDir(platform.state, { env: process.env, uid: process.getuid?.() ?? 0 });
  const sources = new Sources({
    paths: [platform.manifests],
    cwd: platform.manifests,
    env: process.env,
    digest: state.keyedDigest,
  });
  const target = await sources.mustLoad();
  const engine = await connectEngine({ env: process.env, host: `unix://${platform.socket}` });
  const store = await openStore(join(platform.state, 'store.db'));
  const abort = new AbortController();
  const now = (): number => Date.now();
  const observer = new Observer({
    engine,
    now,
    digest: state.keyedDigest,
    probes: new Map(),
    besideProbes: new Map(),
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
    wasSignalled: (id, sinceMs) => engine.wasSignalled(id, sinceMs),
    eventsRemembered: async () => undefined,
    onStep: () => undefined,
    onFree: () => undefined,
    onFailed: () => undefined,
    signal: abort.signal,
    draining: abort.signal,
  });
  return {
    reconciler,
    engine,
    target,
    idlePass: async () => {
      const { plan, dispatched } = await reconciler.pass(target, keeping, 'bench');
      if (dispatched.length > 0)
        throw new Error(`there was something to do: ${plan.steps[0]?.cause.message}`);
    },
    close: async () => {
      abort.abort();
      await sources.close();
      await store.close();
      await engine.close();
    },
  };
}

/** Counts the HTTP calls begun while `work` runs, by method and path. */
export async function counting<T>(calls: Map<string, number>, work: () => Promise<T>): Promise<T> {
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
