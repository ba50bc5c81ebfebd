// What a container shares and is connected to: its networks, and the namespaces that it may have from another one.

import type { ContainerSpec, NetworkAttachment } from '../desired-state/container-spec.ts';
import { networksByPriority } from '../desired-state/network-order.ts';
import type { Workload } from '../desired-state/resource.ts';
import { attachment, text } from './canonical.ts';
import { type DriftContext, type Field, isBefore, type Pair, specBefore } from './drift-field.ts';

export const networkFields = {
  // `default`, the bridge's name and a network of ours mean the declared networks.
  networkMode: {
    act: 'recreate',
    desired: (p) => sharedMode(p.workload.container.networkMode, p) ?? first(firstAsked(p), p),
    observed: (p) =>
      sharedMode(p.detail.spec.networkMode ?? p.detail.primaryNetwork, p) ??
      first(p.detail.primaryNetwork, p),
  },
  // Before API 1.44 the first network's address is the container's own, which it has from its create.
  macAddress: {
    act: 'recreate',
    desired: (p) => ownMac(p.workload.container, p.context),
    // One that the engine gave cannot be told from one that was asked for.
    observed: ({ workload, detail, context }) => {
      const before = specBefore(context);
      const wasSet = before !== undefined && ownMac(before, context) !== undefined;
      const isSet = ownMac(workload.container, context) !== undefined;
      return isSet || wasSet ? text(detail.spec.macAddress?.toLowerCase()) : undefined;
    },
  },
  networks: {
    act: 'connect',
    desired: ({ workload, context }) =>
      Object.fromEntries(
        Object.entries(workload.container.networks).map(([name, a]) => [
          context.networkNames[name] ?? name,
          attachment(a, comparable(workload, a, context), hasGatewayPriority(context)),
        ]),
      ),
    observed: ({ workload, detail, context }) => {
      const asked = Object.fromEntries(
        Object.entries(workload.container.networks).map(([name, a]) => [
          context.networkNames[name] ?? name,
          a,
        ]),
      );
      return Object.fromEntries(
        Object.entries(detail.spec.networks)
          .filter(([name]) => name in asked || context.ourNetworks?.has(name) === true)
          .map(([name, a]) => [
            name,
            attachment(
              { ...a, aliases: [...(a.aliases ?? []), ...(detail.aliases[name] ?? [])] },
              comparable(workload, asked[name], context),
              hasGatewayPriority(context),
              aliasesBefore(context, name).filter((alias) => alias !== workload.containerName),
            ),
          ]),
      );
    },
  },
} satisfies Partial<Record<keyof ContainerSpec, Field>>;

export const namespaceFields = {
  pidMode: modeField((s) => s.pidMode),
  ipcMode: modeField((s) => s.ipcMode, 'private', 'shareable'),
  utsMode: modeField((s) => s.utsMode),
  usernsMode: modeField((s) => s.usernsMode),
} satisfies Partial<Record<keyof ContainerSpec, Field>>;

/** A mode that may name another container: by name, however the engine has it. */
function mode(value: string | undefined, context: DriftContext, ...defaults: string[]): string | undefined {
  if (value?.startsWith('container:')) {
    const id = value.slice('container:'.length);
    return `container:${context.containerNames?.get(id) ?? id}`;
  }
  return text(value, ...defaults);
}

function modeField(read: (spec: ContainerSpec) => string | undefined, ...defaults: string[]): Field {
  return {
    act: 'recreate',
    desired: (p) => mode(read(p.workload.container), p.context, ...defaults),
    observed: (p) => mode(read(p.detail.spec), p.context, ...defaults),
  };
}

/** A network knows a container by its own name, also where that is no alias; an older engine knows no address of a connection. */
function comparable(
  { containerName }: Workload,
  asked: NetworkAttachment = {},
  context: DriftContext,
): NetworkAttachment {
  const { macAddress, ...rest } = asked;
  const aliases = (asked.aliases ?? []).filter((alias) => alias !== containerName);
  return { ...(hasOwnMacs(context) ? asked : rest), aliases };
}

/** The address that a create gives the container itself, not one of its connections. */
function ownMac(spec: ContainerSpec, context: DriftContext): string | undefined {
  const first = spec.networkMode === undefined ? networksByPriority(spec.networks)[0]?.[1] : undefined;
  const mac = first?.macAddress === undefined ? spec.macAddress : first.macAddress;
  // Of a newer engine the first network's address is compared with that network.
  if (first?.macAddress !== undefined && hasOwnMacs(context)) return undefined;
  return text(mac?.toLowerCase());
}

/** A connection has an address of its own. */
function hasOwnMacs(context: DriftContext): boolean {
  return !isBefore(context, '1.44');
}

/** What the revision before asked for on a network of that engine name, and what a failover moves there. */
function aliasesBefore(
  { previous, networkNames, movable }: DriftContext,
  engineName: string,
): readonly string[] {
  const before = Object.entries(previous?.container.networks ?? {});
  const moved = movable?.network === engineName ? [movable.alias] : [];
  return [
    ...moved,
    ...before.flatMap(([name, { aliases = [] }]) =>
      (networkNames[name] ?? name) === engineName ? aliases : [],
    ),
  ];
}

/** Of API 1.48: an older engine drops it without a word. */
function hasGatewayPriority(context: DriftContext): boolean {
  return !isBefore(context, '1.48');
}

/** The network that it is to be made on; only where one priority is above all, since others may order equal ones otherwise. */
function firstAsked({ workload, context }: Pair): string | undefined {
  const [name] = networksByPriority(workload.container.networks)[0] ?? [];
  return name === undefined ? undefined : (context.networkNames[name] ?? name);
}

function first(network: string | undefined, { workload }: Pair): string | undefined {
  const [top, next] = networksByPriority(workload.container.networks).map(([, { priority = 0 }]) => priority);
  const isAsked = top !== undefined && top > (next ?? 0);
  return isAsked && network !== undefined ? `${network} first` : undefined;
}

function sharedMode(value: string | undefined, { context }: Pair): string | undefined {
  const named = mode(value, context, 'default', 'bridge');
  return named !== undefined && context.ourNetworks?.has(named) === true ? undefined : named;
}
