// A small platform in trouble, as a store would tell it: what screens are drawn from in tests.

import type { Snapshot } from '../../../controller/reports/snapshot.ts';
import type { StoredCondition, StoredEvent } from '../../../controller/store/store.ts';
import type { ContainerSpec } from '../../../desired-state/container-spec.ts';
import type { Dependency, Ref, Resource, Workload } from '../../../desired-state/resource.ts';
import { defaultPolicy, type Revision } from '../../../desired-state/revision.ts';
import { noFacts } from '../../../reconcilers/facts.ts';

export const now = Date.UTC(2026, 10, 24, 3, 14, 22);
const minute = 60_000;

const position = (line: number) => ({ file: 'platform/agents.yaml', line, column: 13 });

const declared = (name: string, line: number) => ({
  name,
  position: position(line),
  origin: 'platform',
  labels: {},
  protect: false,
  drift: { mode: 'heal' as const, fields: {} },
});

const containerSpec: ContainerSpec = {
  image: 'agent:1',
  command: ['node', 'agent.js'],
  environment: { MODEL: 'tinyllama', TOKEN: { secret: 'token', digest: 'abc' } },
  labels: {},
  restart: { name: 'unless-stopped' },
  networks: { backend: {} },
  ports: [{ target: 8080, published: 18080, protocol: 'tcp' }],
  expose: [],
  mounts: [{ type: 'volume', source: 'data', target: '/data', readOnly: true }],
  resources: { nanoCpus: 5e8, memoryBytes: 512 * 1024 ** 2, pids: 200 },
};

function workload(
  kind: Workload['kind'],
  name: string,
  tier: Workload['tier'],
  needs: readonly Ref[],
  line: number,
): Workload {
  const dependsOn = needs.map(
    (on): Dependency => ({ on, condition: 'ready', required: true, position: position(line) }),
  );
  return {
    kind,
    ...declared(name, line),
    tier,
    containerName: `demo-${name}`,
    container: containerSpec,
    dependsOn,
    files: [],
    lifecycle: 'service',
    positions: {},
    ...(kind === 'Agent' ? { agentClass: 'python-agent', model: 'tinyllama' } : {}),
    probe: {
      http: { port: 8080, path: '/health' },
      everyMs: 10_000,
      timeoutMs: 5_000,
      threshold: 3,
      startPeriodMs: 0,
    },
  };
}

const shared: readonly Ref[] = ['Service/postgres', 'Model/tinyllama'];

export const resources: readonly Resource[] = [
  ...['a', 'b', 'c', 'd', 'scraper'].map((name, i) => workload('Agent', name, 'standard', shared, 10 + i)),
  { kind: 'Model', ...declared('tinyllama', 40), server: 'Service/ollama', model: 'tinyllama:latest' },
  {
    kind: 'Network',
    ...declared('backend', 50),
    engineName: 'demo_backend',
    external: false,
    driverOpts: {},
  },
  workload('Service', 'ollama', 'core', [], 60),
  workload('Service', 'postgres', 'core', [], 70),
  { kind: 'Volume', ...declared('data', 80), engineName: 'demo_data', external: false, driverOpts: {} },
];

export const revision: Revision = {
  id: 'r0123456789ab',
  platform: 'demo',
  policy: defaultPolicy,
  sources: ['/srv/platform'],
  resources,
  reads: [],
  warnings: [],
  files: [],
};

function condition(
  ref: Ref,
  type: StoredCondition['type'],
  status: boolean,
  reason: string,
  message: string,
  ago = 40 * minute,
): StoredCondition {
  return {
    ref,
    type,
    status,
    reason,
    message,
    lastTransitionTime: now - ago,
    containerId: `c0ffee${ref.length}00112233445566778899`,
  };
}

const healthy = (ref: Ref) => condition(ref, 'Ready', true, 'Healthy', 'answers its probe');

const conditions: readonly StoredCondition[] = [
  healthy('Agent/a'),
  healthy('Agent/b'),
  condition('Agent/c', 'Ready', false, 'DependencyNotReady', 'waits for Model/tinyllama', 3 * minute),
  condition('Agent/d', 'Ready', true, 'Healthy', 'answers its probe'),
  condition('Agent/d', 'Held', true, 'Held', 'held by root@box (hold)', 5 * minute),
  condition('Agent/scraper', 'Ready', false, 'CrashLoopBackOff', 'exited with status 1', 4 * minute),
  condition(
    'Agent/scraper',
    'Degraded',
    true,
    'CrashLoopBackOff',
    'exited with status 1 five times in 10m; the last words were: cannot reach https://api.example.org/v1/items: connection refused',
    4 * minute,
  ),
  condition('Model/tinyllama', 'Ready', false, 'ModelNotReady', 'not on its server yet', 3 * minute),
  condition('Model/tinyllama', 'Progressing', true, 'Pulling', 'pulling tinyllama:latest, 43 %', 3 * minute),
  healthy('Service/ollama'),
  healthy('Service/postgres'),
  condition('Network/backend', 'Ready', true, 'Present', 'there'),
  condition('Volume/data', 'Ready', true, 'Present', 'there'),
];

export const snapshot: Snapshot = {
  at: now,
  platform: 'demo',
  revision,
  inForce: { at: now - 60 * minute, by: 'root@box (apply)' },
  conditions,
  facts: {
    ...noFacts,
    holds: {
      'Agent/d': {
        at: now - 5 * minute,
        until: now + 25 * minute,
        stopped: false,
        by: 'root@box (hold)',
        reason: 'trying settings',
      },
    },
    attempts: {
      'Agent/scraper': {
        at: [now - 9 * minute, now - 8 * minute, now - 6 * minute, now - 5 * minute, now - 4 * minute],
        notBefore: now + 90_000,
        crashLoopSince: now - 4 * minute,
        lastFailure: 'exited with status 1',
      },
    },
    pins: { 'agent:1': `sha256:${'ab'.repeat(32)}` },
  },
  controller: {
    pid: 4711,
    version: '0.1.0',
    startedAt: new Date(now - 90 * minute).toISOString(),
    sources: ['/srv/platform'],
  },
  seen: 'controller',
};

let seq = 0;
function event(
  regarding: Ref,
  ago: number,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  more: Partial<StoredEvent> = {},
): StoredEvent {
  seq += 1;
  const at = now - ago;
  return {
    seq,
    change: seq,
    at,
    firstAt: at,
    count: 1,
    type,
    reason,
    regarding,
    message,
    by: 'reeve',
    ...more,
  };
}

const scraper = 'Agent/scraper';
export const events: readonly StoredEvent[] = [
  event(scraper, 1500 * minute, 'Normal', 'Created', 'declared and not there', {
    by: 'root@box (apply)',
    detail: { position: 'platform/agents.yaml:14:13', steps: ['createContainer', 'startContainer'] },
  }),
  event(scraper, 60 * minute, 'Normal', 'SpecChanged', 'environment differs from the manifest', {
    by: 'root@box (apply)',
    detail: {
      position: 'platform/agents.yaml:14:13',
      fields: [{ field: 'environment.API', old: 'https://old.example.org', new: 'https://api.example.org' }],
    },
  }),
  event(scraper, 59 * minute, 'Normal', 'Started', 'container started'),
  event(scraper, 4 * minute, 'Warning', 'Exited', 'exited with status 1 after 2s', {
    count: 5,
    firstAt: now - 9 * minute,
  }),
  event(scraper, 4 * minute, 'Warning', 'CrashLoopBackOff', 'restarted 5 times in 10m: waits 5m30s'),
];
