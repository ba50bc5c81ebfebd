// What the engine is sent for the networks of a Compose file: what Compose v5 sends, and nothing that nobody wrote.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { load } from '../../../desired-state/load.ts';
import { engineSocket } from '../../../scripts/lib/docker-api.ts';
import { createdBy } from '../../support/created.ts';
import { startEngineProxy } from '../../support/engine-proxy.ts';
import { ensureTestImage } from '../../support/images.ts';
import { openRig } from '../../support/rig.ts';

interface Sent {
  readonly Name: string;
  readonly EnableIPv4?: boolean | undefined;
  readonly IPAM?: object | undefined;
}

const written = `
services: {a: {image: "reeve-test:1", networks: [plain, options, pool, without, with]}}
networks:
  plain:
  options: {ipam: {options: {o: "1"}}}
  pool: {ipam: {driver: default, options: {o: "1", p: x}, config: [{subnet: 10.213.41.0/24}]}}
  without: {enable_ipv4: false}
  with: {enable_ipv4: true}
`;

test('options of ipam and enable_ipv4, where they are written', async (t) => {
  await ensureTestImage();
  const folder = await mkdtemp(join(tmpdir(), 'reeve-sent-'));
  const sent = new Map<string, Omit<Sent, 'Name'>>();
  const proxy = await startEngineProxy({
    target: engineSocket(),
    socket: join(folder, 'engine.sock'),
    listener: {
      began: () => undefined,
      ended: () => undefined,
      sent: ({ path }, body) => {
        if (path !== '/networks/create') return;
        const { Name, EnableIPv4, IPAM } = JSON.parse(body) as Sent;
        sent.set(Name.replace(/^.*_/, ''), { EnableIPv4, IPAM });
      },
    },
  });
  const rig = await openRig({ through: proxy.socket });
  t.onTestFinished(async () => {
    await rig.close();
    await proxy.close();
    await rm(folder, { recursive: true, force: true });
  });
  await writeFile(join(folder, 'compose.yaml'), written);
  const env = { HOME: '/root' };
  const result = await load({ paths: [], cwd: folder, env, digest: () => 'digest', platform: rig.prefix });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics, undefined, 1));
  await createdBy(rig, result.loaded.revision, result.loaded.secrets);
  expect(Object.fromEntries(sent)).toEqual({
    plain: {},
    options: { IPAM: { Driver: 'default', Options: { o: '1' }, Config: [] } },
    pool: {
      IPAM: { Driver: 'default', Options: { o: '1', p: 'x' }, Config: [{ Subnet: '10.213.41.0/24' }] },
    },
    without: { EnableIPv4: false },
    with: { EnableIPv4: true },
  });
  const observed = (await rig.engine.networks()).filter(({ name }) => name.startsWith(`${rig.prefix}_`));
  expect(Object.fromEntries(observed.map((n) => [n.name.replace(/^.*_/, ''), n.ipamOptions]))).toEqual({
    plain: {},
    options: { o: '1' },
    pool: { o: '1', p: 'x' },
    without: {},
    with: {},
  });
});
