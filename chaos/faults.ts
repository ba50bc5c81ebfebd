// Carries out one fault on the stage. A fault that finds nothing to hit (its target is just being replaced) says so.

import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { askEngine } from '../scripts/lib/docker-api.ts';
import type { FaultRule } from '../test/support/engine-proxy.ts';
import { until } from '../test/support/until.ts';
import type { Fault, FaultKind } from './schedule.ts';
import { atOnce, changedFile, minReadySeconds, platform, type Stage } from './stage.ts';

type Hit = (stage: Stage, fault: Fault) => Promise<void>;

/** A fault waits so long for what it is to hit. */
const hitMs = 60_000;

const mutating = { method: 'POST', path: /^\/containers\// } as const;

export const faults: Readonly<Record<FaultKind, Hit>> = {
  kill: (stage, { target }) => onContainer(stage, target, 'POST', '/kill'),
  stop: (stage, { target }) => onContainer(stage, target, 'POST', '/stop?t=1'),
  remove: (stage, { target }) => onContainer(stage, target, 'DELETE', '?force=1'),
  pause: (stage, { target }) => onContainer(stage, target, 'POST', '/pause'),
  rename: (stage, { target, salt }) => onContainer(stage, target, 'POST', `/rename?name=strayed-${salt}`),
  update: (stage, { target, salt }) => {
    const memory = (300 + salt) * 1_048_576;
    return onContainer(stage, target, 'POST', '/update', { Memory: memory, MemorySwap: memory });
  },
  disconnect: async (stage, { target }) => {
    await untilRunning(stage, target);
    const body = { Container: nameOf(stage, target), Force: true };
    stage.groups.hit(target);
    await askEngine(stage.engine.socket, 'POST', `/networks/${platform}_backend/disconnect`, body);
  },
  copy: async (stage, { target }) => {
    const { body } = await askEngine(stage.engine.socket, 'GET', `/containers/${nameOf(stage, target)}/json`);
    const { Config } = JSON.parse(body) as { Config: { Labels: Record<string, string> } };
    const name = `copy-${randomBytes(3).toString('hex')}`;
    const config = { Image: 'reeve-test:1', Cmd: ['sleep', '99999'], Labels: Config.Labels };
    const made = await askEngine(stage.engine.socket, 'POST', `/containers/create?name=${name}`, config);
    stage.world.noteCopy((JSON.parse(made.body) as { Id: string }).Id, name);
  },
  networkGone: async ({ engine }) => {
    await until(() => emptyAndRemove(engine.socket, `/networks/${platform}_edge`), hitMs, 'the network goes');
  },
  engineRestarted: async ({ engine, groups }) => {
    groups.hit();
    await engine.stop();
    await engine.start();
    groups.hit();
  },
  engineKilled: async ({ engine, groups }) => {
    groups.hit();
    await engine.kill9();
    await engine.start();
    groups.hit();
  },
  apiSlow: (stage, { target }) => faulty(stage, target, { kind: 'slow' }, 5_000),
  apiFails: (stage, { target, salt }) =>
    faulty(stage, target, { ...mutating, kind: 'refuse', times: 1 + (salt % 5) }, 4_000),
  apiLosesAnswers: (stage, { target, salt }) =>
    faulty(stage, target, { ...mutating, kind: 'dropAnswer', times: 1 + (salt % 3) }, 4_000),
  apiHangs: (stage, { target }) => faulty(stage, target, { ...mutating, kind: 'hangAfter', times: 1 }, 4_000),
  eventsCut: async ({ proxy }) => proxy.cutEvents(),
  eventsThinned: (stage, { target }) => faulty(stage, target, { kind: 'thin' }, 6_000),
  controllerKilled: (stage) => stage.killController(),
  manifestEdited: (stage, { salt }) =>
    edit(stage, 'limits.yaml', (text) => text.replace(/memory: \d+m/, `memory: ${192 + (salt % 64)}m`)),
  manifestBroken: async (stage) => {
    const good = await readFile(join(stage.manifests, 'agents.yaml'), 'utf8');
    await edit(stage, 'agents.yaml', (text) => `${text}\n  : [this is no YAML\n`);
    await pause(3_000);
    await edit(stage, 'agents.yaml', () => good);
  },
  configEdited: (stage, { target, salt }) =>
    edit(stage, `configs/${configOf(stage, target)}.json`, (text) => {
      const config = JSON.parse(text) as object;
      return `${JSON.stringify({ ...config, chaos: salt }, null, 2)}\n`;
    }),
  rolloutBegun: async (stage, { salt }) => {
    await edit(stage, changedFile, (text) =>
      text
        .replace(/, environment: \{CHAOS: "\d+"\}/g, '')
        .replace(/\.json\}/g, `.json, environment: {CHAOS: "${salt}"}}`),
    );
    stage.declare(salt);
  },
  restartBegun: async (stage) => {
    // One that is under way, or an API that fails just now, is waited for.
    await until(
      async () => {
        const options = ['--batch', `${atOnce}`, '--settle', `${minReadySeconds}s`, '--yes', '--no-wait'];
        const { code, stderr } = await stage.reeve('restart', ...stage.restarted, '-p', platform, ...options);
        if (code !== 0) throw new Error(stderr);
        return true;
      },
      hitMs,
      'a batched restart begins',
    );
  },
};

/** Throws where a member has come back meanwhile: reeve reconnects what is cut off. */
async function emptyAndRemove(socket: string, path: string): Promise<true> {
  const { body } = await askEngine(socket, 'GET', path);
  const { Containers } = JSON.parse(body) as { Containers: Record<string, object> };
  for (const id of Object.keys(Containers))
    await askEngine(socket, 'POST', `${path}/disconnect`, { Container: id, Force: true }, [404, 500]);
  await askEngine(socket, 'DELETE', path);
  return true;
}

/** With something to do: an API that fails when nobody asks is no fault. */
async function faulty(stage: Stage, target: string, rule: FaultRule, ms: number): Promise<void> {
  stage.proxy.fault(rule);
  await onContainer(stage, target, 'POST', '/kill');
  await pause(ms);
  stage.proxy.clear();
}

function nameOf(stage: Stage, target: string): string {
  const [, name] = target.split('/');
  const container = `${platform}-${name}-1`;
  if (stage.world.subjectOf({ kind: 'container', named: container }) === undefined)
    throw new Error(`no container ${container}`);
  return container;
}

async function onContainer(
  stage: Stage,
  target: string,
  method: string,
  path: string,
  body?: object,
): Promise<void> {
  await untilRunning(stage, target);
  stage.groups.hit(target);
  await askEngine(stage.engine.socket, method, `/containers/${nameOf(stage, target)}${path}`, body, [304]);
}

/** A container that is just being replaced or started again is waited for: a fault is to hit something. */
async function untilRunning({ world }: Stage, target: string): Promise<void> {
  await until(
    async () => (await world.containers()).some((c) => c.ref === target && c.state === 'running'),
    hitMs,
    `${target} runs`,
  );
}

/** A service has no config of its own, and those that are restarted in batches are not changed meanwhile: then another's. */
function configOf({ restarted }: Stage, target: string): string {
  const [kind, name] = target.split('/');
  return kind === 'Agent' && name !== undefined && !restarted.includes(name) ? name : 'translator';
}

/** Replaced by rename, as editors do. */
async function edit(stage: Stage, file: string, change: (text: string) => string): Promise<void> {
  const path = join(stage.manifests, file);
  await writeFile(`${path}.new~`, change(await readFile(path, 'utf8')));
  await rename(`${path}.new~`, path);
}
