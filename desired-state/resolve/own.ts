// reeve's own fields of a workload: taken out of its tree, and turned into numbers and modes.

import type { EnvValue } from '../container-spec.ts';
import type { Position } from '../diagnostic.ts';
import { driftFieldName, driftFields, isDriftField } from '../field-names.ts';
import { agentKeys, type OwnFields, ownFields, ownKeys } from '../manifest/own-fields.ts';
import type { DriftMode, Probe, Workload } from '../resource.ts';
import { childOf, type MapNode } from '../tree.ts';
import { parseDuration } from '../units.ts';
import { checkShape } from '../yaml/check.ts';
import { didYouMean } from '../yaml/suggest.ts';
import { checkUsable } from '../yaml/usable.ts';
import { type ResolveContext, reportError } from './context.ts';
import type { WorkloadSource } from './declared.ts';
import { mergeContainers } from './merge.ts';

export interface Parts {
  /** Compose's language only. */
  readonly container: MapNode;
  readonly own: MapNode;
  readonly fields: OwnFields;
}

/** Beside the container's fields in manifests (checked with them), under `x-reeve` in Compose files. */
export function takeApart(context: ResolveContext, source: WorkloadSource, node: MapNode): Parts {
  const container = only(node, (key) => !ownKeys.has(key) && !agentKeys.has(key) && !key.startsWith('x-'));
  const beside = only(node, (key) => ownKeys.has(key));
  const below = source.compose ? childOf(node, 'x-reeve') : undefined;
  if (below === undefined) return checkedParts(context, container, beside);
  const { usable, diagnostics } = checkUsable(ownFields, below, `x-reeve of ${source.name}`);
  context.diagnostics.push(...diagnostics);
  if (usable?.node.kind !== 'map') return { container, own: beside, fields: {} };
  return checkedParts(context, container, mergeContainers(beside, usable.node));
}

function checkedParts(context: ResolveContext, container: MapNode, own: MapNode): Parts {
  const { value = {}, diagnostics } = checkShape(ownFields, own, 'spec');
  context.diagnostics.push(...diagnostics);
  const written = childOf(childOf(own, 'drift') ?? own, 'fields');
  for (const { key, keyPosition } of written?.kind === 'map' ? written.entries.values() : []) {
    if (isDriftField(key)) continue;
    const message = `unknown field "${key}" in drift.fields; expected a field of the container such as environment or mem_limit`;
    reportError(context, keyPosition, 'UnknownKey', message, didYouMean(key, driftFields).hint);
  }
  return { container, own, fields: value };
}

function only(node: MapNode, keep: (key: string) => boolean): MapNode {
  return { ...node, entries: new Map([...node.entries].filter(([key]) => keep(key))) };
}

/** `watch:` entries with their places. */
export function watchedPaths(own: MapNode): { path: string; position: Position }[] {
  const list = childOf(own, 'watch');
  if (list?.kind !== 'list') return [];
  return list.items.flatMap((item) =>
    item.kind === 'scalar' ? [{ path: String(item.value), position: item.position }] : [],
  );
}

const probeDefaults = { everyMs: 10_000, timeoutMs: 5_000, threshold: 3, startPeriodMs: 0 };

type WrittenProbe = NonNullable<OwnFields['probe']>;

/** What a probe may take from its workload: what the container is given, and the values of Secrets. */
export interface ProbeSurroundings {
  readonly environment: Readonly<Record<string, EnvValue>>;
  readonly secret: (name: string) => EnvValue;
}

export function resolveProbe(written: WrittenProbe, around: ProbeSurroundings): Probe {
  const { http, tcp, exec, postgres, redis } = written;
  return {
    ...(http === undefined ? {} : { http: httpOf(http) }),
    ...(tcp === undefined ? {} : { tcp }),
    ...(exec === undefined ? {} : { exec: { command: commandOf(exec.command) } }),
    ...(postgres === undefined ? {} : { postgres: postgresOf(postgres, around) }),
    ...(redis === undefined ? {} : { redis: { port: redis.port ?? 6379, ...passwordOf(redis, around) } }),
    everyMs: ms(written.every) ?? probeDefaults.everyMs,
    timeoutMs: ms(written.timeout) ?? probeDefaults.timeoutMs,
    threshold: written.threshold ?? probeDefaults.threshold,
    startPeriodMs: ms(written.startPeriod) ?? probeDefaults.startPeriodMs,
  };
}

function httpOf({ port, path, status, body }: NonNullable<NonNullable<OwnFields['probe']>['http']>) {
  return { port, path, ...(status === undefined ? {} : { status }), ...(body === undefined ? {} : { body }) };
}

/** As the image itself reads them (docker-library/postgres). */
function postgresOf(
  written: NonNullable<WrittenProbe['postgres']>,
  around: ProbeSurroundings,
): NonNullable<Probe['postgres']> {
  const given = (name: string): string | undefined => {
    const value = around.environment[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const user = written.user ?? given('POSTGRES_USER') ?? 'postgres';
  const database = written.database ?? given('POSTGRES_DB') ?? user;
  return { port: written.port ?? 5432, user, database, ...passwordOf(written, around, 'POSTGRES_PASSWORD') };
}

function passwordOf(
  { password }: { readonly password?: { readonly secret: string | number | boolean } | undefined },
  { environment, secret }: ProbeSurroundings,
  variable?: string,
): { readonly password?: EnvValue } {
  if (password !== undefined) return { password: secret(String(password.secret)) };
  const given = variable === undefined ? undefined : environment[variable];
  return given === undefined ? {} : { password: given };
}

/** As the image's own variables say who may ask (docker-library/postgres); inside the container that needs no password. */
const askPostgres = [
  'user=$POSTGRES_USER; user=$' + '{user:-postgres}; db=$POSTGRES_DB',
  'exec psql -U "$user" -d "$' + '{db:-$user}" -Atc "SELECT max(version) FROM schema_version"',
].join('; ');

/** How the version of a database's schema is asked for, and the newest that is known here. */
export function resolveSchemaVersion({
  atMost,
  command = askPostgres,
}: NonNullable<OwnFields['schemaVersion']>): NonNullable<Workload['schemaVersion']> {
  return { command: commandOf(command), atMost };
}

/** Text is run by a shell. */
export function commandOf(written: string | readonly string[]): readonly string[] {
  return typeof written === 'string' ? ['/bin/sh', '-c', written] : written;
}

function ms(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDuration(text);
}

/** `mode` of the platform holds where nothing is written. */
export function resolveDrift(written: OwnFields['drift'], mode: DriftMode): Workload['drift'] {
  if (written === undefined) return { mode, fields: {} };
  if (typeof written === 'string') return { mode: written, fields: {} };
  const fields = Object.entries(written.fields ?? {}).map(([name, m]) => [driftFieldName(name), m] as const);
  return { mode: written.mode ?? mode, fields: Object.fromEntries(fields) };
}
