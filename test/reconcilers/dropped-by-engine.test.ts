// What an old engine drops in silence is said by the plan.

import { expect, test } from 'vitest';
import { live, look, planOf, revision, service } from '../support/make.ts';

const web = service('web', {
  container: {
    annotations: { a: '1' },
    networks: { n: { gatewayPriority: 2 }, o: { macAddress: '02:42:ac:11:00:02' } },
  },
});
const engine = (apiVersion: string) => ({ host: { cpus: 4, memoryBytes: 2 ** 34, apiVersion } });

test.each([
  ['1.41', ['annotations', 'mac_address', 'gw_priority']],
  ['1.43', ['mac_address', 'gw_priority']],
  ['1.48', []],
])('an engine that speaks API %s', (api, names) => {
  const r = revision([web]);
  const { warnings } = planOf({ revision: r, observed: look(r, [live(web)], engine(api)) });
  const old = warnings.filter((w) => w.reason === 'EngineTooOld');
  expect(old.map((w) => w.message.split(' ')[0])).toEqual(names);
});
