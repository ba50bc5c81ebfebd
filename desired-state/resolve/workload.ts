// One declared workload → one resource: its container normalised, its secrets and files attached, its dependencies as
// refs. Looks at one workload at a time; clashes between several are validate's.

import { resolve } from 'node:path';
import { type NormalizedContainer, normalizeContainer } from '../container/normalize.ts';
import type { Position } from '../diagnostic.ts';
import { type OwnFields, ownFields } from '../manifest/own-fields.ts';
import type {
  ContainerSpec,
  EnvValue,
  Mount,
  NetworkAttachment,
  WatchedFile,
  Workload,
} from '../resource.ts';
import { childOf, type MapNode, positionAt } from '../tree.ts';
import { checkShape } from '../yaml/check.ts';
import { readBytes } from '../yaml/read.ts';
import { type ResolveContext, reportError, reportMissing, reportWarning } from './context.ts';
import type { Declared, WorkloadSource } from './declared.ts';
import { dependenciesOf } from './dependencies.ts';
import { checkReservation, withLimits } from './limits.ts';
import { resolveDrift, resolveProbe } from './own.ts';
import type { Values } from './secrets.ts';
import { watchedByName, watchedFile } from './watched.ts';

/** Where an agent finds its config. */
const agentConfigTarget = '/etc/agent/config.json';

const ownKeys = Object.keys(ownFields.shape);
/** Fields of an Agent that are neither the container's nor every workload's. */
const agentKeys = ['class', 'model', 'config'];

export function resolveWorkload(
  context: ResolveContext,
  declared: Declared,
  values: Values,
  source: WorkloadSource,
): Workload | undefined {
  if (source.node === undefined) return undefined;
  const own = ownOf(context, source, source.node);
  const what = `${source.kind} ${source.name}`;
  const normalized = normalizeContainer(containerNode(source.node), {
    baseDir: source.baseDir,
    display: source.display,
    what,
    digest: context.digest,
    lookup: source.lookup,
    diagnostics: context.diagnostics,
    shortDependency: source.compose ? 'started' : 'ready',
  });
  for (const file of normalized.files) context.files.add(file);
  const hasImage = source.node.entries.has('image') || source.node.entries.has('build');
  if (!hasImage) {
    const hint = source.kind === 'Agent' ? 'set image, or a class that sets it' : 'set image';
    reportError(context, source.position, 'MissingKey', `${what} has no image`, hint);
  }
  const onChange = own.onChange ?? 'restart';
  const granted = grantedFiles(context, values, normalized, onChange);
  const config = agentConfig(context, declared, source, source.node, onChange);
  const tier = own.tier ?? 'standard';
  const limited = withLimits(
    [...declared.limits.values()],
    { ...source, tier },
    normalized.container.resources,
  );
  const reservationAt =
    limited.positions.memoryReservationBytes ?? normalized.positions['resources.memoryReservation'];
  checkReservation(
    context,
    what,
    limited.resources,
    reservationAt ?? limited.positions.memoryBytes ?? source.position,
  );
  const mounts = [...normalized.container.mounts, ...granted.mounts, ...config.mounts];
  const container: ContainerSpec = {
    ...normalized.container,
    environment: environmentOf(values, normalized),
    networks: networksOf(context, declared, source, normalized),
    mounts,
    resources: limited.resources,
  };
  checkVolumes(context, declared, source, normalized);
  const model = textOf(source.node, 'model');
  return {
    kind: source.kind,
    name: source.name,
    position: source.position,
    origin: source.origin,
    labels: source.labels,
    protect: own.protect ?? false,
    drift: resolveDrift(own.drift, context.policy.drift),
    tier,
    containerName: normalized.containerName ?? `${context.platform}-${source.name}-1`,
    container,
    ...(own.probe === undefined ? {} : { probe: resolveProbe(own.probe) }),
    dependsOn: dependenciesOf(context, declared, source, source.node, normalized),
    files: distinctFiles([
      ...granted.files,
      ...config.files,
      ...boundFiles(context, normalized, onChange),
      ...watchedByName(context, source.baseDir, watchOf(source.node), onChange),
    ]),
    lifecycle: lifecycleOf(source, normalized),
    positions: withPrefix(normalized, limited.positions),
    ...(source.agentClass === undefined ? {} : { agentClass: source.agentClass }),
    ...(source.kind === 'Agent' && model !== undefined ? { model } : {}),
    ...(own.modelServer === undefined ? {} : { modelServerPort: own.modelServer.port }),
  };
}

/** reeve's own fields: beside the container's in manifests (checked with them), under `x-reeve` in Compose files. */
function ownOf(context: ResolveContext, source: WorkloadSource, node: MapNode): OwnFields {
  const written = source.compose ? childOf(node, 'x-reeve') : pick(node, ownKeys);
  const defaults = source.compose ? pick(node, ownKeys) : undefined;
  if (written === undefined)
    return defaults === undefined ? {} : (checkShape(ownFields, defaults, 'defaults').value ?? {});
  const checked = checkShape(ownFields, written, `x-reeve of ${source.name}`);
  if (source.compose) context.diagnostics.push(...checked.diagnostics);
  const below = defaults === undefined ? {} : (checkShape(ownFields, defaults, 'defaults').value ?? {});
  return { ...below, ...checked.value };
}

function pick(node: MapNode, keys: readonly string[]): MapNode {
  return { ...node, entries: new Map([...node.entries].filter(([key]) => keys.includes(key))) };
}

function containerNode(node: MapNode): MapNode {
  const not = new Set([...ownKeys, ...agentKeys]);
  return {
    ...node,
    entries: new Map([...node.entries].filter(([key]) => !not.has(key) && !key.startsWith('x-'))),
  };
}

function textOf(node: MapNode, key: string): string | undefined {
  const value = childOf(node, key);
  return value?.kind === 'scalar' && value.value !== null ? String(value.value) : undefined;
}

function watchOf(node: MapNode): { path: string; position: Position }[] {
  const list = childOf(node, 'watch') ?? childOf(childOf(node, 'x-reeve') ?? node, 'watch');
  if (list?.kind !== 'list') return [];
  return list.items.flatMap((item) =>
    item.kind === 'scalar' ? [{ path: String(item.value), position: item.position }] : [],
  );
}

/** Secrets in the environment get their digest; the value stays apart. */
function environmentOf(
  values: Values,
  { container, environmentSecrets }: NormalizedContainer,
): Record<string, EnvValue> {
  const environment: Record<string, EnvValue> = { ...container.environment };
  for (const { key, secret, position } of environmentSecrets) {
    const value = values.secret(secret, position);
    environment[key] = { secret, digest: value?.digest ?? '' };
  }
  return environment;
}

interface Attached {
  readonly mounts: readonly Mount[];
  readonly files: readonly WatchedFile[];
}

/** Files are mounted as they are; values from elsewhere are copied in before the start. */
function grantedFiles(
  context: ResolveContext,
  values: Values,
  { secrets, configs }: NormalizedContainer,
  onChange: WatchedFile['onChange'],
): Attached {
  const mounts: Mount[] = [];
  const files: WatchedFile[] = [];
  const attach = (key: string, target: string, value: ReturnType<Values['secret']>): void => {
    if (value === undefined) return;
    if (value.path === undefined) {
      files.push({ path: target, digest: value.digest, onChange, copyTo: target, secret: key });
      return;
    }
    mounts.push({ type: 'bind', source: value.path, target, readOnly: true });
    const file = watchedFile(context, value.path, onChange);
    if (file !== undefined) files.push(file);
  };
  for (const { name, target, position } of secrets) attach(name, target, values.secret(name, position));
  for (const { name, target, position } of configs)
    attach(`config:${name}`, target, values.config(name, position));
  return { mounts, files };
}

/** `config:` of an Agent: mounted, watched, and readable as JSON. */
function agentConfig(
  context: ResolveContext,
  declared: Declared,
  source: WorkloadSource,
  node: MapNode,
  onChange: WatchedFile['onChange'],
): Attached {
  const written = source.kind === 'Agent' ? textOf(node, 'config') : undefined;
  if (written === undefined) return { mounts: [], files: [] };
  const position = positionAt(node, ['config']);
  const path = resolve(source.baseDir, written);
  const bytes = readBytes(path);
  if (!Buffer.isBuffer(bytes)) {
    context.files.add(path);
    reportError(
      context,
      position,
      'FileMissing',
      `config ${written} cannot be read: ${bytes.message}`,
      bytes.hint,
    );
    return { mounts: [], files: [] };
  }
  checkAgentConfig(context, declared, textOf(node, 'model'), {
    written,
    position,
    text: bytes.toString('utf8'),
  });
  const file = watchedFile(context, path, onChange);
  return {
    mounts: [{ type: 'bind', source: path, target: agentConfigTarget, readOnly: true }],
    files: file === undefined ? [] : [file],
  };
}

function checkAgentConfig(
  context: ResolveContext,
  declared: Declared,
  model: string | undefined,
  { written, position, text }: { written: string; position: Position; text: string },
): void {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    reportError(
      context,
      position,
      'BadConfig',
      `config ${written} is no JSON: ${why}`,
      'expected a JSON object',
    );
    return;
  }
  const base =
    typeof config === 'object' && config !== null && 'base_model' in config ? config.base_model : undefined;
  const wanted = model === undefined ? undefined : declared.models.get(model)?.spec?.value;
  if (typeof base !== 'string' || wanted === undefined || model === undefined) return;
  const names = [wanted.model ?? model, `${wanted.model ?? model}:${wanted.tag ?? 'latest'}`];
  if (names.includes(base)) return;
  const message = `config ${written} names the model ${base}, and this agent uses ${names[1] ?? model}`;
  reportWarning(context, position, 'ModelDiffers', message, 'let both name one model');
}

/** Read-only mounts of single files beside the manifest: their content is the workload's. */
function boundFiles(
  context: ResolveContext,
  { bindFiles }: NormalizedContainer,
  onChange: WatchedFile['onChange'],
): WatchedFile[] {
  return bindFiles.flatMap(({ path, readOnly }) => {
    if (!readOnly) return [];
    const bytes = readBytes(path);
    const file = Buffer.isBuffer(bytes) ? watchedFile(context, path, onChange) : undefined;
    return file === undefined ? [] : [file];
  });
}

function distinctFiles(files: readonly WatchedFile[]): WatchedFile[] {
  return [...new Map(files.map((f) => [`${f.path} ${f.copyTo ?? ''}`, f])).values()];
}

/** Every network has the workload's name as an alias; without a word about networks it joins `default`. */
function networksOf(
  context: ResolveContext,
  declared: Declared,
  source: WorkloadSource,
  { container, networks }: NormalizedContainer,
): Record<string, NetworkAttachment> {
  for (const { name, position } of networks) {
    if (name === 'default' || declared.networks.has(name)) continue;
    reportMissing(
      context,
      position,
      'Network',
      name,
      declared.networks.keys(),
      source.compose ? 'declare it under networks' : 'declare it with kind: Network',
    );
  }
  const joined = Object.entries(container.networks);
  if (joined.length === 0 && container.networkMode === undefined) joined.push(['default', {}]);
  return Object.fromEntries(
    joined.map(([name, attachment]) => [
      name,
      { ...attachment, aliases: [...new Set([source.name, ...(attachment.aliases ?? [])])] },
    ]),
  );
}

function checkVolumes(
  context: ResolveContext,
  declared: Declared,
  source: WorkloadSource,
  { volumes }: NormalizedContainer,
): void {
  for (const { name, position } of volumes) {
    if (declared.volumes.has(name)) continue;
    reportMissing(
      context,
      position,
      'Volume',
      name,
      declared.volumes.keys(),
      source.compose ? 'declare it under volumes' : 'declare it with kind: Volume',
    );
  }
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

/** Field positions as causes look them up: `container.image`. */
function withPrefix(
  { positions }: NormalizedContainer,
  limits: Readonly<Partial<Record<string, Position>>>,
): Record<string, Position> {
  const all: Record<string, Position> = {};
  for (const [field, position] of Object.entries(limits))
    if (position) all[`container.resources.${field}`] = position;
  for (const [field, position] of Object.entries(positions)) all[`container.${field}`] = position;
  return all;
}
