// Failover on a real engine: where no restart helps, a declared standby is started and takes the alias that clients ask for;
// what failed is tried on, and has it back once it has been well for a while. Clients say by whom they are answered.

import { beforeAll, describe, expect, test } from 'vitest';
import { ensureEngine } from '../support/engine.ts';
import { askedBy, breakFirst, mendFirst, pair, quickFailover } from '../support/failover.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor } from '../support/kept.ts';

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
    const told = await p.untilEvent(first, 'FailedOver', /Service\/spare answers as cache/, 40_000);
    expect(told.message).toMatch(/reeve decide recovery-\S+ retry\|giveBack/);
    expect(await askedBy(p, 'cache')).toBe('standby');
    await p.untilCondition(first, 'FailedOver', /^FailedOver$/);
    await mendFirst(p);
    await p.untilEvent(first, 'GivenBack', /it answers as cache on the network backend itself again/, 40_000);
    expect(await askedBy(p, 'cache')).toBe('first');
    await p.untilContainer(standby, 'is stopped', (c) => c.State.Status === 'exited');
    await p.untilCondition(standby, 'Ready', /^StandsBy$/);
  });
});
