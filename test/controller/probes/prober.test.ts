// The prober while a container is connected anew: what was asked at an address that it has no more says nothing of it.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Engine, EngineInfo } from '../../../controller/engine.ts';
import { Prober } from '../../../controller/probes/prober.ts';
import { live, look, network, revision, service } from '../../support/make.ts';
import { until } from '../../support/until.ts';

function listen(server: Server, host: string, port = 0): Promise<number> {
  return new Promise((resolve) =>
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port)),
  );
}

test('a probe that was under way when its address was taken away is no failure', async () => {
  let asked = 0;
  // Takes the question and never answers, as an address that nobody has any more.
  const before = createServer(() => {
    asked += 1;
  });
  const after = createServer((_, response) => response.end('here'));
  const port = await listen(before, '127.0.0.1');
  await listen(after, '127.0.0.2', port);
  const info = { local: true } as EngineInfo;
  const prober = new Prober(
    { info: async () => info } as Engine,
    () => Date.now(),
    () => undefined,
    ([first]) => first,
  );
  onTestFinished(() => {
    prober.close();
    before.closeAllConnections();
    before.close();
    after.close();
  });
  const probe = { http: { port, path: '/' }, everyMs: 50, timeoutMs: 400, threshold: 1, startPeriodMs: 0 };
  const web = service('web', { probe, container: { networks: { net: {} } } });
  const r = revision([network('net'), web]);
  const at = (ipAddress: string) =>
    look(r, [live(web, { networks: { shop_net: { networkId: 'n', ipAddress } } })]);
  const outcomes = new Set<string>();
  await prober.update({ revision: r, secrets: new Map() }, at('127.0.0.1'));
  await until(async () => asked > 0, 5_000, 'it is asked');
  await prober.update({ revision: r, secrets: new Map() }, at('127.0.0.2'));
  await until(
    async () => {
      const outcome = prober.results.get('Service/web')?.outcome;
      if (outcome !== undefined) outcomes.add(outcome);
      return outcome === 'pass';
    },
    5_000,
    'it passes',
  );
  expect([...outcomes]).toEqual(['pass']);
});

test('on a network that is not known to be reached a refusal says nothing, until another on it has answered', async () => {
  const server = createServer((_, response) => response.end('here'));
  const port = await listen(server, '127.0.0.1');
  const info = { local: false, host: 'unix:///proxy.sock' } as EngineInfo;
  const prober = new Prober(
    { info: async () => info } as Engine,
    () => Date.now(),
    () => undefined,
    ([first]) => first,
  );
  onTestFinished(() => {
    prober.close();
    server.close();
  });
  const probe = { http: { port, path: '/' }, everyMs: 50, timeoutMs: 400, threshold: 1, startPeriodMs: 0 };
  const known = { probe, container: { networks: { net: {} } } };
  const [up, down] = [service('up', known), service('down', known)];
  const r = revision([network('net'), up, down]);
  const on = (ipAddress: string) => ({ networks: { shop_net: { networkId: 'n', ipAddress } } });
  const lives = look(r, [live(down, on('127.0.0.3'))]);
  await prober.update({ revision: r, secrets: new Map() }, lives);
  const outcomeOf = (ref: 'Service/up' | 'Service/down') => prober.results.get(ref)?.outcome;
  await until(() => outcomeOf('Service/down') === 'unreachable', 5_000, 'it is not known to be down');
  const both = look(r, [live(down, on('127.0.0.3')), live(up, on('127.0.0.1'))]);
  await prober.update({ revision: r, secrets: new Map() }, both);
  await until(() => outcomeOf('Service/up') === 'pass', 5_000, 'the other answers');
  await until(() => outcomeOf('Service/down') === 'fail', 5_000, 'it is known to refuse');
});
