// What all parts of the resolver share: names that are given, and the places where mistakes and read files go.

import type { Diagnostic, Position } from '../diagnostic.ts';
import type { Decrypted } from '../load-types.ts';
import type { Hidden } from '../manifest/document.ts';
import type { Policy } from '../revision.ts';
import type { Variables } from '../variables.ts';
import { didYouMean } from '../yaml/suggest.ts';

/** A rule of `images.rewrite`. */
export interface Rewrite {
  readonly from: string;
  readonly to: string;
  readonly position: Position;
}

export interface ResolveContext {
  readonly platform: string;
  readonly policy: Policy;
  /** `images.rewrite`, the most particular first. */
  readonly rewrites: readonly Rewrite[];
  readonly variables: Variables;
  readonly digest: (value: string | Uint8Array) => string;
  readonly display: (path: string) => string;
  /** When the load came to a file: of two clashing resources the later one is at fault. */
  readonly rankOf: (file: string) => number;
  readonly diagnostics: Diagnostic[];
  /** Every file whose content matters, absolute. */
  readonly files: Set<string>;
  /** Where a file that is read from a commit's copy lives; others live where they are. */
  readonly atHome: (path: string) => string;
  /** What encrypted files hold. */
  readonly decrypted: Decrypted;
  /** Of watched files and folders, by path: each is read once a load. */
  readonly digests: Map<string, string>;
  /** Of documents that could not be read: a name that seems missing may be one of these. */
  readonly hidden: readonly Hidden[];
  /** false: something could not be read at all, so a name that seems missing may be in there. */
  readonly complete: boolean;
}

type Place = Pick<ResolveContext, 'diagnostics'>;

export function reportError(
  context: Place,
  position: Position,
  code: string,
  message: string,
  hint?: string,
): void {
  const { file, line, column } = position;
  const why = hint === undefined ? {} : { hint };
  context.diagnostics.push({ severity: 'error', code, file, line, column, message, ...why });
}

export function reportWarning(
  context: Place,
  position: Position,
  code: string,
  message: string,
  hint?: string,
): void {
  const { file, line, column } = position;
  const why = hint === undefined ? {} : { hint };
  context.diagnostics.push({ severity: 'warning', code, file, line, column, message, ...why });
}

/** false: it may be in what could not be read. */
export function isMissing(context: ResolveContext, what: string, name: string): boolean {
  const kinds = what.split(' or ');
  const isHidden = (hidden: Hidden): boolean =>
    (hidden.kind === undefined || kinds.includes(hidden.kind)) &&
    (hidden.name === undefined || hidden.name === name.replace(/^.*\//, ''));
  return context.complete && !context.hidden.some(isHidden);
}

/** `there is no Network "bakend"; did you mean "backend"?` */
export function reportMissing(
  context: ResolveContext,
  position: Position,
  what: string,
  name: string,
  candidates: Iterable<string>,
  otherwise?: string,
): void {
  if (!isMissing(context, what, name)) return;
  const { hint = otherwise } = didYouMean(name, candidates);
  reportError(context, position, 'UnknownReference', `there is no ${what} "${name}"`, hint);
}
