// The dependency graph as an indented text, and as Graphviz's dot.

import type { Ref } from '../../../desired-state/resource.ts';
import type { GraphEdge, GraphReport } from '../../reports/graph.ts';
import { counted, hanging } from '../format.ts';
import type { Screen } from '../screen.ts';

/** Names of a group before the rest is only counted. */
const shownNames = 3;

/** From what nothing needs down to what needs nothing. Those that need the same stand in one line. */
export function graphView({ platform, nodes, edges }: GraphReport, { width, paint }: Screen): string {
  if (nodes.length === 0) return `${platform} declares nothing`;
  const needs = Map.groupBy(edges, (edge) => edge.from);
  const needed = new Set(edges.map((edge) => edge.to));
  const tops = nodes.map((node) => node.ref).filter((ref) => !needed.has(ref));
  const groups = Map.groupBy(tops, (ref) => needKey(ref, needs));
  const lines: string[] = [];
  const told = new Set<Ref>();
  for (const refs of groups.values()) {
    const [first] = refs;
    if (first === undefined) continue;
    lines.push(paint.strong(hanging(headOf(refs), width, 4)));
    lines.push(...below(first, needs, told, 1));
  }
  return [...lines, '', paint.quiet('what is indented is needed by what stands above it')].join('\n');
}

function headOf(refs: readonly Ref[]): string {
  if (refs.length <= shownNames) return refs.join(', ');
  return `${refs.slice(0, shownNames).join(', ')} and ${counted(refs.length - shownNames, 'more', 'more')} that need the same`;
}

function needKey(ref: Ref, needs: ReadonlyMap<Ref, readonly GraphEdge[]>): string {
  const list = needs.get(ref) ?? [];
  const kind = ref.slice(0, ref.indexOf('/'));
  return [kind, ...list.map((edge) => `${edge.to} ${edge.condition}`).sort()].join('\n');
}

function below(
  ref: Ref,
  needs: ReadonlyMap<Ref, readonly GraphEdge[]>,
  told: Set<Ref>,
  depth: number,
): readonly string[] {
  return (needs.get(ref) ?? []).flatMap(({ to, condition }) => {
    const how = condition === 'ready' ? '' : ` (${condition})`;
    const known = told.has(to) && (needs.get(to) ?? []).length > 0;
    told.add(to);
    const line = `${'  '.repeat(depth)}${to}${how}${known ? ' (see above)' : ''}`;
    return known ? [line] : [line, ...below(to, needs, told, depth + 1)];
  });
}

/** For `dot -Tsvg`. */
export function graphDot({ platform, nodes, edges }: GraphReport): string {
  const id = (text: string) => JSON.stringify(text);
  return [
    `digraph ${id(platform)} {`,
    '  rankdir=LR;',
    ...nodes.map(({ ref, tier }) => `  ${id(ref)}${tier === undefined ? '' : ` [tooltip=${id(tier)}]`};`),
    ...edges.map(({ from, to, condition }) =>
      condition === 'ready'
        ? `  ${id(from)} -> ${id(to)};`
        : `  ${id(from)} -> ${id(to)} [label=${id(condition)}];`,
    ),
    '}',
  ].join('\n');
}
