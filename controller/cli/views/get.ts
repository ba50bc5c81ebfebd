// The table of `get`, in kubectl's manner.

import type { ResourceRow } from '../../reports/resources.ts';
import { age, columns } from '../format.ts';
import type { Paint } from '../paint.ts';
import type { Screen } from '../screen.ts';

export interface Listed {
  readonly platform: string;
  readonly seen: string;
  readonly resources: readonly ResourceRow[];
}

export function getView({ platform, seen, resources }: Listed, { width, paint, now }: Screen): string {
  if (resources.length === 0) return `${platform} has no such resources`;
  const rows = resources.map((row) => [
    row.name,
    row.kind,
    row.tier ?? '-',
    colour(row, paint)(row.ready ? 'yes' : 'no'),
    row.held ? `${row.reason} (held)` : row.reason,
    row.since === undefined ? '-' : age(now - Date.parse(row.since)),
    row.container ?? '-',
  ]);
  const table = columns([['NAME', 'KIND', 'TIER', 'READY', 'REASON', 'AGE', 'CONTAINER'], ...rows], width);
  if (seen !== 'remembered') return table.join('\n');
  return [...table, paint.waiting('as it was when last seen: the engine was not looked at')].join('\n');
}

function colour(row: ResourceRow, paint: Paint): (text: string) => string {
  if (row.state === 'degraded') return paint.bad;
  return row.ready ? paint.good : paint.waiting;
}
