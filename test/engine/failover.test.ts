// Failover on a real engine: where no restart helps, a declared standby is started and takes the alias that clients ask for;
// what failed is tried on, and has it back once it has been well for a while. Clients say by whom they are answered.

import { beforeAll, describe, expect, test } from 'vitest';
import { askEngine } from '../../scripts/lib/docker-api.ts';
import { ensureEngine } from '../support/engine.ts';
import { aliasesOf, askedBy, breakFirst, mendFirst, pair, quickFailover } from '../support/failover.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor } from '../support/kept.ts';
import { startClient } from '../support/start-first.ts';
import { patienceMs, until } from '../support/until.ts';

const first = 'Service/cache';
const standby = 'Service/spare';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

describe.concurrent('a standby', () => {
  test('stands in for what no restart helps, and gives the alias back once that has been well for a while', async (t) => {
    const p = await platformFor(t);
    await p.write('flags/none', '');
    await keep(p, pair(), { spec: quickFailover });
    expect((await p.container(standby)).State.Status).toBe('created');
    expect(await askedBy(p, 'cache')).toBe('first');
    await breakFirst(p);
    const told = await p.untilEvent(first, 'FailedOver', /Service\/spare answers as cache/);
    expect(told.message).toMatch(/reeve decide recovery-\S+ retry\|giveBack/);
    expect(await askedBy(p, 'cache')).toBe('standby');
    await p.untilCondition(first, 'FailedOver', /^FailedOver$/);
    const ended = await startClient(p, ['cache', '80', '/']);
    await mendFirst(p);
    await p.untilEvent(first, 'GivenBack', /it answers as cache on the network backend itself again/);
    expect(await askedBy(p, 'cache')).toBe('first');
    // Both have the name for a moment, and it is never nobody's.
    const { answers, failures } = await ended();
    expect([Object.keys(answers).sort(), failures]).toEqual([['first', 'standby'], []]);
    const { State } = await p.untilContainer(standby, 'is stopped', (c) => c.State.Status === 'exited');
    // Who has asked for its address just before still comes to it.
    const left = (await p.events()).findLast((e) => e.regarding === standby && e.reason === 'Disconnected');
    expect(Date.parse(State.FinishedAt) - (left?.at ?? Number.NaN)).toBeGreaterThan(3_900);
    await p.untilCondition(standby, 'Ready', /^StandsBy$/);
  });

  test('that does not get ready is let go, and a person is told why', async (t) => {
    const p = await platformFor(t);
    await p.write('flags/spare', '');
    await keep(p, pair(), { spec: quickFailover });
    await breakFirst(p);
    await p.untilEvent(first, 'RecoveryEscalated', /Service\/spare does not stand in for it/, 60_000);
    await p.untilContainer(standby, 'is down', (c) => !c.State.Running);
    expect((await p.events()).map((e) => e.reason)).not.toContain('FailedOver');
  }, 90_000);

  test('serves until a person gives the alias back, whatever the first is like', async (t) => {
    const p = await platformFor(t);
    await p.write('flags/none', '');
    await keep(p, pair(), { spec: quickFailover });
    await breakFirst(p);
    const told = await p.untilEvent(first, 'FailedOver', /./);
    const id = /^recovery-\S+(?=:)/.exec(told.message)?.[0] ?? '';
    expect(await p.reeve('decide', id, 'giveBack', '-f', p.manifests)).toMatchObject({ code: 0 });
    await p.untilContainer(standby, 'is stopped', (c) => c.State.Status === 'exited');
    const holders = async () => {
      const [ofFirst, ofStandby] = [await aliasesOf(p, first), await aliasesOf(p, standby)];
      return ofFirst.includes('cache') && !ofStandby.includes('cache');
    };
    await until(holders, patienceMs, 'the first alone has the alias');
    await p.untilEvent(first, 'RecoveryEscalated', /given back by /);
  }, 90_000);

  test('serves on while a wider procedure has the first, and a new recovery gives the alias back after it', async (t) => {
    const p = await platformFor(t);
    await p.write('flags/none', '');
    await keep(p, pair(), { spec: quickFailover });
    await breakFirst(p);
    await p.untilEvent(first, 'FailedOver', /./);
    await p.reeve('restart', 'cache', '--yes', '--no-wait', '--settle', '0s', '-f', p.manifests);
    await p.untilEvent(`Platform/${p.name}`, 'ProcedureBegun');
    expect(await askedBy(p, 'cache')).toBe('standby');
    await mendFirst(p);
    await p.untilEvent(first, 'GivenBack', /./, 60_000);
    expect(await askedBy(p, 'cache')).toBe('first');
  }, 120_000);

  test('has its alias again where somebody takes it away', async (t) => {
    const p = await platformFor(t);
    await p.write('flags/none', '');
    await keep(p, pair('failover: {to: spare}\n  drift: {fields: {networks: report}}'), {
      spec: quickFailover,
    });
    await breakFirst(p);
    await p.untilEvent(first, 'FailedOver', /./);
    const { Id: Container } = await p.container(standby);
    const on = `/networks/${p.name}_backend`;
    await askEngine(p.socket, 'POST', `${on}/disconnect`, { Container });
    // The controller may have been faster.
    await askEngine(p.socket, 'POST', `${on}/connect`, { Container }, [403]);
    await until(async () => (await askedBy(p, 'cache')) === 'standby', patienceMs, 'it answers again');
  }, 90_000);
});
