// One declared workload → one resource: its container normalised, its secrets and files attached, its dependencies as
// refs. Looks at one workload at a time; clashes between several are validate's.

import type { WrittenBuild } from '../container/build.ts';
import { type NormalizedContainer, normalizeContainer } from '../container/normalize.ts';
import type { ContainerSpec, EnvValue } from '../container-spec.ts';
import type { Diagnostic, Position } from '../diagnostic.ts';
import { fieldName } from '../field-names.ts';
import type { Workload } from '../resource.ts';
import { childOf, type MapNode } from '../tree.ts';
import { agentConfig } from './agent-config.ts';
import { boundFiles, distinctFiles, grantedFiles } from './attachments.ts';
import { resolveBuild } from './build.ts';
import type { ResolveContext } from './context.ts';
import type { Declared, WorkloadSource } from './declared.ts';
import { dependenciesOf } from './dependencies.ts';
import { resolveFailover } from './failover.ts';
import { checkVolumes, networksOf } from './joins.ts';
import { checkLeastMemory, checkReservation, type Found, type Limits } from './limits.ts';
import {
  commandOf,
  resolveDrift,
  resolveProbe,
  resolveSchemaVersion,
  takeApart,
  watchedPaths,
} from './own.ts';
import { defaultContainerName, type Scaled } from './replicas.ts';
import { rewriteImage } from './rewrite.ts';
import type { Values } from './secrets.ts';
import { watchedByName } from './watched.ts';

/** What all workloads of a load are resolved with. */
export interface WorkloadContext extends ResolveContext {
  readonly declared: Declared;
  readonly values: Values;
  readonly limits: Limits;
}

/** One declared workload with its number of replicas; undefined: its shape is wrong, which has been told. */
export function resolveWorkload(context: WorkloadContext, source: WorkloadSource): Scaled | undefined {
  const { declared, values } = context;
  const { node, kind, name, position, origin, labels, agentClass } = source;
  if (node === undefined) return undefined;
  const { container: containerNode, own, fields } = takeApart(context, source, node);
  const diagnostics: Diagnostic[] = [];
  const normalized = normalizeContainer(containerNode, {
    baseDir: source.baseDir,
    display: source.display,
    what: `${kind} ${name}`,
    digest: context.digest,
    lookup: source.lookup,
    diagnostics,
    shortDependency: source.compose ? 'started' : 'ready',
    strict: !source.compose,
  });
  context.diagnostics.push(...diagnostics.filter((d) => !source.partial || d.code !== 'MissingImage'));
  for (const file of normalized.files) context.files.add(file);
  checkVolumes(context, declared, source, normalized);
  const { onChange = 'restart', tier = 'standard' } = fields;
  const written = normalized.container;
  const granted = grantedFiles(context, values, normalized, onChange);
  const config = agentConfig(
    context,
    declared,
    { node, baseDir: source.baseDir, mounts: written.mounts },
    onChange,
  );
  const positions = positionsOf(normalized, own);
  checkLeastMemory(context, written.resources.memoryBytes, positions['container.resources.memoryBytes']);
  const limited = context.limits.of({ kind, name, tier, labels }, written.resources);
  for (const [field, at] of Object.entries(limited.positions)) positions[`container.resources.${field}`] = at;
  const reservedNanoCpus = reservedOf(normalized, limited);
  checkReservation(context, limited, reservedNanoCpus, positions);
  const build =
    normalized.build === undefined
      ? undefined
      : resolveBuild(context, forPlatform(normalized.build, written.platform), {
          hasImage: written.image !== '',
          baseDir: source.baseDir,
        });
  // A name of its own, as Compose gives it; what is built here is not fetched from anywhere.
  const imageWritten = written.image || `${context.platform}-${name}`.toLowerCase();
  const image = build === undefined ? rewriteImage(context.rewrites, imageWritten) : imageWritten;
  // A name that only a build gives is no registry's.
  const isOnlyBuilt = normalized.build !== undefined && written.image === '' && build === undefined;
  const pullPolicy = isOnlyBuilt ? 'never' : normalized.pullPolicy;
  const environment = environmentOf(context, values, normalized, positions);
  const container: ContainerSpec = {
    ...written,
    image,
    environment,
    networks: networksOf(context, declared, source, normalized),
    mounts: [...written.mounts, ...granted.mounts, ...config.mounts],
    resources: limited.resources,
  };
  const failover = resolveFailover(context, fields.failover, {
    declared,
    name,
    own,
    networks: container.networks,
  });
  const model = kind === 'Agent' ? textOf(node, 'model') : undefined;
  const workload: Workload = {
    kind,
    name,
    position,
    origin,
    labels,
    protect: fields.protect ?? false,
    drift: resolveDrift(fields.drift, context.policy.drift),
    tier,
    containerName: normalized.containerName ?? defaultContainerName(context.platform, name, 1),
    container,
    ...(image === imageWritten ? {} : { imageWritten }),
    ...(pullPolicy === undefined ? {} : { pullPolicy }),
    ...(build === undefined ? {} : { build }),
    ...(reservedNanoCpus === undefined ? {} : { reservedNanoCpus }),
    ...(fields.probe === undefined
      ? {}
      : { probe: resolveProbe(fields.probe, { environment, secret: secretIn(values, own) }) }),
    ...(fields.schemaVersion === undefined
      ? {}
      : { schemaVersion: resolveSchemaVersion(fields.schemaVersion) }),
    ...(fields.beforeRollback === undefined ? {} : { beforeRollback: commandOf(fields.beforeRollback) }),
    ...(failover === undefined ? {} : { failover }),
    dependsOn: dependenciesOf(context, declared, source, node, normalized),
    files: distinctFiles([
      ...granted.files,
      ...config.files,
      ...boundFiles(context, normalized, onChange),
      ...watchedByName(context, source.baseDir, watchedPaths(own), onChange),
    ]),
    ...(normalized.postStart === undefined ? {} : { postStart: normalized.postStart }),
    ...(normalized.preStop === undefined ? {} : { preStop: normalized.preStop }),
    lifecycle: lifecycleOf(source, normalized),
    positions,
    ...(normalized.updateOrder === undefined ? {} : { updateOrder: normalized.updateOrder }),
    ...(agentClass === undefined ? {} : { agentClass }),
    ...(model === undefined ? {} : { model }),
    ...(fields.modelServer === undefined ? {} : { modelServerPort: fields.modelServer.port }),
  };
  return { workload, replicas: normalized.replicas };
}

/** CPUs that are promised: by the workload, else by the ResourceLimits that its weight comes from. */
function reservedOf({ reservedNanoCpus }: NormalizedContainer, { sources }: Found): number | undefined {
  return reservedNanoCpus ?? sources.cpuShares?.reservedNanoCpus;
}

/** A service's own platform goes before those that its build names. */
function forPlatform(build: WrittenBuild, platform: string | undefined): WrittenBuild {
  return platform === undefined ? build : { ...build, platform };
}

function textOf(node: MapNode, key: string): string | undefined {
  const value = childOf(node, key);
  return value?.kind === 'scalar' && value.value !== null ? String(value.value) : undefined;
}

/** Secrets in the environment get their digest; the value stays apart, and of the file it is from the place is kept. */
function environmentOf(
  { display }: ResolveContext,
  values: Values,
  { container, environmentSecrets }: NormalizedContainer,
  positions: Record<string, Position>,
): Record<string, EnvValue> {
  const environment: Record<string, EnvValue> = { ...container.environment };
  for (const { key, secret, position } of environmentSecrets) {
    const value = values.secret(secret, position);
    environment[key] = { secret, digest: value?.digest ?? '' };
    if (value?.path !== undefined)
      positions[`secrets.${secret}`] = { file: display(value.path), line: 1, column: 1 };
  }
  return environment;
}

/** A Secret that a probe names. */
function secretIn(values: Values, own: MapNode): (name: string) => EnvValue {
  const probe = childOf(own, 'probe');
  const way = probe && (childOf(probe, 'postgres') ?? childOf(probe, 'redis'));
  const password = way && childOf(way, 'password');
  const { position } = (password && childOf(password, 'secret')) ?? own;
  return (secret) => ({ secret, digest: values.secret(secret, position)?.digest ?? '' });
}

/** An absent `restart` means long-running in manifests, and at rest after exit 0 in Compose files. */
function lifecycleOf(
  source: WorkloadSource,
  { restartWritten, container }: NormalizedContainer,
): Workload['lifecycle'] {
  const ends = container.restart.name === 'no' || container.restart.name === 'on-failure';
  if (restartWritten && ends) return 'job';
  return source.compose && ends ? 'compose' : 'service';
}

/** As causes look them up: `container.image`, `container.resources.memoryBytes`, and reeve's own by their key. */
function positionsOf({ positions }: NormalizedContainer, own: MapNode): Record<string, Position> {
  const all: Record<string, Position> = {};
  for (const [field, position] of Object.entries(positions)) all[`container.${fieldName(field)}`] = position;
  for (const { key, value } of own.entries.values()) all[key] = value.position;
  return all;
}
