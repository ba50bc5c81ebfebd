// Where chaos plays: an engine of its own with the example platform's images, a copy of the example's manifests, a proxy
// that records and misbehaves, bystanders that are not reeve's, and a controller that can be killed.

import { appendFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoImages, makeImages } from '../scripts/lib/demo-images.ts';
import { askEngine, engineSocket } from '../scripts/lib/docker-api.ts';
import { ensureEngine, type OwnEngine, startOwnEngine } from '../test/support/engine.ts';
import { type EngineProxy, startEngineProxy } from '../test/support/engine-proxy.ts';
import { type CliResult, type Controller, reeve, startController } from '../test/support/reeve.ts';
import { runForeign } from '../test/support/world.ts';
import { Recorder } from './recorder.ts';
import { World } from './world.ts';

export const platform = 'demo';

const example = join(import.meta.dirname, '../examples/platform');

export interface Stage {
  readonly engine: OwnEngine;
  readonly proxy: EngineProxy;
  readonly world: World;
  readonly recorder: Recorder;
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
    const world = new World(engine.socket, platform);
    const recorder = new Recorder((id) => world.subjectOf(id));
    const proxy = await startEngineProxy({
      target: engine.socket,
      socket: join(folder, 'proxy.sock'),
      listener: recorder,
    });
    await addBystanders(engine.socket);
    const options = { state, cwd: manifests, socket: proxy.socket, enter: engine.enter };
    const start = (): Promise<Controller> => startController(['-f', manifests], options);
    say('apply');
    const applied = await reeve(['apply', '--yes', '-f', manifests], options);
    if (applied.code !== 0) throw new Error(`the first apply failed:\n${applied.stdout}${applied.stderr}`);
    let controller = await start();
    let spent = 0;
    return {
      engine,
      proxy,
      world,
      recorder,
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

/** Others' containers, a network and a volume, some with names and labels much like ours. */
async function addBystanders(socket: string): Promise<void> {
  const sleeps = {
    Image: 'reeve-test:1',
    Cmd: ['sleep', '999999'],
    HostConfig: { RestartPolicy: { Name: 'always' } },
  };
  await askEngine(socket, 'POST', '/networks/create', { Name: 'others_net' });
  await askEngine(socket, 'POST', '/volumes/create', { Name: 'others_data' });
  await runForeign(socket, 'others-web-1', sleeps);
  await runForeign(socket, 'demo-translator-1-old', sleeps);
  await runForeign(socket, 'others-composed-1', {
    ...sleeps,
    Labels: { 'com.docker.compose.project': 'others', 'com.docker.compose.service': 'composed' },
  });
}
