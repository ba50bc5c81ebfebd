// Worlds whose plans are kept as golden text in the folders beside this file. A case says only what is special to it.

import type { Resource } from '../../desired-state/resource.ts';
import type { PlanInput } from '../../reconcilers/planner.ts';
import {
  agent,
  detailOf,
  facts,
  live,
  look,
  model,
  network,
  noon,
  on,
  revision,
  service,
  source,
  volume,
} from '../support/make.ts';

type Case = Pick<PlanInput, 'revision' | 'observed'> & Partial<PlanInput>;

const postgres = service('postgres', {
  tier: 'core',
  line: 12,
  container: {
    image: 'postgres:15',
    environment: { POSTGRES_DB: 'shop', POSTGRES_PASSWORD: { secret: 'pg-password', digest: 'd1' } },
    networks: { backend: {} },
    mounts: [{ type: 'volume', source: 'pg-data', target: '/var/lib/postgresql/data' }],
    resources: { memoryBytes: 2 ** 29 },
  },
});
const ollama = service('ollama', {
  tier: 'core',
  line: 30,
  container: { image: 'ollama:1', networks: { backend: {} } },
  modelServerPort: 11434,
});
const redis = service('redis', {
  tier: 'core',
  line: 44,
  container: { image: 'redis:7', networks: { backend: {} } },
});
const agents = Array.from({ length: 69 }, (_, index) =>
  agent(`agent-${String(index + 1).padStart(2, '0')}`, {
    line: 60 + index,
    tier: index < 5 ? 'critical' : 'standard',
    model: 'tinyllama',
    dependsOn: [on('Service/postgres'), on('Service/redis')],
    container: { image: 'agent:1', networks: { backend: {} }, resources: { pids: 200 } },
  }),
);
const all: readonly Resource[] = [
  network('backend'),
  volume('pg-data'),
  postgres,
  ollama,
  redis,
  model('tinyllama', 'Service/ollama', { position: { file: 'reeve.yaml', line: 56, column: 3 } }),
  ...agents,
];
const server = {
  modelServers: {
    'Service/ollama': { at: noon, reachable: true, models: [{ name: 'tinyllama:latest', digest: 'd' }] },
  },
};
const workloads = [postgres, ollama, redis, ...agents];

function change(name: string, parts: (w: (typeof workloads)[number]) => Resource): readonly Resource[] {
  return all.map((r) => (r.name === name && 'container' in r ? parts(r) : r));
}

export const cases: Readonly<Record<string, () => Case>> = {
  'first-apply-of-77': () => {
    const r = revision(all);
    const images = { 'postgres:15': 'i1', 'ollama:1': 'i2', 'redis:7': 'i3' };
    return { revision: r, mode: 'apply', observed: look(r, [], { networks: [], volumes: [], images }) };
  },
  'nothing-to-do': () => {
    const r = revision(all);
    return {
      revision: r,
      observed: look(
        r,
        workloads.map((w) => live(w)),
        server,
      ),
    };
  },
  'one-service-changed': () => {
    const changed = change('postgres', (w) => ({
      ...w,
      positions: { 'container.environment': { file: 'reeve.yaml', line: 15, column: 5 } },
      container: {
        ...w.container,
        environment: {
          POSTGRES_DB: 'store',
          POSTGRES_PASSWORD: { secret: 'pg-password', digest: 'd2' },
          API_KEY: 'hunter2',
        },
        stopGracePeriodMs: 30_000,
      },
    }));
    const r = revision(changed);
    const containers = workloads.map((w) => live(w, w === postgres ? { detail: detailOf(w) } : {}));
    return { revision: r, mode: 'apply', previous: revision(all), observed: look(r, containers, server) };
  },
  'a-bad-night': () => {
    const r = revision([
      ...change('redis', (w) => ({
        ...w,
        container: { ...w.container, ports: [{ target: 6379, protocol: 'tcp', published: 6379 }] },
      })),
    ]);
    const [first, second, third, fourth, fifth] = agents;
    const containers = workloads.flatMap((w) => {
      const c = live(w);
      if (w === redis) return [{ ...c, state: 'exited' as const, exitCode: 137, detail: detailOf(w) }];
      if (w === first) return [];
      if (w === second) return [{ ...c, state: 'exited' as const, exitCode: 143 }];
      if (w === third) return [{ ...c, state: 'paused' as const }];
      if (w === fourth) return [{ ...c, name: 'renamed-by-bob' }];
      if (w === fifth)
        return [{ ...c, detail: detailOf(w, {}, { resources: { pids: 5, memoryBytes: 2 ** 28 } }) }];
      return [c];
    });
    const foreign = live(service('x'), {
      id: 'f'.repeat(64),
      labels: {},
      name: 'someone-elses-redis',
      ports: [{ hostIp: '0.0.0.0', published: 6379, target: 6379, protocol: 'tcp' }],
    });
    const idOf = (w: (typeof workloads)[number] | undefined) => (w === undefined ? '' : live(w).id);
    return {
      revision: r,
      observed: look(r, [...containers, foreign], server),
      facts: facts({
        onceReady: { 'Agent/agent-01': 1 },
        stops: { [idOf(second)]: { at: noon - 65_000, by: 'api', exitCode: 143 } },
        pausedSince: { [idOf(third)]: noon - 180_000 },
      }),
    };
  },
  'declared-no-more': () => {
    const r = revision(all.filter((w) => !['agent-68', 'agent-69'].includes(w.name)));
    const declared = Object.fromEntries(agents.map((w) => [`Agent/${w.name}` as const, source]));
    return {
      revision: r,
      mode: 'apply',
      previous: revision(all),
      facts: facts({ declared }),
      observed: look(
        r,
        workloads.map((w) => live(w)),
        server,
      ),
    };
  },
  'too-many-deletions': () => {
    const r = revision([network('backend'), postgres]);
    const declared = Object.fromEntries(workloads.map((w) => [`${w.kind}/${w.name}` as const, source]));
    return {
      revision: r,
      mode: 'apply',
      facts: facts({ declared }),
      observed: look(
        r,
        workloads.map((w) => live(w)),
        server,
      ),
    };
  },
  'down-with-volumes': () => {
    const r = revision(all);
    return {
      revision: r,
      mode: 'down',
      removeVolumes: true,
      observed: look(
        r,
        workloads.map((w) => live(w)),
        server,
      ),
    };
  },
  'a-recreate-that-failed': () => {
    const two = { ...redis, container: { ...redis.container, image: 'redis:8' } };
    const r = revision([network('backend'), two]);
    const old = live(redis);
    const before = {
      ...old,
      name: `shop-redis-1.replaced-${old.id.slice(0, 12)}`,
      state: 'exited' as const,
      exitCode: 0,
      detail: detailOf(redis),
    };
    const successor = live(two, {
      id: 'b'.repeat(64),
      createdAt: noon - 9_000,
      state: 'exited',
      exitCode: 1,
      detail: detailOf(two),
    });
    return { revision: r, observed: look(r, [before, successor]) };
  },
  'a-volume-lost': () => {
    const r = revision([network('backend'), volume('pg-data'), postgres]);
    return {
      revision: r,
      observed: look(r, [], { volumes: [] }),
      facts: facts({ volumesSeen: { 'shop_pg-data': { at: noon - 9_000, createdAt: 1 } } }),
    };
  },
};
