// Secrets are stored nowhere: what waits in its older form during a rollout has those that it was loaded with, while the same
// controller lives.

import { beforeAll, expect, test } from 'vitest';
import { askEngine } from '../../scripts/lib/docker-api.ts';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor } from '../support/kept.ts';
import { loop, running } from '../support/misdeeds.ts';
import { document, service } from '../support/platform.ts';
import { patienceMs } from '../support/until.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

const db = (level: string): string =>
  service('db', ['tier: core', loop(), `environment: {LEVEL: "${level}"}`]);
const withSecret = (name: string): string[] => [
  document('Secret', name, `{file: ./${name}.txt}`),
  service('web', [loop(), `environment: {TOKEN: {secret: ${name}}}`]),
];

test('what is lost before its wave is made anew with a secret that is declared no more', async (t) => {
  const p = await platformFor(t);
  await p.write('old.txt', 'the-old-one');
  await p.write('new.txt', 'the-new-one');
  const spec = 'policy: {rollout: {minReady: 8s}}';
  await keep(p, [db('1'), ...withSecret('old')], { spec });
  const before = await p.container('Service/web');
  await p.declare([db('2'), ...withSecret('new')], spec);
  // Its wave waits while the first has been ready for less than its time.
  await p.untilEvent('Service/db', 'Replaced');
  await askEngine(p.socket, 'DELETE', `/containers/${before.Id}?force=true`);
  const made = await p.untilContainer(
    'Service/web',
    'is made anew',
    (c) => running(c) && c.Id !== before.Id,
    patienceMs,
  );
  expect(made.Config.Env).toContain('TOKEN=the-old-one');
  await p.untilEvent(`Platform/${p.name}`, 'RolloutDone', /./, 2 * patienceMs);
  expect((await p.container('Service/web')).Config.Env).toContain('TOKEN=the-new-one');
});
