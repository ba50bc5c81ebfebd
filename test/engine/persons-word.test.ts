// What a person asks for is told as theirs: a job run again, a hold that ends by its time, a loss that is none.

import { beforeAll, describe, expect, test } from 'vitest';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor } from '../support/kept.ts';
import { document, service } from '../support/platform.ts';
import { patienceMs, until } from '../support/until.ts';
import { act } from '../support/world.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

const web = 'Service/web';

describe.concurrent('a person’s word', () => {
  test.for([
    ['done', 0, 'Ready', /Completed/],
    ['failed', 3, 'Degraded', /JobFailed/],
  ] as const)(
    'a job that is %s runs again when asked, and the cause says who asked',
    async ([, code, type, reason], t) => {
      const p = await platformFor(t);
      await keep(p, [service('job', ['restart: "no"', `command: [sh, -c, "exit ${code}"]`])], { ready: [] });
      await p.untilCondition('Service/job', type, reason);
      const first = await p.container('Service/job');
      expect((await p.reeve('rerun', 'job', '-f', p.manifests)).code).toBe(0);
      await until(
        async () => (await p.container('Service/job')).State.StartedAt !== first.State.StartedAt,
        patienceMs,
        'it ran again',
      );
      const cause = await p.untilEvent('Service/job', 'Rerun', /\(rerun\) asked for it to be run again/);
      expect(cause.type).toBe('Normal');
      const words = (await p.events()).filter((e) => e.regarding === 'Service/job').map((e) => e.message);
      expect(words.join('\n')).not.toMatch(/reeve had stopped it/);
      await p.untilCondition('Service/job', type, reason);
    },
  );

  test('a hold with a time: its end is told, and what was held is kept again', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web')]);
    expect((await p.reeve('hold', 'web', '--for', '2s', '-f', p.manifests)).code).toBe(0);
    await act(p.socket, (await p.container(web)).Id, 'stop');
    await p.untilEvent(web, 'HoldEnded', /hold on Service\/web by .* ended at/);
    await p.untilContainer(web, 'runs again', (c) => c.State.Running);
    expect((await p.fromStore((s) => s.facts())).holds).toEqual({});
  });

  test('a loss that is none is not accepted: 64, and nothing is stored', async (t) => {
    const p = await platformFor(t);
    await keep(p, [document('Volume', 'data'), service('web', ['volumes: ["data:/data"]'])]);
    const refused = await p.reeve('release', 'Volume/data', '--accept-data-loss', '-f', p.manifests);
    expect(refused.code).toBe(64);
    expect(refused.stderr).toMatch(/nothing of Volume\/data is lost/);
    expect((await p.fromStore((s) => s.facts())).acceptedLoss).toEqual({});
    expect((await p.events()).filter((e) => e.reason === 'Released')).toEqual([]);
  });
});
