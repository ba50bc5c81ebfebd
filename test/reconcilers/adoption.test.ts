// What Compose made: whose it is before, while and after a person adopts it, and that nothing is ever made twice.

import { describe, expect, test } from 'vitest';
import type { Workload } from '../../desired-state/resource.ts';
import { adoptable, adoptedPins, withAdoptedIdentity } from '../../reconcilers/adoption.ts';
import {
  carriedLabels,
  composeLabels,
  identified,
  isComposeName,
  isMadeByCompose,
} from '../../reconcilers/compose-identity.ts';
import type { ObservedContainer } from '../../reconcilers/observed.ts';
import {
  condition,
  detailOf,
  facts,
  idOf,
  live,
  look,
  network,
  noon,
  ops,
  planOf,
  platform,
  revision,
  service,
  volume,
} from '../support/make.ts';

function labelsOf(name: string, number = 1, project = platform): Record<string, string> {
  return {
    [composeLabels.project]: project,
    [composeLabels.service]: name,
    [composeLabels.number]: String(number),
    [composeLabels.oneoff]: 'False',
    [composeLabels.version]: '1.29.2',
    'com.docker.compose.config-hash': 'abc',
  };
}

/** A container as docker-compose 1.29 made it, running as declared. */
function composed(w: Workload, parts: Partial<ObservedContainer> = {}, number = 1): ObservedContainer {
  const name = parts.name ?? `${platform}_${w.name}_${number}`;
  return {
    ...live(w),
    id: idOf(`compose ${name}`),
    name,
    labels: identified(labelsOf(w.name, number), 'container', name),
    detail: detailOf(w),
    ...parts,
  };
}

const web = service('web');
const r = revision([web, network('back'), volume('data')]);

describe('labels of Compose as an identity', () => {
  test.each([
    ['a service', labelsOf('web'), 'Service/web'],
    ['its second container', labelsOf('web', 2), 'Service/web:2'],
    ['a one-off of 1.29', { ...labelsOf('web'), [composeLabels.oneoff]: 'True' }, undefined],
    ['a one-off of v2', { ...labelsOf('web'), [composeLabels.oneoff]: 'true' }, undefined],
    ['no label of Compose', { maintainer: 'me' }, undefined],
  ])('%s', (_, given: Record<string, string>, expected) => {
    const labels = identified(given, 'container', 'shop_web_1');
    const ref = labels['reeve.kind'] && `${labels['reeve.kind']}/${labels['reeve.name']}`;
    expect(ref).toBe(expected);
    if (expected !== undefined) expect(labels['reeve.platform']).toBe(platform);
  });

  test("reeve's own labels go before those that a successor carries on", () => {
    const given = { ...labelsOf('web'), 'reeve.platform': 'other', 'reeve.spec-hash': 'x' };
    expect(identified(given, 'container', 'n')).toBe(given);
    expect(isMadeByCompose(given)).toBe(false);
  });

  test.each([
    ['shop_web_1', true],
    ['shop-web-1', true],
    ['3f2a11bb22cc_shop_web_1', true],
    ['shop_web_2', false],
    ['shop_api_1', false],
  ])('%s is a name that Compose gives the first web of shop: %s', (name, is) => {
    expect(isComposeName(name, 'shop', 'web')).toBe(is);
  });

  test('a container of an image that Compose built carries project and service, and is not of the project', () => {
    const given = { [composeLabels.project]: platform, [composeLabels.service]: 'web' };
    expect(identified(given, 'container', 'n')).toBe(given);
    expect(isMadeByCompose(given)).toBe(false);
    expect(carriedLabels(given)).toEqual({});
  });

  test('a successor carries all on, with a hash that no configuration has', () => {
    expect(carriedLabels(labelsOf('web'))).toMatchObject({ [composeLabels.service]: 'web' });
    expect(carriedLabels(labelsOf('web'))['com.docker.compose.config-hash']).toBe('made-by-reeve');
  });
});

describe('what Compose made and nobody adopted', () => {
  const observed = look(r, [composed(web)]);

  test('is not touched by a controller, and no second one is made beside it', () => {
    const plan = planOf({ revision: r, observed });
    expect(ops(plan)).toEqual([]);
    expect(condition(plan, 'Service/web', 'Degraded')).toMatchObject({ status: true, reason: 'NotAdopted' });
    expect(condition(plan, 'Service/web', 'Degraded').message).toContain('reeve adopt -p shop');
  });

  test('is not touched by a down either, nor are its network and its volume', () => {
    const made = (name: string, kind: 'network' | 'volume') =>
      identified({ [composeLabels.project]: platform, [composeLabels[kind]]: name }, kind, name);
    const all = look(r, [composed(web)]);
    const ofCompose = {
      ...all,
      networks: all.networks.map((n) => ({ ...n, labels: made('back', 'network') })),
      volumes: all.volumes.map((v) => ({ ...v, labels: made('data', 'volume') })),
    };
    expect(ops(planOf({ revision: r, observed: ofCompose, mode: 'down', removeVolumes: true }))).toEqual([]);
    const made2 = {
      [idOf('compose shop_web_1')]: { ref: 'Service/web' as const, at: noon, adopted: true as const },
    };
    const adopted = facts({ made: made2, adopted: { [platform]: { at: noon, by: 'me' } } });
    const down = planOf({
      revision: r,
      observed: ofCompose,
      facts: adopted,
      mode: 'down',
      removeVolumes: true,
    });
    expect(ops(down)).toEqual([
      'stopContainer Service/web',
      'removeContainer Service/web',
      'removeNetwork Network/back',
      'removeVolume Volume/data',
    ]);
  });

  test('is looked at as ours by an apply, which says so and does nothing where nothing differs', () => {
    const plan = planOf({ revision: r, observed, mode: 'apply' });
    expect(ops(plan)).toEqual([]);
    expect(plan.warnings).toMatchObject([
      { reason: 'Adopts', message: expect.stringMatching(/^1 container /) },
    ]);
  });

  test('shows its fields in the plan where they differ', () => {
    const other = service('web', { container: { environment: { A: '2' } } });
    const [step] = planOf({ revision: revision([other]), observed, mode: 'apply' }).steps;
    expect(step?.cause.fields).toEqual([{ field: 'environment.A', old: '(none)', new: '2' }]);
  });

  test('of another project is nothing to us', () => {
    const theirs = composed(web, { labels: identified(labelsOf('web', 1, 'other'), 'container', 'x') });
    expect(ops(planOf({ revision: r, observed: look(r, [theirs]), mode: 'apply' }))).toEqual([
      'createContainer Service/web',
      'startContainer Service/web',
    ]);
  });

  test('and is declared in no source stays: it is told, not removed', () => {
    const gone = composed(service('old'));
    const plan = planOf({ revision: r, observed: look(r, [composed(web), gone]), mode: 'apply' });
    expect(ops(plan)).toEqual([]);
    expect(plan.warnings.map((w) => w.reason)).toContain('NotPruned');
  });
});

describe('what was adopted', () => {
  const container = composed(web);
  const adopted = facts({
    made: {
      [container.id]: {
        ref: 'Service/web',
        at: noon,
        adopted: true,
        compose: carriedLabels(labelsOf('web')),
      },
    },
    adopted: { [platform]: { at: noon, by: 'me' } },
  });

  test('is kept under the name that its Compose gave it', () => {
    expect(ops(planOf({ revision: r, observed: look(r, [container]), facts: adopted }))).toEqual([]);
  });

  test('is healed like any other', () => {
    const stopped = { ...container, state: 'exited' as const, exitCode: 1 };
    expect(ops(planOf({ revision: r, observed: look(r, [stopped]), facts: adopted }))).toEqual([
      'startContainer Service/web',
    ]);
  });

  test("is replaced by one that carries Compose's labels on", () => {
    const next = revision([service('web', { container: { environment: { A: '2' } } })]);
    const plan = planOf({ revision: next, observed: look(next, [container]), facts: adopted });
    const create = plan.steps.find((s) => s.op === 'createContainer');
    expect(create?.op === 'createContainer' && create.args.labels).toMatchObject({
      [composeLabels.project]: platform,
      [composeLabels.service]: 'web',
      'reeve.platform': platform,
    });
  });

  test("and was removed by hand is made anew with Compose's labels", () => {
    const plan = planOf({ revision: r, observed: look(r, []), facts: adopted });
    const create = plan.steps.find((s) => s.op === 'createContainer');
    expect(create?.op === 'createContainer' && create.args.labels).toMatchObject({
      [composeLabels.service]: 'web',
    });
  });

  test('while Compose makes a second one beside it: that is told, and left alone', () => {
    const second = composed(web, { name: 'shop-web-1', createdAt: noon });
    const plan = planOf({ revision: r, observed: look(r, [container, second]), facts: adopted });
    expect(ops(plan)).toEqual([]);
    expect(plan.warnings).toMatchObject([
      { reason: 'ForeignCopy', message: expect.stringContaining('beside') },
    ]);
  });

  test('shares its namespaces by the name that it bears', () => {
    const side = service('side', { container: { networkMode: 'container:shop-web-1' } });
    const both = revision([web, side]);
    const running = composed(side, {
      detail: detailOf(side, {}, { networkMode: `container:${container.id}` }),
    });
    expect(
      ops(planOf({ revision: both, observed: look(both, [container, running]), mode: 'apply' })),
    ).toEqual([]);
    const [create] = planOf({ revision: both, observed: look(both, [container]), facts: adopted }).steps;
    expect(create?.op === 'createContainer' && create.args.spec.networkMode).toBe('container:shop_web_1');
  });

  test('is linked to by the name that it bears; what comes with a link by the way is no difference', () => {
    const [auto, written] = [['shop-web-1:web-1', 'shop-web-1:shop-web-1'], 'shop-web-1:www'];
    const side = service('side', { container: { links: [written, ...auto] } });
    const both = revision([web, side]);
    const linked = (...links: string[]) => composed(side, { detail: detailOf(side, {}, { links }) });
    const opsWith = (running: ObservedContainer) =>
      ops(planOf({ revision: both, observed: look(both, [container, running]), mode: 'apply' }));
    expect(opsWith(linked('shop_web_1:www', 'shop_web_1:web_1', 'shop_web_1:shop_web_1'))).toEqual([]);
    expect(opsWith(linked('shop_web_1:other', 'shop_web_1:web_1')).length).toBeGreaterThan(0);
    const [create] = planOf({ revision: both, observed: look(both, [container]), facts: adopted }).steps;
    expect(create?.op === 'createContainer' && create.args.spec.links).toEqual([
      'shop_web_1:www',
      'shop_web_1:web-1',
      'shop_web_1:shop-web-1',
    ]);
  });
});

describe('the tag of an adopted image that has moved since', () => {
  const moved = { 'app:1': 'sha256:new' };
  const container = composed(web, { imageId: 'sha256:old' });

  test('means what the container runs: a proposal, no recreate', () => {
    const observed = look(r, [container], { images: moved });
    expect(adoptedPins(r, observed, facts())).toEqual({ 'app:1': 'sha256:old' });
    const plan = planOf({ revision: r, observed, mode: 'apply' });
    expect(ops(plan)).toEqual([]);
    expect(plan.warnings.map((w) => w.reason)).toContain('ImageMoved');
  });

  test('means what it means now where one of them runs that, and the others differ', () => {
    const api = service('api');
    const both = revision([web, api]);
    const observed = look(both, [container, composed(api, { imageId: 'sha256:new' })], { images: moved });
    expect(adoptedPins(both, observed, facts())).toEqual({ 'app:1': 'sha256:new' });
    expect(ops(planOf({ revision: both, observed, mode: 'apply' }))).toContain('createContainer Service/web');
  });
});

test('nothing is left to adopt once all is', () => {
  const container = composed(web);
  expect(adoptable(r, look(r, [container]), facts()).containers).toHaveLength(1);
  const made = { [container.id]: { ref: 'Service/web' as const, at: noon } };
  expect(adoptable(r, look(r, [container]), facts({ made })).containers).toEqual([]);
});

test('a container of docker run that was adopted has the identity that its labels cannot carry', () => {
  const plain = { ...live(web, { name: 'cache', labels: {} }), id: idOf('plain') };
  const made = { [plain.id]: { ref: 'Service/cache' as const, at: noon, adopted: true as const } };
  expect(withAdoptedIdentity(plain, platform, made).labels).toMatchObject({
    'reeve.platform': platform,
    'reeve.kind': 'Service',
    'reeve.name': 'cache',
  });
  expect(withAdoptedIdentity(plain, platform, {})).toBe(plain);
});

test('a container of docker run whose store was lost is told by its name, and how to take it again', () => {
  const plain = { ...live(web, { labels: {} }), id: idOf('plain') };
  const plan = planOf({ revision: r, observed: look(r, [plain]), mode: 'apply' });
  expect(ops(plan)).toEqual([]);
  expect(condition(plan, 'Service/web', 'Degraded')).toMatchObject({
    reason: 'NameTaken',
    message: expect.stringContaining('reeve adopt --container shop-web-1'),
  });
});
