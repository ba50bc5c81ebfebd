// What stands around a workload: its volumes, its model, and what others hold of what it needs.

import { describe, expect, test } from 'vitest';
import type { ObservedContainer } from '../../reconcilers/observed.ts';
import { id, planFor, web } from '../support/keeping.ts';
import {
  agent,
  condition,
  facts,
  live,
  look,
  model,
  noon,
  ops,
  planOf,
  revision,
  service,
  source,
  volume,
} from '../support/make.ts';

describe('volumes', () => {
  const user = service('web', { container: { mounts: [{ type: 'volume', source: 'data', target: '/d' }] } });
  const r = revision([user, volume('data')]);
  const seen = { volumesSeen: { shop_data: { at: noon - 9_000, createdAt: 1 } } };

  test('one that existed and is gone is not made anew, nor is anything started on it', () => {
    const plan = planOf({ revision: r, observed: look(r, [], { volumes: [] }), facts: facts(seen) });
    expect(plan.steps).toEqual([]);
    expect(condition(plan, 'Volume/data', 'Degraded')).toMatchObject({
      reason: 'VolumeLost',
      message: expect.stringContaining('--accept-data-loss'),
    });
    expect(condition(plan, 'Service/web', 'Degraded')).toMatchObject({ reason: 'VolumeLost' });
    expect(plan.warnings).toMatchObject([{ ref: 'Volume/data', reason: 'VolumeLost' }]);
  });

  test('its loss accepted: made anew', () => {
    const plan = planOf({
      revision: r,
      observed: look(r, [], { volumes: [] }),
      facts: facts({ ...seen, acceptedLoss: { shop_data: noon } }),
    });
    expect(ops(plan)).toEqual([
      'createVolume Volume/data',
      'createContainer Service/web',
      'startContainer Service/web',
    ]);
    expect(plan.steps[1]).toMatchObject({
      args: { mustExist: ['shop_data'] },
      after: ['Volume/data:createVolume'],
    });
  });

  test('one that differs is never recreated', () => {
    const wanted = revision([volume('data', { driver: 'nfs' })]);
    const plan = planOf({ revision: wanted, observed: look(wanted, []) });
    expect(plan.steps).toEqual([]);
    expect(condition(plan, 'Volume/data', 'Degraded')).toMatchObject({ reason: 'VolumeDiffers' });
  });
});

describe('containers with our identity that are too many', () => {
  const copy = live(web, { id: 'c'.repeat(64), name: 'nice_copy', image: 'backup:1', imageId: 'sha256:b' });

  test('a copy that reeve made goes', () => {
    const r = revision([web]);
    const made = {
      [copy.id]: { ref: 'Service/web' as const, at: 1 },
      [id]: { ref: 'Service/web' as const, at: 1 },
    };
    const plan = planOf({ revision: r, observed: look(r, [live(web), copy]), facts: facts({ made }) });
    expect(plan.steps).toMatchObject([
      { op: 'stopContainer', args: { containerId: copy.id } },
      { op: 'removeContainer', args: { containerId: copy.id } },
    ]);
  });

  test('any other is reported and never touched', () => {
    const r = revision([web]);
    const plan = planOf({ revision: r, observed: look(r, [live(web), copy]) });
    expect(plan.steps).toEqual([]);
    expect(plan.warnings).toMatchObject([
      { reason: 'ForeignCopy', message: expect.stringContaining('nice_copy') },
    ]);
  });

  test('a copy alone is not taken for the one that was removed', () => {
    const r = revision([web]);
    expect(ops(planOf({ revision: r, observed: look(r, [copy]) }))).toEqual([
      'createContainer Service/web',
      'startContainer Service/web',
    ]);
  });
});

describe('what others hold', () => {
  const foreign = (parts: Partial<ObservedContainer>) =>
    live(service('x'), { id: 'f'.repeat(64), labels: {}, name: 'theirs', ...parts });

  test('a foreign container has the name: told, never touched', () => {
    const r = revision([web]);
    const plan = planOf({ revision: r, observed: look(r, [foreign({ name: 'shop-web-1' })]) });
    expect(plan.steps).toEqual([]);
    expect(condition(plan, 'Service/web', 'Degraded')).toMatchObject({
      reason: 'NameTaken',
      message: expect.stringContaining('shop-web-1'),
    });
  });

  const publishing = service('web', {
    container: { ports: [{ target: 80, protocol: 'tcp', published: 8080 }] },
  });
  const port = { hostIp: '0.0.0.0', published: 8080, target: 80, protocol: 'tcp' };

  test('a foreign container has the host port: told, never touched', () => {
    const r = revision([publishing]);
    const plan = planOf({ revision: r, observed: look(r, [foreign({ ports: [port] })]) });
    expect(plan.steps).toEqual([]);
    expect(condition(plan, 'Service/web', 'Degraded')).toMatchObject({
      reason: 'PortTaken',
      message: expect.stringContaining('theirs'),
    });
  });

  test('what is to go has the port: started after it is gone', () => {
    const before = service('old');
    const r = revision([publishing, service('b'), service('c')]);
    const holder = live(before, { ports: [port] });
    const plan = planOf({
      revision: r,
      observed: look(r, [holder, live(service('b')), live(service('c'))]),
      facts: facts({ declared: { 'Service/old': source } }),
    });
    expect(plan.steps.find((s) => s.op === 'createContainer')?.after).toContain(
      `Service/old:removeContainer:${holder.id.slice(0, 12)}`,
    );
  });

  test('limits above the host are told before anything is made', () => {
    const huge = service('web', { container: { resources: { nanoCpus: 99e9 } } });
    expect(condition(planFor({ workload: huge, container: null }), 'Service/web', 'Degraded')).toMatchObject({
      reason: 'LimitOutOfRange',
    });
  });
});

describe('models', () => {
  const ollama = service('ollama', { tier: 'core' });
  const user = agent('bot', { model: 'tiny' });
  const r = revision([ollama, user, model('tiny', 'Service/ollama'), service('web')]);
  const server = (names: readonly string[]) => ({
    modelServers: {
      'Service/ollama': { at: noon, reachable: true, models: names.map((name) => ({ name, digest: 'd' })) },
    },
  });

  test('missing on its server: pulled; those that need it wait, the rest goes on', () => {
    const plan = planOf({ revision: r, observed: look(r, [live(ollama)], server([])) });
    expect(plan.steps.filter((s) => s.needs.length === 0).map((s) => `${s.op} ${s.ref}`)).toEqual(
      expect.arrayContaining([
        'pullModel Model/tiny',
        'startContainer Service/web',
        'createContainer Agent/bot',
      ]),
    );
    expect(plan.steps.find((s) => s.id === 'Agent/bot:startContainer')?.needs).toEqual([
      { ref: 'Model/tiny', condition: 'ready' },
    ]);
    expect(condition(plan, 'Agent/bot', 'Ready').reason).toBe('ModelNotReady');
  });

  test('asked in vain before its server was ready: no reason to worry, and not again after', () => {
    const asked = (at: number) => ({
      modelServers: { 'Service/ollama': { at, reachable: false, models: [], error: 'connection refused' } },
      probes: {
        'Service/ollama': {
          at: noon,
          outcome: 'pass' as const,
          failures: 0,
          passed: true,
          message: '',
          containerId: live(ollama).id,
        },
      },
    });
    const at = (time: number) => planOf({ revision: r, observed: look(r, [live(ollama)], asked(time)) });
    expect(condition(at(noon - 500), 'Model/tiny', 'Ready').reason).toBe('ModelServerNotReady');
    expect(at(noon - 500).warnings).toEqual([]);
    expect(condition(at(noon + 500), 'Model/tiny', 'Degraded').reason).toBe('ModelServerUnreachable');
  });

  test('on its server: nothing to do', () => {
    expect(
      planOf({
        revision: r,
        observed: look(r, [live(ollama), live(user), live(service('web'))], server(['tiny:latest'])),
      }).steps,
    ).toEqual([]);
  });
});
