// Declarations → resources, sorted by ref. Every declared workload, network, volume and model; of Compose files only the
// networks and volumes that some service uses, as Compose does.

import { type Diagnostic, place } from '../diagnostic.ts';
import type { DocumentOf } from '../manifest/document.ts';
import { isWorkload, type Resource, refOf } from '../resource.ts';
import type { ResolveContext } from './context.ts';
import type { Declared, WorkloadSource } from './declared.ts';
import { makeLimits } from './limits.ts';
import { implicitDefault, resolveModel, resolveNetwork, resolveVolume } from './parts.ts';
import { withContainerNames } from './peers.ts';
import { withReplicas } from './replicas.ts';
import { makeValues } from './secrets.ts';
import { resolveWorkload, type WorkloadContext } from './workload.ts';

export interface Resolved {
  readonly resources: readonly Resource[];
  readonly secrets: ReadonlyMap<string, string>;
}

export function resolveAll(context: ResolveContext, declared: Declared): Resolved {
  const values = makeValues(context, declared);
  const limits = makeLimits(context, declared.limits.values());
  const workloadContext: WorkloadContext = { ...context, declared, values, limits };
  const scaled = [...declared.workloads.values()].flatMap(
    (source) => resolveWorkload(workloadContext, source) ?? [],
  );
  // What a service with 0 replicas uses is made too, as by Compose.
  const workloads = scaled.map(({ workload }) => workload);
  const usedNetworks = new Map(
    workloads.flatMap((w) => Object.keys(w.container.networks).map((name) => [name, w] as const)),
  );
  const usedVolumes = new Set(
    workloads.flatMap((w) =>
      w.container.mounts.flatMap((m) => (m.type === 'volume' ? (m.source ?? []) : [])),
    ),
  );
  const resources: Resource[] = withContainerNames(context.platform, withReplicas(context, scaled));
  for (const source of declared.networks.values()) {
    if (!source.compose || usedNetworks.has(source.name)) resources.push(resolveNetwork(context, source));
  }
  const first = usedNetworks.get('default');
  if (first !== undefined && !declared.networks.has('default'))
    resources.push(implicitDefault(context, first));
  for (const source of declared.volumes.values()) {
    if (!source.compose || usedVolumes.has(source.name)) resources.push(resolveVolume(context, source));
  }
  for (const document of declared.models.values()) {
    const model = resolveModel(context, declared, document);
    if (model !== undefined) resources.push(model);
  }
  checkAlone(workloadContext);
  values.readAll();
  const done = serversOfModels(awaitedAreJobs(resources));
  return { resources: sorted(done), secrets: values.secrets };
}

/**
 * A class is checked with the agents that take it, the defaults with all workloads; here also what nobody takes, as a
 * workload that is thrown away. It may leave the image open.
 */
function checkAlone(context: WorkloadContext): void {
  const { declared } = context;
  const used = new Set([...declared.workloads.values()].map((source) => source.agentClass));
  const classes = [...declared.classes.values()].filter(({ name }) => !used.has(name));
  for (const source of [...classes.flatMap((c) => aloneOf(context, c)), ...declared.alone]) {
    const diagnostics: Diagnostic[] = [];
    resolveWorkload({ ...context, diagnostics }, source);
    // Of a value that was refused already, what else is said is an echo.
    const told = new Set(context.diagnostics.map(place));
    context.diagnostics.push(...diagnostics.filter((d) => !told.has(place(d))));
  }
}

function aloneOf(context: ResolveContext, document: DocumentOf<'AgentClass'>): WorkloadSource[] {
  const { name, position, labels, spec, file } = document;
  if (spec === undefined) return [];
  const { baseDir, display, origin } = file;
  const lookup = context.variables.lookupIn(baseDir);
  const where = { name, position, labels, origin, baseDir, display, lookup };
  return [{ kind: 'Agent', compose: false, partial: true, node: spec.node, ...where }];
}

/** Ollama's own port. */
const modelServerPort = 11434;

/** A workload that a Model names is a model server, also where it does not say so. */
function serversOfModels(resources: readonly Resource[]): Resource[] {
  const servers = new Set<string>(resources.flatMap((r) => (r.kind === 'Model' ? [r.server] : [])));
  return resources.map((r) => (isWorkload(r) && servers.has(refOf(r)) ? { modelServerPort, ...r } : r));
}

/** What another awaits as completed is a job, whatever its restart says. */
function awaitedAreJobs(resources: readonly Resource[]): Resource[] {
  const awaited = new Set(
    resources
      .filter(isWorkload)
      .flatMap((w) => w.dependsOn.filter((d) => d.condition === 'completed').map((d) => d.on)),
  );
  return resources.map((r) => (isWorkload(r) && awaited.has(refOf(r)) ? { ...r, lifecycle: 'job' } : r));
}

function sorted(resources: readonly Resource[]): Resource[] {
  return resources
    .map((resource) => ({ ref: refOf(resource), resource }))
    .sort((a, b) => (a.ref < b.ref ? -1 : a.ref > b.ref ? 1 : 0))
    .map(({ resource }) => resource);
}
