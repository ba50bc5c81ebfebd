// Declarations → resources, sorted by ref. Every declared workload, network, volume and model; of Compose files only the
// networks and volumes that some service uses, as Compose does.

import { normalizeContainer } from '../container/normalize.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { isWorkload, type Resource, refOf } from '../resource.ts';
import type { ResolveContext } from './context.ts';
import type { Declared } from './declared.ts';
import { makeLimits } from './limits.ts';
import { takeApart } from './own.ts';
import { implicitDefault, resolveModel, resolveNetwork, resolveVolume } from './parts.ts';
import { withContainerNames } from './peers.ts';
import { withReplicas } from './replicas.ts';
import { makeValues } from './secrets.ts';
import { resolveWorkload } from './workload.ts';

export interface Resolved {
  readonly resources: readonly Resource[];
  readonly secrets: ReadonlyMap<string, string>;
}

export function resolveAll(context: ResolveContext, declared: Declared): Resolved {
  const values = makeValues(context, declared);
  const limits = makeLimits(context, declared.limits.values());
  const scaled = [...declared.workloads.values()].flatMap(
    (source) => resolveWorkload({ ...context, declared, values, limits }, source) ?? [],
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
  checkUnusedClasses(context, declared);
  values.readAll();
  const done = serversOfModels(awaitedAreJobs(resources));
  return { resources: sorted(done), secrets: values.secrets };
}

/** A class is checked with the agents that take it; one that nobody takes is checked alone. It may leave the image open. */
function checkUnusedClasses(context: ResolveContext, declared: Declared): void {
  const used = new Set([...declared.workloads.values()].map((source) => source.agentClass));
  for (const { name, position, labels, spec, file } of declared.classes.values()) {
    if (used.has(name) || spec === undefined) continue;
    const { baseDir, display, origin } = file;
    const lookup = context.variables.lookupIn(baseDir);
    const source = {
      kind: 'Agent',
      name,
      position,
      labels,
      origin,
      compose: false,
      partial: true,
      baseDir,
      display,
      lookup,
    } as const;
    const diagnostics: Diagnostic[] = [];
    const { container } = takeApart({ ...context, diagnostics }, source, spec.node);
    normalizeContainer(container, {
      ...source,
      what: `AgentClass ${name}`,
      digest: context.digest,
      diagnostics,
    });
    context.diagnostics.push(...diagnostics.filter((d) => d.code !== 'MissingImage'));
  }
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
