// What an engine is too old for is said by the plan with its line: what it drops in silence, and what is not created.

import { describe, expect, test } from 'vitest';
import type { Mount } from '../../desired-state/container-spec.ts';
import type { Workload } from '../../desired-state/resource.ts';
import { formatPlan } from '../../reconcilers/format-plan.ts';
import type { Plan } from '../../reconcilers/plan.ts';
import { live, look, network, planOf, revision, service } from '../support/make.ts';

const at = (line: number) => ({ file: 'reeve.yaml', line, column: 7 });
const engine = (apiVersion: string) => ({ host: { cpus: 4, memoryBytes: 2 ** 34, apiVersion } });
const ifname = { 'com.docker.network.endpoint.ifname': 'eth7' };
const mount = (type: Mount['type'], parts: Partial<Mount>): Workload['container']['mounts'] => [
  { type, source: 's', target: '/data', ...parts },
];

function tooOld(plan: Plan): string[] {
  return plan.warnings
    .filter((w) => w.reason === 'EngineTooOld')
    .map((w) => `${w.position?.line} ${w.message.split(/ has | needs /)[0]}`);
}

describe('what is dropped in silence', () => {
  const web = service('web', {
    container: { annotations: { a: '1' }, networks: { n: { gatewayPriority: 2 } } },
    positions: { 'container.annotations': at(4), 'container.networks.n': at(8) },
  });
  const bare = network('bare', { enableIpv4: false, positions: { enableIpv4: at(20) } });
  const theirs = network('theirs', { enableIpv4: false, external: true });

  test.each([
    ['1.41', ['20 enable_ipv4: false', '4 annotations', '8 gw_priority']],
    ['1.43', ['20 enable_ipv4: false', '8 gw_priority']],
    ['1.47', ['20 enable_ipv4: false', '8 gw_priority']],
    ['1.48', []],
  ])('an engine that speaks API %s', (api, said) => {
    const r = revision([web, bare, theirs]);
    const plan = planOf({ revision: r, observed: look(r, [live(web)], engine(api)) });
    expect(tooOld(plan)).toEqual(said);
  });

  test('is no reason not to create it, and not said of what is taken down', () => {
    const r = revision([web, bare]);
    const observed = look(r, [], engine('1.41'));
    expect(planOf({ revision: r, observed }).steps.map((s) => s.op)).toContain('createContainer');
    expect(tooOld(planOf({ revision: r, observed, mode: 'down' }))).toEqual([]);
  });
});

describe.each([
  ['volume.subpath', '1.45', '26', mount('volume', { subpath: 'a' }), 'mounts./data'],
  ['type: image', '1.48', '28', mount('image', {}), 'mounts./data'],
  ['bind.recursive', '1.44', '25', mount('bind', { recursive: 'readonly' }), 'mounts./data'],
  ['interface_name', '1.49', '28.1', { n: { driverOpts: ifname } }, 'networks.n'],
  [
    'mac_address of a further network',
    '1.44',
    '25',
    { m: { macAddress: '02:42:ac:11:00:01' }, n: { macAddress: '02:42:ac:11:00:02' } },
    'networks.n',
  ],
  [
    'healthcheck.start_interval',
    '1.44',
    '25',
    { test: ['CMD', 'true'], startIntervalMs: 500 },
    'healthcheck',
  ],
] as const)('%s', (name, since, docker, asked, field) => {
  const what = field.startsWith('mounts')
    ? 'mounts'
    : field.startsWith('networks')
      ? 'networks'
      : 'healthcheck';
  const web = service('web', { container: { [what]: asked }, positions: { [`container.${field}`]: at(12) } });
  const r = revision([web, network('m'), network('n')]);
  const before = `1.${Number(since.slice(2)) - 1}`;
  const planFor = (api: string) => planOf({ revision: r, observed: look(r, [], engine(api)) });
  const steps = (api: string) => planFor(api).steps.filter((s) => s.op === 'createContainer');

  test(`is created from API ${since} on`, () => {
    expect(tooOld(planFor(since))).toEqual([]);
    expect(steps(since)).toHaveLength(1);
  });

  test('is not tried before, and said once with its line and the version that has it', () => {
    expect(steps(before)).toEqual([]);
    const lines = formatPlan(planFor(before))
      .split('\n')
      .filter((line) => line.includes('EngineTooOld'));
    expect(lines).toEqual([
      `! Service/web EngineTooOld: ${name} needs Docker ${docker} (API ${since}), and this engine speaks API ${before}; remove it or upgrade the engine to Docker ${docker} [reeve.yaml:12]`,
    ]);
  });
});

test('what is dropped is said beside what is refused', () => {
  const web = service('web', { container: { annotations: { a: '1' }, mounts: mount('image', {}) } });
  const r = revision([web]);
  const text = formatPlan(planOf({ revision: r, observed: look(r, [], engine('1.41')) }));
  expect(text.match(/EngineTooOld: (type: image|annotations)/g)).toHaveLength(2);
});

test('one that runs is not touched for what would be refused', () => {
  const before = service('web');
  const web = service('web', { container: { mounts: mount('volume', { subpath: 'a' }) } });
  const r = revision([web]);
  const plan = planOf({ revision: r, observed: look(r, [live(before)], engine('1.41')) });
  expect(plan.steps.filter((s) => s.ref === 'Service/web')).toEqual([]);
});

test('a limit above the host is said with its line', () => {
  const web = service('web', {
    container: { resources: { nanoCpus: 99e9 } },
    positions: { 'container.resources.nanoCpus': at(9) },
  });
  const r = revision([web]);
  expect(formatPlan(planOf({ revision: r, observed: look(r, []) }))).toMatch(
    /! Service\/web LimitOutOfRange: cpus 99 is more .* \[reeve\.yaml:9\]/,
  );
});
