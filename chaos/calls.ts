// What a call does to the engine, and to which resources: whole (nobody else may act on them meanwhile), or only by use.

import type { CallRecord } from '../test/support/engine-proxy.ts';

type ResourceKind = 'container' | 'network' | 'volume';

export interface Thing {
  readonly kind: ResourceKind;
  /** Id or name, as the call has it. */
  readonly named: string;
}

export interface EngineAct {
  /** `stop`, `create network`, `prune volumes`. */
  readonly verb: string;
  /** Made, changed or removed by it. */
  readonly changes: readonly Thing[];
  /** Must be there meanwhile: a network that is joined, a volume that is mounted. */
  readonly uses: readonly Thing[];
}

/** Undefined: it only looks. */
export function actOf(call: CallRecord): EngineAct | undefined {
  const { method, path } = call;
  if (method === 'GET' || method === 'HEAD' || path.startsWith('/exec/')) return undefined;
  const [, collection = path, first, second] = /^\/(\w+)(?:\/([^/?]+))?(?:\/(\w+))?/.exec(path) ?? [];
  if (first === 'prune') return { verb: `prune ${collection}`, changes: [], uses: [] };
  const named = decodeURIComponent(first ?? '');
  const isCreate = first === 'create';
  switch (collection) {
    case 'containers':
      if (isCreate) return creation(call);
      // A probe's exec looks, and may look at any time.
      if (second === 'exec') return undefined;
      return change(method === 'DELETE' ? 'remove' : (second ?? 'act'), { kind: 'container', named });
    case 'networks':
      if (isCreate) return change('create network', { kind: 'network', named: bodyOf(call).Name ?? '' });
      if (second === 'connect' || second === 'disconnect') return membership(second, named, call);
      return change('remove network', { kind: 'network', named });
    case 'volumes':
      if (isCreate) return change('create volume', { kind: 'volume', named: bodyOf(call).Name ?? '' });
      return change('remove volume', { kind: 'volume', named });
    default:
      return { verb: `${method === 'DELETE' ? 'remove' : 'change'} ${collection}`, changes: [], uses: [] };
  }
}

function change(verb: string, thing: Thing): EngineAct {
  return { verb, changes: [thing], uses: [] };
}

function membership(verb: string, network: string, call: CallRecord): EngineAct {
  const container = bodyOf(call).Container ?? '';
  return {
    verb,
    changes: [{ kind: 'container', named: container }],
    uses: [{ kind: 'network', named: network }],
  };
}

function creation(call: CallRecord): EngineAct {
  const name = new URL(call.path, 'http://engine').searchParams.get('name') ?? '';
  const { HostConfig = {}, NetworkingConfig = {} } = bodyOf(call);
  const binds = (HostConfig.Binds ?? []).map((bind) => bind.split(':')[0] ?? '');
  const mounts = (HostConfig.Mounts ?? []).flatMap((m) => (m.Type === 'volume' ? [m.Source ?? ''] : []));
  const volumes = [...mounts, ...binds.filter((source) => !source.startsWith('/'))];
  return {
    verb: 'create',
    changes: [{ kind: 'container', named: name }],
    uses: [
      ...Object.keys(NetworkingConfig.EndpointsConfig ?? {}).map(
        (n) => ({ kind: 'network', named: n }) as const,
      ),
      ...volumes.filter((v) => v !== '').map((v) => ({ kind: 'volume', named: v }) as const),
    ],
  };
}

interface Body {
  readonly Name?: string;
  readonly Container?: string;
  readonly HostConfig?: {
    readonly Binds?: readonly string[] | null;
    readonly Mounts?: readonly { readonly Type: string; readonly Source?: string }[] | null;
  };
  readonly NetworkingConfig?: { readonly EndpointsConfig?: Readonly<Record<string, unknown>> | null };
}

function bodyOf({ body = '' }: CallRecord): Body {
  return body === '' ? {} : (JSON.parse(body) as Body);
}
