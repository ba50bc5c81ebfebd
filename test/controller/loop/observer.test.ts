// What is kept of a look, and what is asked for anew.

import { expect, test } from 'vitest';
import type { Engine, EngineInfo } from '../../../controller/engine.ts';
import { Observer } from '../../../controller/loop/observer.ts';
import { noFacts } from '../../../reconcilers/facts.ts';
import type { ObservedNetwork } from '../../../reconcilers/observed.ts';
import { noon, revision, service } from '../../support/make.ts';

/** An engine whose networks are asked for and, when the test says so, answered. */
function stage() {
  const answers: ((networks: readonly ObservedNetwork[]) => void)[] = [];
  const engine = {
    info: async () => ({ cpus: 2, memoryBytes: 1, apiVersion: '1.41' }) as EngineInfo,
    containers: async () => [],
    networks: () => new Promise<readonly ObservedNetwork[]>((resolve) => answers.push(resolve)),
    volumes: async () => [],
    images: async () => ({}),
  } as unknown as Engine;
  const observer = new Observer({
    engine,
    now: () => noon,
    digest: (value) => value,
    probes: new Map(),
    besideProbes: new Map(),
    modelServers: new Map(),
  });
  const look = () => observer.observe(revision([service('web')]), noFacts);
  return { observer, look, answers };
}

const net = { id: 'n', name: 'shop_net' } as ObservedNetwork;

test('networks are asked for once, until something changes them', async () => {
  const { observer, look, answers } = stage();
  const first = look();
  answers[0]?.([net]);
  expect((await first).networks).toEqual([net]);
  expect((await look()).networks).toEqual([net]);
  expect(answers).toHaveLength(1);
  observer.noteOwnAct('network');
  const second = look();
  answers[1]?.([]);
  expect((await second).networks).toEqual([]);
});

test('an answer that was on its way as one was removed is not kept: it would be removed a second time', async () => {
  const { observer, look, answers } = stage();
  const first = look();
  observer.noteOwnAct('network');
  answers[0]?.([net]);
  expect((await first).networks).toEqual([net]);
  const second = look();
  expect(answers).toHaveLength(2);
  answers[1]?.([]);
  expect((await second).networks).toEqual([]);
});
