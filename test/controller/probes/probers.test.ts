// Which of several containers with the same labels is asked.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Engine, EngineInfo } from '../../../controller/engine.ts';
import { Probers } from '../../../controller/probes/probers.ts';
import { idOf, live, look, network, revision, service } from '../../support/make.ts';
import { until } from '../../support/until.ts';

test('a copy that inherited the labels is not asked in the place of what it is a copy of', async () => {
  const server = createServer((_, response) => response.end('here'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const info = { local: true } as EngineInfo;
  const probers = new Probers(
    { info: async () => info } as Engine,
    () => Date.now(),
    () => undefined,
  );
  onTestFinished(() => {
    probers.close();
    server.close();
  });
  const probe = { http: { port, path: '/' }, everyMs: 50, timeoutMs: 400, threshold: 1, startPeriodMs: 0 };
  const web = service('web', { probe, container: { networks: { net: {} } } });
  const r = revision([network('net'), web]);
  const at = (ipAddress: string) => ({ networks: { shop_net: { networkId: 'n', ipAddress } } });
  const own = live(web, at('127.0.0.1'));
  const copy = { ...own, ...at('127.0.0.3'), id: idOf('copy'), name: 'twin' };
  // The engine lists the newest first.
  await probers.update({ revision: r, secrets: new Map() }, look(r, [copy, own]));
  await until(() => probers.own.results.get('Service/web') !== undefined, 5_000, 'it is asked');
  expect(probers.own.results.get('Service/web')).toMatchObject({ containerId: own.id, outcome: 'pass' });
});
