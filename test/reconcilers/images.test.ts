// How images are had: used, pulled, built, refused; what is taken and what is only proposed.

import { describe, expect, test } from 'vitest';
import type { Build } from '../../desired-state/container-spec.ts';
import type { Workload } from '../../desired-state/resource.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import { formatPlan } from '../../reconcilers/format-plan.ts';
import { factsWithTaken, type ImageAsks, noAsks } from '../../reconcilers/images.ts';
import {
  condition,
  detailOf,
  facts,
  live,
  look,
  noon,
  ops,
  planOf,
  revision,
  service,
} from '../support/make.ts';

const [then, now] = [`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`];
const web = service('web');

const build = (hash: string): Build => ({
  context: '/srv/shop/app',
  remote: false,
  dockerfile: 'Dockerfile',
  args: {},
  labels: {},
  extraHosts: [],
  cacheFrom: [],
  tags: [],
  ulimits: {},
  pull: false,
  noCache: false,
  hash,
});

interface Case {
  readonly workload?: Workload;
  readonly facts?: Partial<Facts>;
  readonly here?: Readonly<Record<string, string>>;
  readonly asks?: ImageAsks;
  /** Image id of a running container; absent: there is none. */
  readonly runs?: string;
}

function planFor({ workload = web, facts: known = {}, here = {}, asks = noAsks, runs }: Case) {
  const r = revision([workload]);
  const containers =
    runs === undefined ? [] : [live(workload, { imageId: runs, detail: detailOf(workload) })];
  const all = facts({ ...known });
  return planOf({
    revision: r,
    observed: look(r, containers, { images: here }),
    facts: factsWithTaken(all, asks),
    mode: 'apply',
    images: asks,
  });
}

const take: ImageAsks = { take: new Set(['app:1']), rebuild: new Set(), since: noon };
const moved = {
  digests: { 'app:1': 'sha256:old' },
  registry: { 'app:1': { at: noon, digest: 'sha256:new' } },
};

describe('an image to create from', () => {
  test.each<[what: string, c: Case, steps: readonly object[]]>([
    [
      'that is here is used by its name',
      { here: { 'app:1': then }, facts: { pins: { 'app:1': then } } },
      [{ op: 'createContainer', args: { name: 'shop-web-1' } }],
    ],
    [
      'whose name means another by now is used by its id',
      { here: { 'app:1': now, [then]: then }, facts: { pins: { 'app:1': then } } },
      [{ op: 'createContainer', args: { imageId: then } }],
    ],
    [
      'that is not here is pulled',
      {},
      [{ op: 'pullImage', args: { image: 'app:1' } }, { op: 'createContainer' }],
    ],
    [
      'that was pinned is pulled as it was',
      { facts: { pins: { 'app:1': then }, digests: { 'app:1': 'sha256:old' } } },
      [
        { op: 'pullImage', args: { image: 'app:1', digest: 'sha256:old' } },
        { op: 'createContainer', args: { imageId: then } },
      ],
    ],
    [
      'that was pinned is pulled as it was, though its name is another one here',
      { here: { 'app:1': now }, facts: { pins: { 'app:1': then }, digests: { 'app:1': 'sha256:old' } } },
      [
        { op: 'pullImage', args: { digest: 'sha256:old' } },
        { op: 'createContainer', args: { imageId: then } },
      ],
    ],
    [
      'of a mirror is pulled there, and known by its own name',
      {
        workload: service('web', { imageWritten: 'app:1', container: { image: 'm.example/app:1' } }),
        facts: { pins: { 'app:1': then }, digests: { 'app:1': 'sha256:old' } },
      },
      [
        { op: 'pullImage', args: { image: 'm.example/app:1', written: 'app:1', digest: 'sha256:old' } },
        { op: 'createContainer' },
      ],
    ],
    [
      'that is built is built where it is not here',
      { workload: service('web', { build: build('h1') }) },
      [{ op: 'buildImage', args: { image: 'app:1' } }, { op: 'createContainer' }],
    ],
    [
      'that was built from the same is used',
      {
        workload: service('web', { build: build('h1') }),
        here: { 'app:1': then },
        facts: { builds: { 'app:1': { hash: 'h1', at: 1 } } },
      },
      [{ op: 'createContainer' }],
    ],
    [
      'that was built before reeve is used',
      { workload: service('web', { build: build('h1') }), here: { 'app:1': then } },
      [{ op: 'createContainer' }],
    ],
    [
      'that was built from something else is built',
      {
        workload: service('web', { build: build('h2') }),
        here: { 'app:1': then },
        facts: { builds: { 'app:1': { hash: 'h1', at: 1 } } },
      },
      [{ op: 'buildImage' }, { op: 'createContainer' }],
    ],
  ])('%s', (_, c, steps) => {
    const plan = planFor(c);
    const own = plan.steps.filter((s) => s.op !== 'startContainer');
    expect(own).toMatchObject(steps);
    const [first] = own;
    if (first !== undefined && first.op !== 'createContainer') expect(own[1]?.after).toContain(first.id);
  });

  test('that may not be pulled and is not here is said, and nothing is done', () => {
    const plan = planFor({ workload: service('web', { pullPolicy: 'never' }) });
    expect(plan.steps).toEqual([]);
    expect(condition(plan, 'Service/web', 'Degraded')).toMatchObject({
      status: true,
      reason: 'ImageMissing',
    });
  });

  test('of two services is pulled once; two builds of the same follow each other', () => {
    const r = revision([service('a'), service('b')]);
    expect(
      ops(planOf({ revision: r, observed: look(r, [], { images: {} }) })).filter((op) => op.includes('pull')),
    ).toHaveLength(1);
    const built = revision([
      service('a', { build: build('h'), container: { image: 'a:1' } }),
      service('b', { build: build('h'), container: { image: 'b:1' } }),
    ]);
    const plan = planOf({ revision: built, observed: look(built, [], { images: {} }) });
    expect(plan.steps.find((s) => s.id === 'Service/b:buildImage')?.after).toEqual(['Service/a:buildImage']);
  });
});

test('two builds of one name do not take turns', () => {
  const [a, b] = [service('a', { build: build('h1') }), service('b', { build: build('h2') })];
  const r = revision([a, b]);
  const running = [a, b].map((w) => live(w, { imageId: then, detail: detailOf(w) }));
  const known = { pins: { 'app:1': then }, builds: { 'app:1': { hash: 'h2', at: 1 } } };
  const plan = planOf({
    revision: r,
    observed: look(r, running, { images: { 'app:1': then, [then]: then } }),
    facts: facts(known),
  });
  expect(plan.steps).toEqual([]);
});

describe('a running container', () => {
  const pinned = { pins: { 'app:1': then }, ...moved };
  const here = { 'app:1': then, [then]: then };

  test('stays where the tag moved in its registry, which is said', () => {
    const plan = planFor({ facts: pinned, here, runs: then });
    expect(plan.steps).toEqual([]);
    expect(plan.warnings).toMatchObject([
      { reason: 'ImageMoved', message: expect.stringContaining('in its registry now (new)') },
    ]);
  });

  test('that waits for its wave keeps its image, and is made anew from it; where that is gone, from what comes', () => {
    const workload = { ...web, keptImage: then };
    const both = { 'app:1': now, [then]: then, [now]: now };
    const known = { pins: { 'app:1': now } };
    const made = (c: Case): object[] =>
      planFor({ workload, facts: known, here: both, ...c }).steps.flatMap((s) =>
        s.op === 'createContainer' ? [{ imageId: s.args.imageId }] : [],
      );
    expect(made({ runs: then })).toEqual([]);
    expect(made({})).toEqual([{ imageId: then }]);
    const gone = { 'app:1': now, [now]: now };
    expect(made({ here: gone })).toEqual([{ imageId: undefined }]);
    expect(made({ here: gone, runs: now })).toEqual([]);
    expect(made({ workload: web, runs: then })).toEqual([{ imageId: undefined }]);
  });

  test('is recreated where that is to be taken: pulled first, before anything is touched', () => {
    const plan = planFor({ facts: pinned, here, asks: take, runs: then });
    expect(plan.steps.map((s) => s.op).slice(0, 2)).toEqual(['pullImage', 'createContainer']);
    expect(plan.steps[1]?.after).toEqual(['Service/web:pullImage']);
    expect(plan.steps.find((s) => s.op === 'createContainer')?.args).not.toHaveProperty('imageId');
    expect(plan.images).toEqual([{ image: 'app:1', digest: 'sha256:new', before: 'sha256:old' }]);
    expect(plan.warnings).toEqual([]);
  });

  test('stays where the registry could not be asked, which is said', () => {
    const registry = { 'app:1': { at: noon, error: 'no route', digest: 'sha256:new' } };
    const plan = planFor({ facts: { ...pinned, registry }, here, asks: take, runs: then });
    expect(plan.steps).toEqual([]);
    expect(plan.warnings).toMatchObject([{ reason: 'RegistryNotAsked' }]);
  });

  const builtWeb = service('web', { build: build('h2') });
  const builtBefore = { pins: { 'app:1': then }, builds: { 'app:1': { hash: 'h1', at: 1 } } };

  test('gets its image built anew beside it where what it is built from changed', () => {
    const plan = planFor({ workload: builtWeb, facts: builtBefore, here, runs: then });
    expect(plan.steps).toMatchObject([
      { op: 'buildImage', interrupts: true, cause: { reason: 'BuildChanged' } },
    ]);
    expect(formatPlan(plan)).toContain(
      'build Service/web (builds app:1, recreated if the image is another one)',
    );
  });

  test('is recreated once another image was built', () => {
    const facts = { pins: { 'app:1': now }, builds: { 'app:1': { hash: 'h2', at: 2 } } };
    const plan = planFor({ workload: builtWeb, facts, here: { 'app:1': now, [then]: then }, runs: then });
    expect(plan.steps.map((s) => s.op)).toContain('renameContainer');
  });

  test('is built anew as asked, once', () => {
    const asks = { take: new Set<string>(), rebuild: new Set(['app:1']), since: noon };
    const same = service('web', { build: build('h1') });
    const before = planFor({ workload: same, facts: builtBefore, here, asks, runs: then });
    expect(before.steps).toMatchObject([{ op: 'buildImage' }]);
    const done = { ...builtBefore, builds: { 'app:1': { hash: 'h1', at: noon + 1 } } };
    expect(planFor({ workload: same, facts: done, here, asks, runs: then }).steps).toEqual([]);
  });

  test('that crashed is started, also while its new image cannot be built', () => {
    const failed = {
      ...builtBefore,
      failures: { 'Service/web': { reason: 'BuildFailed', message: 'no', at: noon, count: 1 } },
      attempts: { 'Service/web': { at: [noon], notBefore: noon + 60_000, lastFailure: 'no' } },
    } as const;
    const running = planFor({ workload: builtWeb, facts: failed, here, runs: then });
    expect(running.steps).toEqual([]);
    expect(condition(running, 'Service/web', 'Degraded')).toMatchObject({
      status: true,
      reason: 'BuildFailed',
    });
    const r = revision([builtWeb]);
    const down = live(builtWeb, { imageId: then, state: 'exited', exitCode: 1 });
    const plan = planOf({ revision: r, observed: look(r, [down], { images: here }), facts: facts(failed) });
    expect(plan.steps.map((s) => s.op)).toEqual(['startContainer']);
  });
});
