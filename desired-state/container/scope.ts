// What the parts of the normalisation share: where mistakes go, and where each field of the container stood.

import type { Diagnostic, Position } from '../diagnostic.ts';
import { childOf, type MapNode, type Node } from '../tree.ts';

export interface ContainerContext {
  /** Folder that relative paths are taken from, absolute. */
  readonly baseDir: string;
  /** The file as diagnostics name it. */
  readonly display: string;
  /** What is being read, for messages: `Service web`. */
  readonly what: string;
  readonly digest: (value: string | Uint8Array) => string;
  /** A variable of the shell or of `.env`; every call counts as a read of it. */
  readonly lookup: (name: string) => string | undefined;
  /** Mistakes are added here, never thrown. */
  readonly diagnostics: Diagnostic[];
  /** What a plain list of `depends_on` waits for: `started` in Compose files (the default), `ready` in manifests. */
  readonly shortDependency?: 'ready' | 'started';
  /** In manifests: what Compose takes and no container can use is a mistake too. */
  readonly strict?: boolean;
}

export interface Scope extends ContainerContext {
  /** By field of ContainerSpec, without unit: `image`, `environment.KEY`, `resources.memory`, `stopGracePeriod`. */
  readonly positions: Record<string, Position>;
  /** Files read on the way (env_file, label_file, seccomp profiles), absolute. */
  readonly files: Set<string>;
}

/** A field of the node; `key:` with nothing after it counts as absent. */
export function fieldOf(node: Node, key: string): Node | undefined {
  const child = childOf(node, key);
  return child?.kind === 'scalar' && child.value === null ? undefined : child;
}

/** As `fieldOf`, and remembers where the field of ContainerSpec named `as` came from. */
export function take(scope: Scope, node: MapNode, key: string, as: string): Node | undefined {
  const child = fieldOf(node, key);
  if (child !== undefined) scope.positions[as] = child.position;
  return child;
}

export function reject(
  scope: Scope,
  at: Node | Position,
  code: string,
  message: string,
  hint?: string,
): undefined {
  report(scope, 'error', at, code, message, hint);
}

export function warn(
  scope: Scope,
  at: Node | Position,
  code: string,
  message: string,
  hint?: string,
): undefined {
  report(scope, 'warning', at, code, message, hint);
}

function report(
  scope: Scope,
  severity: Diagnostic['severity'],
  at: Node | Position,
  code: string,
  message: string,
  hint?: string,
): void {
  const { file, line, column } = 'position' in at ? at.position : at;
  // An anchor used by seventy services is one mistake, not seventy.
  const known = scope.diagnostics.some(
    (d) => d.line === line && d.column === column && d.message === message && d.file === file,
  );
  if (known) return;
  scope.diagnostics.push({
    file,
    line,
    column,
    severity,
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
  });
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The object without what is undefined: absent means absent, so that equal specs serialise alike. */
export function present<T extends object>(value: T): Present<T> {
  const kept: Present<T> = { ...value } as Present<T>;
  for (const key of Object.keys(kept) as (keyof T)[]) if (kept[key] === undefined) delete kept[key];
  return kept;
}
