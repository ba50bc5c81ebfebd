// A quote or bracket that is never closed: where it opened. The parser notices it where it gave up, often at the end of
// the file; what it says of all that lies between is an echo.

import type { CST } from 'yaml';

export interface Unclosed {
  readonly offset: number;
  /** As it is written. */
  readonly opens: string;
}

/** The first that opens within a document, which begins and ends at these offsets. */
export type UnclosedFrom = (from: number, to: number) => Unclosed | undefined;

/** Looks only once it is asked; documents ask in their order. */
export function unclosedFinder(tokens: readonly CST.Token[]): UnclosedFrom {
  let all: readonly Unclosed[] | undefined;
  let next = 0;
  return (from, to) => {
    all ??= tokens.flatMap((token) => inToken(token));
    while ((all[next]?.offset ?? Number.POSITIVE_INFINITY) < from) next += 1;
    const found = all[next];
    return found !== undefined && found.offset <= to ? found : undefined;
  };
}

/** In the order in which they open; of several within each other the innermost. */
function inToken(token: CST.Token | null | undefined): Unclosed[] {
  switch (token?.type) {
    case 'document':
      return inToken(token.value);
    case 'block-map':
    case 'block-seq':
    case 'flow-collection': {
      const inside = token.items.flatMap((item) => [
        ...('key' in item ? inToken(item.key) : []),
        ...inToken(item.value),
      ]);
      return inside.length > 0 || token.type !== 'flow-collection' ? inside : inFlow(token);
    }
    case 'double-quoted-scalar':
    case 'single-quoted-scalar':
      return inQuotes(token);
    default:
      return [];
  }
}

function inFlow({ start, end }: CST.FlowCollection): Unclosed[] {
  if (end.some(({ type }) => type === 'flow-map-end' || type === 'flow-seq-end')) return [];
  return [{ offset: start.offset, opens: start.source }];
}

function inQuotes({ offset, source }: CST.FlowScalar): Unclosed[] {
  const quote = source.charAt(0);
  // The lexer goes on until it finds the end, or none.
  const isClosed = source.length > 1 && source.endsWith(quote) && !isEscaped(source, quote);
  return isClosed ? [] : [{ offset, opens: quote }];
}

function isEscaped(source: string, quote: string): boolean {
  const before = quote === '"' ? /\\*(?=.$)/s : /'*(?=.$)/s;
  const count = before.exec(source.slice(1))?.[0].length ?? 0;
  return count % 2 === 1;
}
