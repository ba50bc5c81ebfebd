// A whole platform of Compose files, kept by reeve: brought up from nothing, changed file by file, sabotaged, its
// controller killed. `npm run platform` runs the real one, or 123 services of like shape; the suite runs a small one.

import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { askEngine } from '../../scripts/lib/docker-api.ts';
import { fullSize, type PlatformSize } from '../../scripts/lib/farm/like-platform.ts';
import { changesOf } from '../../scripts/lib/farm/project-folder.ts';
import { ensureEngine } from '../support/engine.ts';
import { platformFor, untilAllReady } from '../support/kept.ts';
import { RealPlatform, realFolder, sameRun } from '../support/real-platform.ts';
import { differing, expectHealed, sabotage } from '../support/sabotage.ts';
import type { Inspected } from '../support/world.ts';

const isFull = process.env['REEVE_PLATFORM'] === 'full';
const small: PlatformSize = { services: 14, phases: [2, 2, 2], interval: '1s', firstPort: 21_000 };
const size = isFull ? fullSize : small;
const acts = isFull ? 20 : 6;
const minutes = isFull ? 30 : 10;
const healMs = isFull ? 300_000 : 120_000;

function tell(line: string): void {
  if (isFull) process.stdout.write(`platform: ${line}\n`);
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

beforeAll(async () => {
  await ensureEngine();
});

test(
  'a platform of Compose files comes up, changes file by file, and is healed whatever is done to it',
  async (t) => {
    const p = await platformFor(t);
    const real = isFull ? realFolder() : undefined;
    const platform = await RealPlatform.layOut(p, real, size);
    tell(`files of ${real ?? 'like shape'}`);

    const up = await platform.apply();
    const first = await platform.containers();
    tell(
      `${first.size} containers, from nothing to all Ready in ${seconds(up.ms)}; apply: ${up.peakMb} MB, ${seconds(up.cpuMs)} of CPU`,
    );
    expect(first.size).toBe(services(size, real));

    const again = await platform.apply();
    expect(again.stdout).toMatch(/applied: 0 steps done/);
    const look = await platform.run('plan', '--detailed-exitcode');
    expect(look.code, look.stdout).toBe(0);
    tell(`a second apply does nothing, in ${seconds(again.ms)}; plan: ${seconds(look.ms)}`);
    expectSame(first, await platform.containers(), new Set());

    let before = first;
    for (const change of changesOf(p.manifests)) {
      const named = await platform.add(change);
      const touched = await platform.pending();
      const foreign = [...touched].filter((ref) => ref.startsWith('Service/') && !named.has(ref.slice(8)));
      expect(foreign, `${change} touches what it does not speak of`).toEqual([]);
      const changed = await platform.apply();
      const after = await platform.containers();
      expectSame(before, after, touched);
      expect([...(await platform.pending())], `after ${change}`).toEqual([]);
      tell(
        `${change} added: ${touched.size} resources touched, ${after.size - before.size} containers more, in ${seconds(changed.ms)}`,
      );
      before = after;
    }

    const dependencies = await platform.dependencies();
    const seed = Number(process.env['REEVE_SEED'] ?? Date.now() % 100_000);
    let controller = await platform.keep();
    await untilAllReady(p, undefined, healMs);
    const done = await sabotage(p, dependencies, { seed, acts });
    const { ms } = await expectHealed(platform, dependencies, done, before, healMs);
    tell(`seed ${seed}: ${done.map((d) => `${d.act} ${d.ref}`).join(', ')}; healed in ${seconds(ms)}`);

    before = await platform.containers();
    // While the harm is being done and the first of it mended.
    const harm = sabotage(p, dependencies, { seed: seed + 1, acts });
    await pause(300);
    await controller.kill9();
    const more = await harm;
    const open = await differing(platform, before);
    expect(open.length).toBeGreaterThan(0);
    controller = await platform.keep();
    const killed = await expectHealed(platform, dependencies, more, before, healMs);
    tell(
      `seed ${seed + 1}, controller killed -9 with ${open.length} still open: healed in ${seconds(killed.ms)}`,
    );

    // Agents write into their folders all the while: that is nobody's change.
    before = await platform.containers();
    const cpu = controller.cpuMs();
    const watched = isFull ? 60_000 : 3_000;
    await pause(watched);
    expectSame(before, await platform.containers(), new Set());
    expect([...(await platform.pending())]).toEqual([]);
    tell(
      `controller: ${controller.cost().peakMb} MB at most; ${(((controller.cpuMs() - cpu) / watched) * 100).toFixed(1)} % of a core with nothing to do`,
    );
    expect((await controller.stop()).code).toBe(0);

    const down = await platform.run('down', '--yes', '--volumes');
    expect(down.code, down.stderr).toBe(0);
    expect(await p.containers()).toEqual([]);
    const { body } = await askEngine(p.socket, 'GET', `/volumes?filters={"name":["${p.name}_"]}`);
    expect((JSON.parse(body) as { Volumes: unknown[] | null }).Volumes ?? []).toEqual([]);
    tell(`down in ${seconds(down.ms)}`);
  },
  minutes * 60_000,
);

/** How many containers the main file and the agents come to. */
function services({ services: main, phases }: PlatformSize, real: string | undefined): number {
  return real === undefined ? main + phases.reduce((sum, count) => sum + count, 0) : 123;
}

/** What was not to be touched is the same container, run without a break. */
function expectSame(
  before: ReadonlyMap<string, Inspected>,
  after: ReadonlyMap<string, Inspected>,
  except: ReadonlySet<string>,
): void {
  const disturbed = [...before].filter(
    ([ref, container]) => !except.has(ref) && !sameRun(container, after.get(ref)),
  );
  expect(disturbed.map(([ref]) => ref)).toEqual([]);
}
