// Events as lines: one a row, oldest first, so that the newest stands above the prompt.

import type { EventRow } from '../../reports/status.ts';
import { columns, dateTime } from '../format.ts';
import type { Screen } from '../screen.ts';

export function eventsView({ events }: { readonly events: readonly EventRow[] }, screen: Screen): string {
  if (events.length === 0) return 'no events';
  return columns(events.map(cells), screen.width)
    .map((line, i) => tint(line, events[i], screen))
    .join('\n');
}

/** One event by itself, for following: columns are as wide as usual content, for the next one is not known yet. */
export function eventLine(event: EventRow, screen: Screen): string {
  const widths = [19, 7, 28, 18];
  const parts = cells(event).map((cell, i) => cell.padEnd(widths[i] ?? 0));
  return tint(parts.join('  ').trimEnd(), event, screen);
}

function cells(event: EventRow): string[] {
  const times = event.count > 1 ? ` (${event.count} times since ${dateTime(Date.parse(event.firstAt))})` : '';
  const who = event.by === 'reeve' ? '' : ` [${event.by}]`;
  return [
    dateTime(Date.parse(event.at)),
    event.type,
    event.regarding,
    event.reason,
    `${event.message}${times}${who}`,
  ];
}

function tint(line: string, event: EventRow | undefined, { paint }: Screen): string {
  return event?.type === 'Warning' ? paint.waiting(line) : line;
}
