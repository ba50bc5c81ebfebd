// `build` of a service, as written: short and long form, what the engine's own builder cannot do said at its line.
// What lies in the context is resolve/build.ts's to read.

import { resolve } from 'node:path';
import type { Build } from '../container-spec.ts';
import type { Position } from '../diagnostic.ts';
import type { MapNode, Node } from '../tree.ts';
import { extraHostsOf } from './networks.ts';
import { fieldOf, present, reject, type Scope, warn } from './scope.ts';
import { ulimitsOf } from './security.ts';
import { flagOf, pairsOf, pairText, sizeOf, textMapOf, textOf, textsOf, wordOf } from './values.ts';

export interface WrittenBuild extends Omit<Build, 'hash'> {
  readonly position: Position;
  /** Where the context is written. */
  readonly contextPosition: Position;
  /** What the engine's own builder cannot do and the image would lack. */
  readonly needsBuildKit: readonly { readonly field: string; readonly position: Position }[];
}

/** Without these the image would be another one, or none. */
const needed = ['secrets', 'ssh', 'additional_contexts', 'privileged', 'entitlements'];
/** Without these it is the same image. */
const dispensable = ['cache_to', 'no_cache_filter', 'provenance', 'sbom'];

/** undefined: nothing is built. */
export function buildOf(scope: Scope, node: MapNode): WrittenBuild | undefined {
  const written = fieldOf(node, 'build');
  if (written === undefined) return undefined;
  const position = node.entries.get('build')?.keyPosition ?? written.position;
  scope.positions['build'] = position;
  const short = textOf(written);
  if (short !== undefined)
    return { ...plainBuild, ...contextOf(scope, written), position, needsBuildKit: [] };
  if (written.kind !== 'map') return undefined;
  return longBuild(scope, written, position);
}

const plainBuild = {
  dockerfile: 'Dockerfile',
  args: {},
  labels: {},
  extraHosts: [],
  cacheFrom: [],
  tags: [],
  ulimits: {},
  pull: false,
  noCache: false,
} as const;

function longBuild(scope: Scope, node: MapNode, position: Position): WrittenBuild {
  const get = (key: string): Node | undefined => fieldOf(node, key);
  const inline = textOf(get('dockerfile_inline'));
  if (inline !== undefined && get('dockerfile') !== undefined) {
    const at = keyPosition(node, 'dockerfile_inline');
    reject(scope, at, 'ConflictingKeys', 'dockerfile_inline beside dockerfile; expected one of the two');
  }
  for (const key of dispensable) {
    if (get(key) === undefined) continue;
    const message = `build.${key} has no effect: it needs BuildKit, and the engine's own builder is used`;
    warn(scope, keyPosition(node, key), 'Unsupported', message);
  }
  return {
    ...contextOf(scope, get('context')),
    contextPosition: get('context')?.position ?? position,
    position,
    dockerfile: wordOf(get('dockerfile')) ?? 'Dockerfile',
    args: argsOf(scope, get('args')),
    labels: textMapOf(scope, get('labels')) ?? {},
    extraHosts: extraHostsOf(scope, get('extra_hosts')) ?? [],
    cacheFrom: textsOf(get('cache_from')) ?? [],
    tags: textsOf(get('tags')) ?? [],
    ulimits: ulimitsOf({ ...scope, positions: {} }, get('ulimits')) ?? {},
    pull: flagOf(scope, get('pull')) ?? false,
    noCache: flagOf(scope, get('no_cache')) ?? false,
    ...present({
      dockerfileInline: inline,
      target: wordOf(get('target')),
      network: wordOf(get('network')),
      shmSizeBytes: sizeOf(scope, get('shm_size')),
      platform: platformOf(scope, node),
      isolation: isolationOf(scope, get('isolation')),
    }),
    needsBuildKit: needed.flatMap((field) =>
      get(field) === undefined || flagOf(quiet(scope), get(field)) === false
        ? []
        : [{ field, position: keyPosition(node, field) }],
    ),
  };
}

/** Looks at what may be a flag or not, without complaining. */
function quiet(scope: Scope): Scope {
  return { ...scope, diagnostics: [] };
}

function keyPosition(node: MapNode, key: string): Position {
  return node.entries.get(key)?.keyPosition ?? node.position;
}

/** As Docker tells them: the engine fetches these itself. */
const remote = /^([a-z]+:\/\/|git@|github\.com\/)/;

export function isRemoteContext(context: string): boolean {
  return remote.test(context);
}

function contextOf(
  scope: Scope,
  node: Node | undefined,
): Pick<WrittenBuild, 'context' | 'remote' | 'contextPosition'> {
  const written = wordOf(node) ?? '.';
  const position = node?.position ?? { file: scope.display, line: 1, column: 1 };
  if (isRemoteContext(written)) return { context: written, remote: true, contextPosition: position };
  const home = /^~(?=\/|$)/.test(written) ? (scope.lookup('HOME') ?? '~') : undefined;
  const path = home === undefined ? written : home + written.slice(1);
  return { context: resolve(scope.baseDir, path), remote: false, contextPosition: position };
}

/** An argument without a value takes the shell's; where the shell has none it is not given. */
function argsOf(scope: Scope, node: Node | undefined): Record<string, string> {
  return Object.fromEntries(
    pairsOf(scope, node).flatMap((pair) => {
      const value = pair.value === undefined ? scope.lookup(pair.key) : pairText(pair);
      return value === undefined ? [] : [[pair.key, value] as const];
    }),
  );
}

function platformOf(scope: Scope, node: MapNode): string | undefined {
  const platforms = textsOf(fieldOf(node, 'platforms')) ?? [];
  const [first] = platforms;
  if (platforms.length > 1) {
    const message = `build.platforms: the engine's own builder makes one image; it is made for ${first}`;
    warn(scope, keyPosition(node, 'platforms'), 'Unsupported', message);
  }
  return first;
}

function isolationOf(scope: Scope, node: Node | undefined): string | undefined {
  const isolation = wordOf(node);
  if (node === undefined || isolation === undefined || isolation === 'default') return isolation;
  return warn(scope, node, 'Unsupported', `build.isolation ${isolation} has no effect on Linux`);
}
