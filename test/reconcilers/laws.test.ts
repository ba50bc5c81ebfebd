// The laws of a plan on random worlds: it converges, touches nothing that is not ours, starts nothing before what it
// depends on, removes no more than allowed, and survives a crash after any step.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isWorkload, type Ref, refOf, type Workload } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import { specHash } from '../../reconcilers/spec-hash.ts';
import { identityOf } from '../../reconcilers/world.ts';
import { network, on, platform, revision, service } from '../support/make.ts';
import { ModelEngine } from '../support/model-engine.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const runs = { numRuns: 300 };

interface Wish {
  readonly image: string;
  readonly mode: string;
  readonly memory: number | undefined;
  readonly tier: Workload['tier'];
  readonly order: Workload['updateOrder'] | 'stop-first';
  /** Indexes of names before its own. */
  readonly needs: readonly number[];
}

const wish = (images: readonly string[]): fc.Arbitrary<Wish> =>
  fc.record({
    image: fc.constantFrom(...images),
    mode: fc.constantFrom('x', 'y'),
    memory: fc.constantFrom(undefined, 64 * 2 ** 20, 128 * 2 ** 20),
    tier: fc.constantFrom('core', 'critical', 'standard'),
    order: fc.constantFrom('start-first', 'stop-first'),
    needs: fc.uniqueArray(fc.nat(5), { maxLength: 2 }),
  });

const wishes = (images: readonly string[] = ['app:1', 'app:2']) =>
  fc.array(fc.option(wish(images), { nil: undefined }), { minLength: names.length, maxLength: names.length });

function revisionOf(list: readonly (Wish | undefined)[]): Revision {
  const workloads = list.flatMap((w, index) => {
    const name = names[index];
    if (w === undefined || name === undefined) return [];
    const dependsOn = w.needs.flatMap((n) =>
      n < index && list[n] !== undefined ? [on(`Service/${names[n]}`)] : [],
    );
    const container = {
      image: w.image,
      environment: { MODE: w.mode },
      networks: { backend: { aliases: [name] } },
      resources: w.memory === undefined ? {} : { memoryBytes: w.memory },
    };
    const order = w.order === 'start-first' ? { updateOrder: w.order } : {};
    return [service(name, { tier: w.tier, dependsOn, container, ...order })];
  });
  return revision([network('backend'), ...workloads]);
}

/** What people and faults do to what runs. */
const mischief = fc.array(
  fc.record({
    what: fc.constantFrom('remove', 'stop', 'rename', 'swap', 'pause', 'disconnect', 'forget', 'copy'),
    which: fc.nat(5),
  }),
  { maxLength: 4 },
);

function disturb(engine: ModelEngine, acts: readonly { what: string; which: number }[]): void {
  // Renamed by hand, forgotten, and declared no more: nothing is left to know it by.
  const forgets = acts.some((a) => a.what === 'forget');
  for (const { what, which } of acts.filter((a) => !(forgets && ['rename', 'swap'].includes(a.what)))) {
    const container = engine.containers[which % Math.max(1, engine.containers.length)];
    if (container === undefined) continue;
    if (what === 'remove') engine.containers = engine.containers.filter((c) => c !== container);
    if (what === 'stop') {
      container.state = 'exited';
      engine.facts.stops[container.id] = { at: engine.now, by: 'api', exitCode: 143 };
    }
    if (what === 'rename') container.name = `${container.name}-x${which}`;
    // A copy that bears our name is a case of its own.
    const other = engine.containers[(which + 1) % engine.containers.length];
    if (what === 'swap' && other !== undefined && ![container, other].some((c) => c.image === 'backup:1')) {
      [container.name, other.name] = [other.name, container.name];
    }
    if (what === 'pause') {
      container.state = 'paused';
      engine.facts.pausedSince[container.id] = engine.now;
    }
    if (what === 'disconnect') container.networks = {};
    if (what === 'forget') engine.facts.made = {};
    if (what === 'copy') {
      const copy = {
        ...structuredClone(container),
        id: `f${which}`.padEnd(64, '0'),
        name: `copy-${which}-${engine.containers.length}`,
        image: 'backup:1',
        imageId: 'sha256:backup',
      };
      if (!engine.containers.some((c) => c.id === copy.id)) engine.containers.push(copy);
    }
  }
}

function settled(engine: ModelEngine, r: Revision): void {
  for (const w of r.resources) if (isWorkload(w)) engine.wantedHash.set(refOf(w), specHash(w));
  expect(engine.settle(r, { mode: 'keep' }), 'it settles within bounded passes').toBeDefined();
}

function ours(engine: ModelEngine) {
  return engine.containers.filter((c) => identityOf(c, platform) !== undefined && c.image !== 'backup:1');
}

function expectExactly(engine: ModelEngine, r: Revision): void {
  const wanted = r.resources
    .filter(isWorkload)
    .map((w) => w.containerName)
    .sort();
  expect(
    ours(engine)
      .map((c) => c.name)
      .sort(),
  ).toEqual(wanted);
  expect(ours(engine).filter((c) => c.state !== 'running')).toEqual([]);
}

describe('a plan applied to a model of the engine', () => {
  test('converges to exactly one running container for each workload, from any disturbed world', () => {
    fc.assert(
      fc.property(wishes(), wishes(), mischief, (before, after, acts) => {
        const engine = new ModelEngine();
        settled(engine, revisionOf(before));
        disturb(engine, acts);
        const r = revisionOf(after);
        settled(engine, r);
        expectExactly(engine, r);
        expect(engine.plan(r).steps).toEqual([]);
      }),
      runs,
    );
  });

  test('converges after a crash after any step', () => {
    fc.assert(
      fc.property(wishes(), wishes(), fc.array(fc.nat(6), { maxLength: 6 }), (before, after, crashes) => {
        const engine = new ModelEngine();
        settled(engine, revisionOf(before));
        const r = revisionOf(after);
        for (const steps of crashes) engine.pass(r, steps);
        settled(engine, r);
        expectExactly(engine, r);
      }),
      runs,
    );
  });

  test('a new spec that never runs ends in the old container, exactly one, wherever it crashes', () => {
    fc.assert(
      fc.property(wishes(['app:1']), fc.array(fc.nat(6), { maxLength: 6 }), (before, crashes) => {
        const engine = new ModelEngine();
        settled(engine, revisionOf(before));
        const old = new Map(ours(engine).map((c) => [c.name, c.id]));
        const broken = revisionOf(before.map((w) => (w === undefined ? w : { ...w, image: 'bad:1' })));
        for (const w of broken.resources) if (isWorkload(w)) engine.wantedHash.set(refOf(w), specHash(w));
        for (const steps of crashes) engine.pass(broken, steps);
        settled(engine, broken);
        expectExactly(engine, broken);
        expect(new Map(ours(engine).map((c) => [c.name, c.id]))).toEqual(old);
        expect(
          ours(engine)
            .map((c) => c.detail.spec.restart.name)
            .filter((n) => n !== 'always'),
        ).toEqual([]);
      }),
      runs,
    );
  });

  test('touches nothing without our identity, nor copies that inherited it', () => {
    fc.assert(
      fc.property(wishes(), wishes(), mischief, (before, after, acts) => {
        const engine = new ModelEngine();
        engine.add(service('foreign'), { labels: {}, name: 'postgres' });
        engine.add(service('other'), {
          labels: { 'reeve.platform': 'elsewhere', 'reeve.kind': 'Service', 'reeve.name': 'a' },
          name: 'a',
        });
        settled(engine, revisionOf(before));
        disturb(
          engine,
          acts.filter((a) => a.what === 'copy' && a.which >= 2),
        );
        const foreign = () => structuredClone(engine.containers.filter((c) => !ours(engine).includes(c)));
        const seen = foreign();
        settled(engine, revisionOf(after));
        expect(foreign()).toEqual(seen);
      }),
      runs,
    );
  });

  test('starts nothing before what it depends on is ready', () => {
    fc.assert(
      fc.property(wishes(), wishes(), mischief, (before, after, acts) => {
        const engine = new ModelEngine();
        settled(engine, revisionOf(before));
        disturb(engine, acts);
        const r = revisionOf(after);
        const from = engine.ran.length;
        settled(engine, r);
        const byRef = new Map(r.resources.filter(isWorkload).map((w): [Ref, Workload] => [refOf(w), w]));
        for (const { step, ready } of engine.ran.slice(from)) {
          if (step.op !== 'startContainer') continue;
          for (const { on: needed } of byRef.get(step.ref)?.dependsOn ?? []) expect(ready).toContain(needed);
        }
      }),
      runs,
    );
  });

  test('never removes more than maxDelete lets go, and says so', () => {
    fc.assert(
      fc.property(wishes(), wishes(), fc.integer({ min: 0, max: 100 }), (before, after, percent) => {
        const engine = new ModelEngine();
        settled(engine, revisionOf(before));
        const total = ours(engine).length;
        const r = { ...revisionOf(after), policy: { ...revisionOf(after).policy, maxDelete: { percent } } };
        const plan = engine.plan(r, { allowDelete: false, mode: 'apply' });
        const gone = plan.steps.filter(
          (s) => s.op === 'removeContainer' && s.cause.reason === 'NotDeclared',
        ).length;
        expect(gone).toBeLessThanOrEqual(Math.max(1, Math.floor(((total + 1) * percent) / 100)));
        if (plan.blocked !== undefined) expect(gone).toBe(0);
      }),
      runs,
    );
  });

  test('is the same plan for the same inputs, in an order that respects what comes after what', () => {
    fc.assert(
      fc.property(wishes(), wishes(), mischief, (before, after, acts) => {
        const engine = new ModelEngine();
        settled(engine, revisionOf(before));
        disturb(engine, acts);
        const r = revisionOf(after);
        const plan = engine.plan(r);
        expect(engine.plan(structuredClone(r))).toEqual(plan);
        const ids = plan.steps.map((s) => s.id);
        expect(new Set(ids).size).toBe(ids.length);
        for (const [index, step] of plan.steps.entries()) {
          for (const id of step.after) expect(ids.indexOf(id)).toBeLessThan(index);
        }
      }),
      runs,
    );
  });

  test('down leaves nothing of ours and everything of others', () => {
    fc.assert(
      fc.property(wishes(), mischief, (before, acts) => {
        const engine = new ModelEngine();
        engine.add(service('foreign'), { labels: {}, name: 'postgres' });
        const r = revisionOf(before);
        settled(engine, r);
        disturb(
          engine,
          acts.filter((a) => a.what === 'stop' || (a.what === 'copy' && a.which > 0)),
        );
        const others = engine.containers.filter((c) => !ours(engine).includes(c)).map((c) => c.id);
        expect(engine.settle(r, { mode: 'down' })).toBeDefined();
        expect(engine.containers.map((c) => c.id)).toEqual(others);
        // A network that a copy is on stays.
        const held = engine.containers.some((c) => 'shop_backend' in c.networks && c.state !== 'exited');
        expect([...engine.networks]).toEqual(held ? ['shop_backend'] : []);
      }),
      runs,
    );
  });
});
