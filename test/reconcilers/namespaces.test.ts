// Namespaces shared with another container: what is done when the other starts anew, ends, or is made anew.

import { describe, expect, test } from 'vitest';
import type { ContainerSpec } from '../../desired-state/container-spec.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import { needsInspect } from '../../reconcilers/inspect-needs.ts';
import type { ContainerDetail, ObservedContainer } from '../../reconcilers/observed.ts';
import {
  detailOf,
  facts,
  idOf,
  live,
  look,
  noon,
  on,
  ops,
  planOf,
  revision,
  service,
} from '../support/make.ts';

const vpn = service('vpn');
const shared = (mode: Partial<ContainerSpec>) =>
  service('web', { container: mode, dependsOn: [on('Service/vpn', { condition: 'started' })] });

interface Case {
  readonly mode?: 'networkMode' | 'pidMode' | 'ipcMode';
  readonly vpn?: Partial<ContainerDetail>;
  readonly web?: Partial<ContainerDetail>;
  readonly webIs?: Partial<ObservedContainer>;
  /** Id of the container that web has joined. */
  readonly joined?: string;
  readonly facts?: Partial<Facts>;
}

function planFor({ mode = 'networkMode', joined = idOf('vpn'), ...given }: Case) {
  const web = shared({ [mode]: 'container:shop-vpn-1' });
  const detail = detailOf(web, given.web, { [mode]: `container:${joined}` });
  const r = revision([vpn, web]);
  const containers = [live(vpn, { detail: detailOf(vpn, given.vpn) }), live(web, { detail, ...given.webIs })];
  return planOf({ revision: r, observed: look(r, containers), facts: facts(given.facts) });
}

const before = noon - 600_000;
const later = noon - 300_000;

describe('a shared namespace', () => {
  test('nobody is made before the one whose namespaces it shares runs', () => {
    const web = shared({ networkMode: 'container:shop-vpn-1' });
    const r = revision([vpn, web]);
    const create = planOf({ revision: r, observed: look(r, []) }).steps.find(
      (s) => s.id === 'Service/web:createContainer',
    );
    expect(create?.after).toContain('Service/vpn:startContainer');
  });

  test('nothing is done where the other was started before', () => {
    expect(ops(planFor({ vpn: { startedAt: before }, web: { startedAt: later } }))).toEqual([]);
  });

  test.for(['networkMode', 'ipcMode'] as const)(
    '%s: the other was started again, so it is restarted and no more; the cause names the other',
    (mode) => {
      const plan = planFor({ mode, vpn: { startedAt: later }, web: { startedAt: before } });
      expect(ops(plan)).toEqual(['restartContainer Service/web']);
      expect(plan.steps[0]?.cause).toMatchObject({
        reason: 'NamespaceLost',
        message: expect.stringContaining('Service/vpn was started again'),
      });
    },
  );

  test.for([
    ['long ago', {}],
    ['just now', { made: { [idOf('web')]: { ref: 'Service/web', at: noon } } }],
  ] as const)(
    'the other was made anew: only a new container can join it, also where this one was made %s',
    ([, known]) => {
      const plan = planFor({
        vpn: { startedAt: later },
        web: { startedAt: before },
        webIs: { createdAt: noon - 1_000 },
        joined: idOf('old'),
        facts: known,
      });
      expect(ops(plan)).toContain('createContainer Service/web');
      expect(ops(plan)).not.toContain('restartContainer Service/web');
      expect(plan.steps[0]?.cause).toMatchObject({
        reason: 'NamespaceReplaced',
        message: expect.stringContaining('the network of Service/vpn, whose container was made anew'),
      });
    },
  );

  test('a process namespace ended with its first process: started, and not counted as a failure of its own', () => {
    const plan = planFor({
      mode: 'pidMode',
      vpn: { startedAt: later + 100, finishedAt: later },
      web: { startedAt: before, finishedAt: later + 20, exitCode: 137 },
      webIs: { state: 'exited', exitCode: 137 },
    });
    expect(ops(plan)).toEqual(['startContainer Service/web']);
    expect(plan.steps[0]?.cause).toMatchObject({
      reason: 'NamespaceEnded',
      message: expect.stringContaining('Service/vpn'),
    });
  });

  test('killed a moment before the end of the other is told: waited for, not counted as a failure', () => {
    const web = { startedAt: before, finishedAt: noon - 100, exitCode: 137 };
    const webIs = { state: 'exited', exitCode: 137 } as const;
    const soon = planFor({ mode: 'pidMode', web, webIs });
    expect(ops(soon)).toEqual([]);
    expect(soon.nextAt).toBe(noon + 400);
    const late = planFor({ mode: 'pidMode', web: { ...web, finishedAt: noon - 600 }, webIs });
    expect(late.steps[0]?.cause.reason).toBe('Exited');
  });

  test('who began first is not guessed: both are inspected where one of them was not', () => {
    const web = shared({ networkMode: 'container:shop-vpn-1' });
    const r = revision([vpn, web]);
    expect(needsInspect(r, look(r, [live(vpn), live(web)]), facts())).toEqual([idOf('web'), idOf('vpn')]);
    expect(ops(planOf({ revision: r, observed: look(r, [live(vpn), live(web)]) }))).toEqual([]);
  });
});
