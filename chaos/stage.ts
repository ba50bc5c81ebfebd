// Where chaos plays: an engine of its own with the example platform's images, a copy of the example's manifests, a proxy
// that records and misbehaves, bystanders that are not reeve's, and a controller that can be killed.

import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoImages, makeImages } from '../scripts/lib/demo-images.ts';
import { askEngine, engineSocket } from '../scripts/lib/docker-api.ts';
import { ensureEngine, type OwnEngine, startOwnEngine } from '../test/support/engine.ts';
import { type EngineProxy, startEngineProxy } from '../test/support/engine-proxy.ts';
import { type CliResult, type Controller, reeve, startController } from '../test/support/reeve.ts';
import { addBystanders, addGuest } from './bystanders.ts';
import { type Group, Groups } from './groups.ts';
import { type Asker, startAsker } from './health.ts';
import { Recorder } from './recorder.ts';
import { World } from './world.ts';

export const platform = 'demo';

const example = join(import.meta.dirname, '../examples/platform');

/** A wave stays ready so long before the next, and a batch: whoever asks for health has seen it by then. */
export const minReadySeconds = 2;

/** So many are taken down at once: by a wave of a rollout, and by a batch of a restart. */
export const atOnce = 3;

/** Those of one file are changed together by an edit of it, those of the other restarted in batches. */
export const changedFile = 'agents-office.yaml';
const restartedFile = 'agents-research.yaml';

export interface Stage {
  readonly engine: OwnEngine;
  readonly proxy: EngineProxy;
  readonly world: World;
  readonly recorder: Recorder;
  readonly groups: Groups;
  readonly asker: Asker;
  /** Names of those that are restarted in batches. */
  readonly restarted: readonly string[];
  /** Refs of those that are changed together. */
  readonly changed: readonly string[];
  /** With which `CHAOS` they are declared; absent: with none yet. */
  declaredLast(): number | undefined;
  declare(salt: number): void;
  /** The folder of the manifests. */
  readonly manifests: string;
  controller(): Controller;
  /** CPU of all controllers so far, ms. */
  cpuMs(): number;
  killController(): Promise<void>;
  reeve(...args: readonly string[]): Promise<CliResult>;
  close(): Promise<void>;
}

export async function setStage(say: (line: string) => void): Promise<Stage> {
  await ensureEngine();
  await makeImages(demoImages);
  const folder = await mkdtemp(join(tmpdir(), 'reeve-chaos-'));
  const engine = await startOwnEngine();
  try {
    say('images');
    await copyImages(engineSocket(), engine.socket);
    const manifests = join(folder, 'platform');
    const state = join(folder, 'state');
    await cp(example, manifests, { recursive: true });
    await mkdir(join(manifests, 'secrets'), { recursive: true });
    await writeFile(join(manifests, 'secrets/pg-password'), 'chaos\n', { mode: 0o600 });
    await mkdir(state, { mode: 0o700 });
    const limit = `rollout: {maxUnavailable: ${atOnce}, minReady: ${minReadySeconds}s}`;
    const manifest = await readFile(join(manifests, 'reeve.yaml'), 'utf8');
    await writeFile(join(manifests, 'reeve.yaml'), manifest.replace('policy:', `policy:\n    ${limit}`));
    const world = new World(engine.socket, platform);
    const changed = await agentsOf(join(manifests, changedFile));
    const restarted = await agentsOf(join(manifests, restartedFile));
    const groups = new Groups([groupOf('rollout', changed), groupOf('restart', restarted)]);
    const recorder = new Recorder((thing) => world.subjectOf(thing), groups);
    const proxy = await startEngineProxy({
      target: engine.socket,
      socket: join(folder, 'proxy.sock'),
      listener: recorder,
    });
    await addBystanders(engine.socket, platform);
    const options = { state, cwd: manifests, socket: proxy.socket, enter: engine.enter };
    const start = (): Promise<Controller> => startController(['-f', manifests], options);
    say('apply');
    const applied = await reeve(['apply', '--yes', '-f', manifests], options);
    if (applied.code !== 0) throw new Error(`the first apply failed:\n${applied.stdout}${applied.stderr}`);
    await addGuest(engine.socket, platform);
    let controller = await start();
    const asker = startAsker(engine.enter, () => world.containersIfAny());
    let spent = 0;
    let declared: number | undefined;
    return {
      engine,
      proxy,
      world,
      recorder,
      groups,
      asker,
      restarted,
      changed: refsOf(changed),
      declaredLast: () => declared,
      declare(salt) {
        declared = salt;
      },
      manifests,
      controller: () => controller,
      cpuMs: () => spent + controller.cpuMs(),
      async killController() {
        spent += controller.cpuMs();
        const { stderr } = await controller.kill9();
        await appendFile(join(folder, 'run.log'), stderr);
        controller = await start();
      },
      reeve: (...args) => reeve(args, options),
      async close() {
        asker.close();
        await controller.kill9();
        await proxy.close();
        await engine.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await engine.close();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function agentsOf(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8');
  return [...text.matchAll(/^metadata: \{name: ([\w-]+)\}/gm)].map(([, name = '']) => name);
}

function refsOf(agents: readonly string[]): readonly string[] {
  return agents.map((agent) => `Agent/${agent}`);
}

function groupOf(name: string, agents: readonly string[]): Group {
  return { name, refs: refsOf(agents), limit: atOnce };
}

/** As `docker save | docker load`. */
async function copyImages(from: string, to: string): Promise<void> {
  const names = [...demoImages.map((image) => image.tag), 'reeve-test:1'];
  const query = names.map((name) => `names=${encodeURIComponent(name)}`).join('&');
  const saved = await new Promise<IncomingMessage>((resolve, reject) =>
    request({ socketPath: from, path: `/images/get?${query}` }, resolve)
      .on('error', reject)
      .end(),
  );
  await askEngine(to, 'POST', '/images/load?quiet=1', saved);
}
