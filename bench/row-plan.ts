// Rows: planning alone, pure and in this process: 10,000 resources in good time, and no worse than linear beyond.

import type { Ref, Workload } from '../desired-state/resource.ts';
import { defaultPolicy, type Revision } from '../desired-state/revision.ts';
import { type Facts, noFacts } from '../reconcilers/facts.ts';
import { identityLabels, type ObservedContainer, type ObservedState } from '../reconcilers/observed.ts';
import type { Plan } from '../reconcilers/plan.ts';
import { plan } from '../reconcilers/planner.ts';
import { specHash } from '../reconcilers/spec-hash.ts';
import { collectGarbage, heldKb } from './garbage.ts';
import { median, spread } from './measure.ts';
import type { Row } from './table.ts';

const sizes = [1_000, 10_000, 100_000];
/** The one that the bound in ms is about. */
const measured = 10_000;
const rounds = 5;
const boundMs = 150;
/** Of the plan itself, steps and statuses with all that only it holds. */
const heapBoundKb = 3;
/** Time per resource at the largest size against the smallest: 1 is linear; noise of memory and caches is let through. */
const linearBound = 1.6;

interface World {
  readonly name: string;
  readonly observe: (workloads: readonly Workload[]) => { observed: ObservedState; facts: Facts };
}

const worlds: readonly World[] = [
  { name: 'nothing there yet', observe: () => ({ observed: observedOf([]), facts: noFacts }) },
  { name: 'all as declared', observe: (workloads) => settled(workloads) },
  { name: 'a tenth stopped', observe: (workloads) => settled(workloads, 10) },
];

export function planRows(): readonly Row[] {
  return worlds.flatMap(rowsOf);
}

function rowsOf(world: World): readonly Row[] {
  const times = new Map<number, readonly number[]>();
  const heaps = new Map<number, number>();
  let stepsMeasured = 0;
  for (const size of sizes) {
    const workloads = Array.from({ length: size }, (_, i) => workload(i));
    const revision = revisionOf(workloads);
    const { observed, facts } = world.observe(workloads);
    const make = (): Plan =>
      plan({
        revision,
        observed,
        facts,
        now: at,
        mode: 'keep',
        busy: new Set(),
        names: [],
        allowDelete: false,
        removeVolumes: false,
      });
    collectGarbage();
    // One after the other, as a controller makes them: each pays for its own garbage. A collection that is forced in between
    // throws compiled code away with the shapes of which no object is left, some 380 functions of the planner (--trace-deopt).
    const runs = Array.from({ length: rounds + 1 }, () => {
      const startedAt = performance.now();
      const { steps } = make();
      if (size === measured) stepsMeasured = steps.length;
      return performance.now() - startedAt;
    }).slice(1);
    times.set(size, runs);
    heaps.set(size, heldPerResource(make, size));
  }
  const large = sizes.at(-1) ?? 0;
  const small = measured;
  const first = times.get(small) ?? [];
  const perResource = (size: number): number => median(times.get(size) ?? []) / size;
  return [
    {
      name: `plan ${small}, ${world.name}`,
      measured: spread(first),
      reference: `${stepsMeasured} steps`,
      figure: median(first),
      bound: boundMs,
      unit: 'ms',
      notes: [[...times].map(([size, runs]) => `${size}: ${spread(runs)}`).join(', ')],
      where: [],
    },
    {
      name: `linear to ${large}, ${world.name}`,
      measured: `${(perResource(large) * 1_000).toFixed(1)} µs each`,
      reference: `${(perResource(small) * 1_000).toFixed(1)} µs each at ${small}`,
      figure: perResource(large) / perResource(small),
      bound: linearBound,
      unit: '×',
      notes: [],
      where: [],
    },
    {
      name: `heap of the plan of ${large}, ${world.name}`,
      measured: [...heaps].map(([size, kb]) => `${size}: ${kb.toFixed(2)} kB`).join(', '),
      reference: 'each resource',
      figure: heaps.get(large) ?? Number.NaN,
      bound: heapBoundKb,
      unit: 'kB',
      notes: [],
      where: [],
    },
  ];
}

/** Of the plan itself, kB. */
function heldPerResource(make: () => Plan, size: number): number {
  const before = heldKb();
  const made = make();
  const after = heldKb();
  // Used after it was measured: else it is garbage by then.
  if (made.statuses.length === 0) throw new Error('the plan knows of no resource');
  return (after - before) / size;
}

const at = 1_700_000_000_000;
const position = { file: 'reeve.yaml', line: 1, column: 1 };

/** Tens of workloads lean on one another in tiers of a platform's usual shape. */
function workload(i: number): Workload {
  const name = `w${i}`;
  const on: Ref = `Service/w${i - (i % 10)}`;
  return {
    kind: 'Service',
    name,
    position,
    origin: '/platform',
    labels: {},
    protect: false,
    drift: { mode: 'heal', fields: {} },
    tier: i % 10 === 0 ? 'core' : 'standard',
    containerName: `bench-${name}-1`,
    container: {
      image: 'agent:1',
      command: ['node', 'agent.mjs'],
      environment: { NAME: name, LOG_LEVEL: 'info', REDIS_URL: 'redis://redis:6379' },
      labels: { part: `p${i % 7}` },
      restart: { name: 'unless-stopped' },
      networks: {},
      ports: [],
      expose: [],
      mounts: [],
      resources: { memoryBytes: 512 * 1024 * 1024, nanoCpus: 500_000_000, pids: 200 },
    },
    dependsOn: i % 10 === 0 ? [] : [{ on, condition: 'ready', required: true, position }],
    files: [],
    lifecycle: 'service',
    positions: {},
  };
}

function revisionOf(resources: readonly Workload[]): Revision {
  return {
    id: 'r000000000000',
    platform: 'bench',
    policy: defaultPolicy,
    sources: ['/platform'],
    resources,
    reads: [],
    warnings: [],
    files: ['/platform/reeve.yaml'],
  };
}

function settled(
  workloads: readonly Workload[],
  stoppedEvery?: number,
): { observed: ObservedState; facts: Facts } {
  const isStopped = (i: number): boolean => stoppedEvery !== undefined && i % stoppedEvery === 3;
  const containers = workloads.map((w, i) => containerOf(w, !isStopped(i)));
  const facts: Facts = {
    ...noFacts,
    declared: Object.fromEntries(workloads.map((w) => [`Service/${w.name}`, w.origin])),
    runningSince: Object.fromEntries(containers.map((c) => [c.id, at - 3_600_000])),
    made: Object.fromEntries(
      workloads.map((w) => [`id-${w.name}`, { ref: `Service/${w.name}` as const, at: at - 3_600_000 }]),
    ),
    pins: { 'agent:1': 'sha256:agent' },
  };
  return { observed: observedOf(containers), facts };
}

function containerOf(w: Workload, running: boolean): ObservedContainer {
  return {
    id: `id-${w.name}`,
    name: w.containerName,
    image: 'agent:1',
    imageId: 'sha256:agent',
    labels: {
      ...w.container.labels,
      [identityLabels.platform]: 'bench',
      [identityLabels.kind]: 'Service',
      [identityLabels.name]: w.name,
      [identityLabels.revision]: 'r000000000000',
      [identityLabels.specHash]: specHash(w),
      [identityLabels.container]: w.containerName,
    },
    state: running ? 'running' : 'exited',
    createdAt: at - 3_600_000,
    ...(running ? {} : { exitCode: 1 }),
    ports: [],
    networks: {},
    volumes: [],
  };
}

function observedOf(containers: readonly ObservedContainer[]): ObservedState {
  return {
    at,
    host: { cpus: 2, memoryBytes: 24 * 2 ** 30, apiVersion: '1.41' },
    containers,
    networks: [],
    volumes: [],
    images: { 'agent:1': 'sha256:agent' },
    modelServers: {},
    probes: {},
  };
}
