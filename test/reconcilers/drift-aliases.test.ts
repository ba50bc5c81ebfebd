// Aliases on a network: which of those that a container has are a difference.

import { describe, expect, test } from 'vitest';
import { fieldDrift } from '../../reconcilers/drift.ts';
import { detailOf, service } from '../support/make.ts';

const context = {
  networkNames: { backend: 'shop_backend' },
  volumeNames: {},
  pins: {},
  ourNetworks: new Set(['shop_backend']),
};

describe('an alias that the manifest took away', () => {
  const on = (aliases: string[]) => service('web', { container: { networks: { backend: { aliases } } } });
  const now = on(['database']);
  const has = (aliases: string[]) =>
    detailOf(now, { aliases: { shop_backend: aliases } }, { networks: { shop_backend: {} } });

  test('goes: the revision before had it', () => {
    const before = { ...context, previous: on(['database', 'primary']) };
    expect(fieldDrift(now, has(['database', 'primary']), before)).toMatchObject([
      { field: 'networks.shop_backend', act: 'connect', old: 'connected as database primary' },
    ]);
    expect(fieldDrift(now, has(['database']), before)).toEqual([]);
  });

  test('one that no revision had (a hand, or Compose) is no difference', () => {
    const before = { ...context, previous: on(['database']) };
    expect(fieldDrift(now, has(['database', 'mine', 'db']), before)).toEqual([]);
    expect(fieldDrift(now, has(['database', 'primary']), context)).toEqual([]);
  });

  test('one that is the name of the container is no difference: the network knows it by that anyhow', () => {
    const named = service('web', {
      containerName: 'web',
      container: { networks: { backend: { aliases: ['web'] } } },
    });
    const before = { ...context, previous: named };
    const detail = detailOf(
      named,
      { aliases: { shop_backend: ['web'] } },
      { networks: { shop_backend: {} } },
    );
    expect(fieldDrift(named, detail, before)).toEqual([]);
  });
});
