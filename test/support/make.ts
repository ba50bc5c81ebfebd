// Short ways to make what is declared and what is there. Everything has a default; a test names only what it is about.

import type { ContainerSpec } from '../../desired-state/container-spec.ts';
import type {
  Dependency,
  Model,
  Network,
  Ref,
  Resource,
  Volume,
  Workload,
} from '../../desired-state/resource.ts';
import { refOf } from '../../desired-state/resource.ts';
import { contentHash, defaultPolicy, type Policy, type Revision } from '../../desired-state/revision.ts';
import { type Facts, noFacts } from '../../reconcilers/facts.ts';
import type {
  ContainerDetail,
  ImageDefaults,
  ObservedContainer,
  ObservedState,
} from '../../reconcilers/observed.ts';
import { identityLabels } from '../../reconcilers/observed.ts';
import type { Plan } from '../../reconcilers/plan.ts';
import { type PlanInput, plan } from '../../reconcilers/planner.ts';
import { specHash } from '../../reconcilers/spec-hash.ts';

/** 2026-11-24T12:00:00Z */
export const noon = Date.UTC(2026, 10, 24, 12);

export const platform = 'shop';
export const source = '/srv/shop/reeve.yaml';

const declared = (name: string, line = 1) => ({
  name,
  position: { file: 'reeve.yaml', line, column: 3 },
  origin: source,
  labels: {},
  protect: false,
  drift: { mode: 'heal' as const, fields: {} },
});

function containerSpec(spec: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    image: 'app:1',
    environment: {},
    labels: {},
    restart: { name: 'always' },
    networks: {},
    ports: [],
    expose: [],
    mounts: [],
    resources: {},
    ...spec,
  };
}

type WorkloadParts = Partial<Omit<Workload, 'container'>> & {
  readonly container?: Partial<ContainerSpec>;
  readonly line?: number;
};

function workload(
  kind: 'Service' | 'Agent',
  name: string,
  { container, line, ...parts }: WorkloadParts,
): Workload {
  return {
    ...declared(name, line),
    kind,
    tier: 'standard',
    containerName: `${platform}-${name}-1`,
    container: containerSpec(container),
    dependsOn: [],
    files: [],
    lifecycle: 'service',
    positions: {},
    ...parts,
  };
}

export const service = (name: string, parts: WorkloadParts = {}): Workload =>
  workload('Service', name, parts);
export const agent = (name: string, parts: WorkloadParts = {}): Workload => workload('Agent', name, parts);

export function network(name: string, parts: Partial<Network> = {}): Network {
  return {
    ...declared(name),
    kind: 'Network',
    engineName: `${platform}_${name}`,
    external: false,
    driverOpts: {},
    ...parts,
  };
}

export function volume(name: string, parts: Partial<Volume> = {}): Volume {
  return {
    ...declared(name),
    kind: 'Volume',
    engineName: `${platform}_${name}`,
    external: false,
    driverOpts: {},
    ...parts,
  };
}

export function model(name: string, server: Ref, parts: Partial<Model> = {}): Model {
  return { ...declared(name), kind: 'Model', server, model: `${name}:latest`, ...parts };
}

export function on(ref: Ref, parts: Partial<Dependency> = {}): Dependency {
  return {
    on: ref,
    condition: 'ready',
    required: true,
    position: { file: 'reeve.yaml', line: 9, column: 5 },
    ...parts,
  };
}

export function revision(resources: readonly Resource[], policy: Partial<Policy> = {}): Revision {
  const sorted = [...resources].sort((a, b) => (refOf(a) < refOf(b) ? -1 : 1));
  return {
    id: `r${contentHash(sorted)}`,
    platform,
    policy: { ...defaultPolicy, ...policy },
    sources: [source],
    resources: sorted,
    reads: [],
    warnings: [],
    files: [],
  };
}

export const noDefaults: ImageDefaults = { environment: {}, labels: {}, volumes: [], expose: [] };

/** What inspecting a container that runs exactly as declared shows. Engine names of networks and volumes. */
export function detailOf(
  w: Workload,
  parts: Partial<ContainerDetail> = {},
  spec: Partial<ContainerSpec> = {},
): ContainerDetail {
  const networks = Object.fromEntries(
    Object.entries(w.container.networks).map(([n, a]) => [`${platform}_${n}`, a]),
  );
  const mounts = w.container.mounts.map((m) =>
    m.type === 'volume' && m.source !== undefined ? { ...m, source: `${platform}_${m.source}` } : m,
  );
  return {
    at: noon - 1_000,
    startedAt: noon - 3_600_000,
    finishedAt: 0,
    pid: 42,
    exitCode: 0,
    oomKilled: false,
    error: '',
    restartCount: 0,
    imageDefaults: noDefaults,
    aliases: Object.fromEntries(Object.entries(networks).map(([n, a]) => [n, a.aliases ?? []])),
    anonymousVolumes: {},
    ...parts,
    spec: { ...w.container, networks, mounts, ...spec },
  };
}

/** A container of ours as the list call shows it: runs as declared, since an hour. */
export function live(w: Workload, parts: Partial<ObservedContainer> = {}): ObservedContainer {
  return {
    id: idOf(w.name),
    name: w.containerName,
    image: w.container.image,
    imageId: `sha256:${w.container.image}`,
    labels: {
      ...w.container.labels,
      [identityLabels.platform]: platform,
      [identityLabels.kind]: w.kind,
      [identityLabels.name]: w.name,
      [identityLabels.revision]: 'r0',
      [identityLabels.specHash]: specHash(w),
      [identityLabels.container]: w.containerName,
    },
    state: 'running',
    createdAt: noon - 3_600_000,
    ports: [],
    networks: Object.fromEntries(
      Object.keys(w.container.networks).map((n) => [
        `${platform}_${n}`,
        { networkId: `net-${n}`, ipAddress: '10.0.0.2' },
      ]),
    ),
    volumes: w.container.mounts.flatMap((m) =>
      m.type === 'volume' && m.source ? [`${platform}_${m.source}`] : [],
    ),
    ...parts,
  };
}

/** A stable id of 64 hex digits from any text. */
export function idOf(text: string): string {
  return contentHash(text, 64);
}

/** A look that shows the given containers, and every network, volume and image that the revision asks for. */
export function look(
  r: Revision,
  containers: readonly ObservedContainer[],
  parts: Partial<ObservedState> = {},
): ObservedState {
  const labels = (name: string) => ({ [identityLabels.platform]: platform, [identityLabels.name]: name });
  return {
    at: noon,
    host: { cpus: 4, memoryBytes: 16 * 2 ** 30, apiVersion: '1.41' },
    containers,
    networks: r.resources.flatMap((x) =>
      x.kind === 'Network'
        ? [
            {
              id: `net-${x.name}`,
              name: x.engineName,
              driver: 'bridge',
              labels: labels(x.name),
              internal: false,
              options: {},
            },
          ]
        : [],
    ),
    volumes: r.resources.flatMap((x) =>
      x.kind === 'Volume'
        ? [{ name: x.engineName, driver: 'local', labels: labels(x.name), options: {}, createdAt: 0 }]
        : [],
    ),
    images: Object.fromEntries(
      r.resources.flatMap((x) =>
        'container' in x ? [[x.container.image, `sha256:${x.container.image}`]] : [],
      ),
    ),
    modelServers: {},
    probes: {},
    ...parts,
  };
}

export function facts(parts: Partial<Facts> = {}): Facts {
  return { ...noFacts, ...parts };
}

/** Plans with everything that a test does not name left ordinary. */
export function planOf(input: Pick<PlanInput, 'revision' | 'observed'> & Partial<PlanInput>): Plan {
  return plan({
    facts: noFacts,
    now: noon,
    mode: 'keep',
    busy: new Set(),
    names: [],
    allowDelete: false,
    ...input,
  });
}

/** `startContainer Service/web` …: what a plan does, in order. */
export function ops(p: Plan): string[] {
  return p.steps.map((s) => `${s.op} ${s.ref}`);
}

/** The condition of a type. */
export function condition(p: Plan, ref: Ref, type: 'Ready' | 'Progressing' | 'Degraded' | 'Held') {
  const found = p.statuses.find((s) => s.ref === ref)?.conditions.find((c) => c.type === type);
  if (found === undefined) throw new Error(`${ref} has no condition ${type}`);
  return found;
}
