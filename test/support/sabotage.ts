// Random harm to a running platform, replayed by its seed, and the check that all of it is made good, the root first.

import { expect } from 'vitest';
import { chance } from '../../chaos/random.ts';
import { askEngine } from '../../scripts/lib/docker-api.ts';
import { untilAllReady } from './kept.ts';
import type { TestPlatform } from './platform.ts';
import { type RealPlatform, sameRun } from './real-platform.ts';
import { until } from './until.ts';
import { act, type Inspected, remove, type WorldContainer } from './world.ts';

/** What is depended on, by resource. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

const harms = {
  kill: (p, { id }) => act(p.socket, id, 'kill'),
  stop: (p, { id }) => act(p.socket, id, 'stop?t=1'),
  remove: (p, { id }) => remove(p.socket, id),
  pause: (p, { id }) => act(p.socket, id, 'pause'),
  rename: async (p, { id, name }) => {
    await askEngine(p.socket, 'POST', `/containers/${id}/rename?name=${name}-elsewhere`);
  },
  limit: (p, { id }) => act(p.socket, id, 'update', { PidsLimit: 77 }),
  disconnect: async (p, { id }) => {
    const { body } = await askEngine(p.socket, 'GET', `/containers/${id}/json`);
    const { NetworkSettings } = JSON.parse(body) as Inspected;
    for (const network of Object.keys(NetworkSettings.Networks)) {
      await askEngine(p.socket, 'POST', `/networks/${network}/disconnect`, { Container: id, Force: true });
    }
  },
} satisfies Record<string, (p: TestPlatform, container: WorldContainer) => Promise<void>>;

export interface Harm {
  readonly act: keyof typeof harms;
  readonly ref: string;
  readonly at: number;
}

/** As many acts on as many running containers, all at once: something that others depend on is always among them. */
export async function sabotage(
  p: TestPlatform,
  dependencies: Dependencies,
  { seed, acts }: { readonly seed: number; readonly acts: number },
): Promise<readonly Harm[]> {
  const { pick } = chance(seed);
  const running = (await p.containers()).filter((c) => c.state === 'running');
  const roots = new Set([...dependencies.values()].flat());
  const dependents = running.filter((c) => (dependencies.get(c.ref) ?? []).length > 0);
  const victims = new Set([pick(running.filter((c) => roots.has(c.ref))), pick(dependents)]);
  while (victims.size < Math.min(acts, running.length)) victims.add(pick(running));
  const names = Object.keys(harms) as (keyof typeof harms)[];
  const chosen = [...victims].map((container, index) => ({
    container,
    // The first ones end a root and a dependent: only of what starts again an order can be seen.
    act: index < 2 ? pick(['kill', 'stop', 'remove'] as const) : pick(names),
  }));
  const at = Date.now();
  await Promise.all(chosen.map(({ container, act: name }) => harms[name](p, container)));
  return chosen.map(({ container, act: name }) => ({ act: name, ref: container.ref, at }));
}

/**
 * All is Ready and as it was before: nothing is pending, no container twice or missing, those that were left alone were
 * left alone, and of two that were started again the one that the other depends on was started first.
 */
export async function expectHealed(
  platform: RealPlatform,
  dependencies: Dependencies,
  done: readonly Harm[],
  before: ReadonlyMap<string, Inspected>,
  deadlineMs: number,
): Promise<{ readonly ms: number }> {
  const { p } = platform;
  const harmed = new Set(done.map(({ ref }) => ref));
  const at = done[0]?.at ?? 0;
  await until(
    async () => {
      const broken = await differing(platform, before);
      if (broken.length > 0) throw new Error(broken.join(', '));
      return true;
    },
    deadlineMs,
    'everything is as it was',
  );
  await untilAllReady(p, [...before.keys()], deadlineMs);
  const ms = Date.now() - at;
  const after = await platform.containers();
  const disturbed = [...before].filter(([ref, was]) => !harmed.has(ref) && !sameRun(was, after.get(ref)));
  expect(
    disturbed.map(([ref]) => ref),
    'left alone by us, and yet disturbed',
  ).toEqual([]);
  expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
  expectOrder(dependencies, before, after);
  return { ms };
}

/** What is not as it was: gone, in another state, under another name, with other limits or networks. */
export async function differing(
  platform: RealPlatform,
  before: ReadonlyMap<string, Inspected>,
): Promise<readonly string[]> {
  const now = await platform.containers();
  const shape = ({ Name, State, HostConfig, NetworkSettings }: Inspected): string =>
    JSON.stringify([
      Name,
      State.Status,
      HostConfig.PidsLimit ?? 0,
      Object.keys(NetworkSettings.Networks).sort(),
    ]);
  return [...before].flatMap(([ref, was]) => {
    const found = now.get(ref);
    return found !== undefined && shape(found) === shape(was) ? [] : ref;
  });
}

function expectOrder(
  dependencies: Dependencies,
  before: ReadonlyMap<string, Inspected>,
  after: ReadonlyMap<string, Inspected>,
): void {
  const restarted = (ref: string): number | undefined => {
    const [was, is] = [before.get(ref), after.get(ref)];
    return is === undefined || sameRun(was, is) ? undefined : Date.parse(is.State.StartedAt);
  };
  for (const [ref, needs] of dependencies) {
    const own = restarted(ref);
    if (own === undefined) continue;
    for (const need of needs) {
      const theirs = restarted(need);
      if (theirs !== undefined) expect(theirs < own, `${need} is started before ${ref}`).toBe(true);
    }
  }
}
