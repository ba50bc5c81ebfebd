// Networks, volumes and models → resources. Names on the engine are Compose's: PLATFORM_name, or what `name:` says.

import { z } from 'zod';
import type { Position } from '../diagnostic.ts';
import type { DocumentOf } from '../manifest/document.ts';
import { labelsOf } from '../manifest/labels.ts';
import { ownShape } from '../manifest/own-fields.ts';
import type { Model, Network, Volume } from '../resource.ts';
import { childOf, type MapNode, type Node, positionAt } from '../tree.ts';
import { checkUsable } from '../yaml/usable.ts';
import { type ResolveContext, reportError, reportMissing } from './context.ts';
import type { Declared, PartSource } from './declared.ts';
import { refOfWorkload } from './dependencies.ts';

export function resolveNetwork(context: ResolveContext, source: PartSource): Network {
  const { node } = source;
  const driver = textAt(node, 'driver');
  const ipam = ipamOf(node === undefined ? undefined : childOf(node, 'ipam'));
  const flags = {
    internal: flagAt(node, 'internal'),
    attachable: flagAt(node, 'attachable'),
    enableIpv6: flagAt(node, 'enable_ipv6'),
  };
  const enableIpv4 = flagAt(node, 'enable_ipv4');
  return {
    kind: 'Network',
    ...commonOf(context, source),
    ...(driver === undefined ? {} : { driver }),
    ...(flags.internal ? { internal: true } : {}),
    ...(flags.attachable ? { attachable: true } : {}),
    ...(enableIpv4 === undefined ? {} : { enableIpv4 }),
    ...placesOf({ enableIpv4: node && childOf(node, 'enable_ipv4') }),
    ...(flags.enableIpv6 ? { enableIpv6: true } : {}),
    ...(ipam === undefined ? {} : { ipam }),
  };
}

export function resolveVolume(context: ResolveContext, source: PartSource): Volume {
  const driver = textAt(source.node, 'driver');
  const options = source.node && childOf(source.node, 'driver_opts');
  const device = options && childOf(options, 'device');
  return {
    kind: 'Volume',
    ...commonOf(context, source),
    ...(driver === undefined ? {} : { driver }),
    ...placesOf({ 'driverOpts.device': device }),
  };
}

function placesOf(fields: Readonly<Record<string, Node | undefined>>): Pick<Volume, 'positions'> {
  const written = Object.entries(fields).flatMap(([field, node]) => (node ? [[field, node.position]] : []));
  return written.length === 0 ? {} : { positions: Object.fromEntries(written) };
}

export function resolveModel(
  context: ResolveContext,
  declared: Declared,
  document: DocumentOf<'Model'>,
): Model | undefined {
  const { spec, name, position, file, labels } = document;
  if (spec === undefined) return undefined;
  const { server, model = name, tag } = spec.value;
  const url = /^https?:\/\//.test(server);
  const ref = url ? undefined : refOfWorkload(declared, server);
  if (!url && ref === undefined) {
    const at = positionAt(spec.node, ['server']);
    reportMissing(
      context,
      at,
      'Service or Agent',
      server,
      declared.workloads.keys(),
      'name the workload that serves it, or its URL',
    );
    return undefined;
  }
  if (url) checkUrl(context, server, positionAt(spec.node, ['server']));
  const full = model.includes(':') && tag === undefined ? model : `${model}:${tag ?? 'latest'}`;
  return {
    kind: 'Model',
    name,
    position,
    origin: file.origin,
    labels,
    protect: false,
    drift: { mode: context.policy.drift, fields: {} },
    server: ref ?? (server.replace(/\/$/, '') as Model['server']),
    model: full,
  };
}

/** It is shown in plans and stored in revisions: no place for a password. */
function checkUrl(context: ResolveContext, url: string, position: Position): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) {
    reportError(context, position, 'BadUrl', 'server: expected a URL such as http://ollama.example:11434');
  } else if (parsed.username !== '' || parsed.password !== '') {
    const message = 'server: a URL with a user or password is not supported; it would be shown and stored';
    reportError(context, position, 'BadUrl', message);
  }
}

/** Compose makes it where a service says nothing about networks; a `default` that is declared is the same one. */
export function implicitDefault(
  context: ResolveContext,
  from: Pick<PartSource, 'position' | 'origin'>,
): Network {
  return resolveNetwork(context, {
    name: 'default',
    position: from.position,
    origin: from.origin,
    compose: true,
    labels: {},
  });
}

function commonOf(context: ResolveContext, source: PartSource) {
  const { name, position, origin, node } = source;
  const external = isExternal(node);
  const own = source.compose ? ownOf(context, source) : node;
  const externalName = node === undefined ? undefined : textAt(childOf(node, 'external'), 'name');
  return {
    name,
    position,
    origin,
    labels: labelsOf(node === undefined ? undefined : childOf(node, 'labels')),
    protect: flagAt(own, 'protect') ?? false,
    drift: { mode: context.policy.drift, fields: {} },
    engineName: textAt(node, 'name') ?? externalName ?? (external ? name : `${context.platform}_${name}`),
    external,
    driverOpts: optionsOf(node === undefined ? undefined : childOf(node, 'driver_opts')),
  };
}

const ownSchema = z.strictObject({ protect: ownShape.protect });

/** `x-reeve:` of a network or volume in a Compose file. */
function ownOf(context: ResolveContext, { name, node }: PartSource): Node | undefined {
  const written = node && childOf(node, 'x-reeve');
  if (written === undefined) return undefined;
  const { usable, diagnostics } = checkUsable(ownSchema, written, `x-reeve of ${name}`);
  context.diagnostics.push(...diagnostics);
  return usable?.node;
}

function isExternal(node: MapNode | undefined): boolean {
  const external = node === undefined ? undefined : childOf(node, 'external');
  return external?.kind === 'map' || flagAt(node, 'external') === true;
}

function textAt(node: Node | undefined, key: string): string | undefined {
  const value = node === undefined ? undefined : childOf(node, key);
  return value?.kind === 'scalar' && value.value !== null ? value.source : undefined;
}

function flagAt(node: Node | undefined, key: string): boolean | undefined {
  const value = node === undefined ? undefined : childOf(node, key);
  if (value?.kind !== 'scalar' || value.value === null) return undefined;
  return value.value === true || value.value === 'true';
}

function optionsOf(node: Node | undefined): Record<string, string> {
  return labelsOf(node);
}

/** Pools and options; absent where nothing is said, so that the engine finds its own. */
function ipamOf(node: Node | undefined): Network['ipam'] {
  if (node?.kind !== 'map') return undefined;
  const driver = textAt(node, 'driver');
  const options = optionsOf(childOf(node, 'options'));
  const list = childOf(node, 'config');
  const config = (list?.kind === 'list' ? list.items : []).map(poolOf);
  if (driver === undefined && config.length === 0 && Object.keys(options).length === 0) return undefined;
  return {
    ...(driver === undefined ? {} : { driver }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
    config,
  };
}

type Pool = NonNullable<Network['ipam']>['config'][number];

function poolOf(item: Node): Pool {
  const subnet = textAt(item, 'subnet');
  const gateway = textAt(item, 'gateway');
  const ipRange = textAt(item, 'ip_range');
  const auxAddresses = optionsOf(childOf(item, 'aux_addresses'));
  return {
    ...(subnet === undefined ? {} : { subnet }),
    ...(gateway === undefined ? {} : { gateway }),
    ...(ipRange === undefined ? {} : { ipRange }),
    ...(Object.keys(auxAddresses).length === 0 ? {} : { auxAddresses }),
  };
}
