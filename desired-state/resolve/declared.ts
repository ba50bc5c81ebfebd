// Everything that a load declares, by name, manifests and Compose files alike: the one form that the rest of the
// resolver works on. Duplicate names are found here; values are not looked at.

import { type Position, place } from '../diagnostic.ts';
import type { Lookup } from '../interpolate.ts';
import type { DocumentOf } from '../manifest/document.ts';
import type { MapNode } from '../tree.ts';
import { type ResolveContext, reportError } from './context.ts';

export interface Declaration {
  readonly name: string;
  readonly position: Position;
  readonly origin: string;
  /** From a Compose file: what is not used is not made, as Compose leaves it. */
  readonly compose: boolean;
}

/** A container to be: a Service, an Agent with its class laid under it, or a service of a Compose file. */
export interface WorkloadSource extends Declaration {
  readonly kind: 'Service' | 'Agent';
  readonly labels: Readonly<Record<string, string>>;
  /** Fields of the container and reeve's own; absent: they are wrong, which has been told. */
  readonly node?: MapNode;
  /** Of `node`, what it writes itself, without class and defaults. */
  readonly own?: MapNode;
  /** Something of it is wrong and was left out: what it lacks now is no mistake of its own. */
  readonly partial: boolean;
  readonly baseDir: string;
  readonly display: string;
  readonly lookup: Lookup;
  readonly agentClass?: string;
}

/** A network or volume with its options. */
export interface PartSource extends Declaration {
  readonly labels: Readonly<Record<string, string>>;
  /** Absent: its shape is wrong, which has been told. */
  readonly node?: MapNode;
}

/** A value that is not shown, or the content of a Compose config. */
export interface ValueSource extends Declaration {
  /** Kept by an engine in Swarm mode, which reeve does not use: a mistake once something asks for it. */
  readonly external?: boolean;
  /** Absent: external, or its shape is wrong, which has been told. */
  readonly value?: {
    readonly from: 'env' | 'file' | 'content';
    /** The variable, the path or the content. */
    readonly text: string;
    readonly position: Position;
  };
  readonly baseDir: string;
  readonly lookup: Lookup;
}

/** By name; filled by manifests, then by Compose files. */
export interface Declared {
  /** Services and Agents: they share one set of names, because names become containers and aliases. */
  readonly workloads: Map<string, WorkloadSource>;
  readonly classes: Map<string, DocumentOf<'AgentClass'>>;
  readonly models: Map<string, DocumentOf<'Model'>>;
  readonly limits: Map<string, DocumentOf<'ResourceLimits'>>;
  readonly networks: Map<string, PartSource>;
  readonly volumes: Map<string, PartSource>;
  readonly secrets: Map<string, ValueSource>;
  /** Compose files only. */
  readonly configs: Map<string, ValueSource>;
  /** What becomes no workload, or not by itself: looked at for its own mistakes. */
  readonly alone: WorkloadSource[];
}

export function nothingDeclared(): Declared {
  return {
    workloads: new Map(),
    classes: new Map(),
    models: new Map(),
    limits: new Map(),
    networks: new Map(),
    volumes: new Map(),
    secrets: new Map(),
    configs: new Map(),
    alone: [],
  };
}

/** Fields that every workload takes where it does not set them. */
export interface Defaults {
  readonly node: MapNode;
  readonly baseDir: string;
}

/** Adds by name; of two of one name the later is a mistake at its own place, and the earlier stays. */
export function declare<T extends { readonly name: string; readonly position: Position }>(
  context: Pick<ResolveContext, 'diagnostics' | 'rankOf'>,
  into: Map<string, T>,
  what: (item: T) => string,
  item: T,
): void {
  const known = into.get(item.name);
  if (known === undefined) {
    into.set(item.name, item);
    return;
  }
  const isEarlier = context.rankOf(item.position.file) < context.rankOf(known.position.file);
  const [first, later] = isEarlier ? [item, known] : [known, item];
  into.set(item.name, first);
  const message =
    what(first) === what(later)
      ? `duplicate ${what(later)} "${item.name}"; it is declared in ${place(first.position)} already`
      : `${what(later)} "${item.name}" has the name of the ${what(first)} in ${place(first.position)}; workloads share one set of names`;
  reportError(context, later.position, 'DuplicateName', message);
}
