// Networks and volumes that are not as declared: told by what differs, never made anew.

import { describe, expect, test } from 'vitest';
import type { Network } from '../../desired-state/resource.ts';
import type { ObservedNetwork, ObservedVolume } from '../../reconcilers/observed.ts';
import { condition, look, network, planOf, revision, volume } from '../support/make.ts';

const icc = 'com.docker.network.bridge.enable_icc';

function networkWords(
  declared: Partial<Network>,
  found: Partial<ObservedNetwork>,
  { apiVersion = '1.41', before }: { apiVersion?: string; before?: Partial<Network> } = {},
): string | undefined {
  const r = revision([network('back', declared)]);
  const seen = look(r, [], { host: { cpus: 4, memoryBytes: 2 ** 34, apiVersion } });
  const networks = seen.networks.map((n) => ({
    ...n,
    ...found,
    labels: { ...n.labels, 'com.docker.compose.network': 'back', ...found.labels },
  }));
  const previous = before === undefined ? {} : { previous: revision([network('back', before)]) };
  const plan = planOf({ revision: r, observed: { ...seen, networks }, ...previous });
  expect(plan.steps).toEqual([]);
  return condition(plan, 'Network/back', 'Degraded')?.message.replace(/ of network .*/s, '');
}

describe('a network', () => {
  const rows: readonly [name: string, Parameters<typeof networkWords>, told: string][] = [
    [
      'as declared',
      [
        { labels: { a: '1' }, driverOpts: { x: '1' } },
        { labels: { a: '1' }, options: { x: '1' } },
      ],
      '',
    ],
    ['another label', [{ labels: { a: '1' } }, { labels: { a: '2' } }], 'label a'],
    ['a label missing', [{ labels: { a: '1' } }, {}], 'label a'],
    ['a label taken away', [{}, { labels: { a: '1' } }], 'label a'],
    ['an option taken away', [{}, { options: { [icc]: 'false' } }], `option ${icc}`],
    [
      'what may be an option of the engine’s configuration',
      [{}, { options: { [icc]: 'false' } }, { apiVersion: '1.43' }],
      '',
    ],
    [
      'an option that the revision before had',
      [
        {},
        { options: { [icc]: 'false' } },
        { apiVersion: '1.43', before: { driverOpts: { [icc]: 'false' } } },
      ],
      `option ${icc}`,
    ],
    [
      'an option of another driver’s',
      [{}, { options: { mine: '1' } }, { apiVersion: '1.43' }],
      'option mine',
    ],
    [
      'another ipam driver',
      [{ ipam: { driver: 'own', config: [] } }, { ipamDriver: 'default' }],
      'ipam.driver',
    ],
    ['an ipam driver taken away', [{}, { ipamDriver: 'own' }], 'ipam.driver'],
    ['the ipam driver of the engine', [{}, { ipamDriver: 'default' }], ''],
    [
      'another ipam option',
      [{ ipam: { options: { o: '1', p: '1' }, config: [] } }, { ipamOptions: { o: '2', p: '1' } }],
      'ipam option o',
    ],
    [
      'an ipam option that is missing',
      [{ ipam: { options: { o: '1' }, config: [] } }, { ipamOptions: {} }],
      'ipam option o',
    ],
    ['an ipam option taken away', [{}, { ipamOptions: { o: '1' } }], 'ipam option o'],
    ['IPv4 that it has against its manifest', [{ enableIpv4: false }, { enableIpv4: true }], 'enable_ipv4'],
    ['IPv4 that it has not', [{ enableIpv4: true }, { enableIpv4: false }], 'enable_ipv4'],
    ['IPv4 of an engine that does not say', [{ enableIpv4: false }, {}], ''],
    ['no IPv4 by the engine’s configuration', [{}, { enableIpv4: false }], ''],
    [
      'no IPv4, which the revision before asked for',
      [{}, { enableIpv4: false }, { before: { enableIpv4: false } }],
      'enable_ipv4',
    ],
  ];
  test.each(rows)('%s', (_, given, told) => {
    expect(networkWords(...given)).toBe(told);
  });
});

describe('a volume', () => {
  const rows: readonly [name: string, found: Partial<ObservedVolume>, told: string][] = [
    ['as declared', {}, ''],
    ['an option taken away', { options: { type: 'tmpfs' } }, 'option type'],
    ['a label taken away', { labels: { a: '1' } }, 'label a'],
    ['a label of another tool', { labels: { 'com.docker.volume.anonymous': '' } }, ''],
  ];
  test.each(rows)('%s', (_, found, told) => {
    const r = revision([volume('data')]);
    const seen = look(r, []);
    const volumes = seen.volumes.map((v) => ({ ...v, ...found }));
    const plan = planOf({ revision: r, observed: { ...seen, volumes } });
    expect(plan.steps).toEqual([]);
    const message = condition(plan, 'Volume/data', 'Degraded')?.message;
    expect(message?.replace(/ of volume .*/s, '')).toBe(told);
  });
});
