// Events as lines: one a row, oldest first, so that the newest stands above the prompt.

import type { EventRow } from '../../reports/status.ts';
import { clock, dateTime, flowing } from '../format.ts';
import type { Screen } from '../screen.ts';
import { fieldChanges } from './story.ts';

export function eventsView({ events }: { readonly events: readonly EventRow[] }, screen: Screen): string {
  if (events.length === 0) return 'no events';
  return flowing(
    events.map((event) => cells(event, screen)),
    screen.width,
  )
    .map((line, i) => tint(line, events[i], screen))
    .join('\n');
}

/** One event by itself, for following: columns are as wide as usual content, for the next one is not known yet. */
export function eventLine(event: EventRow, screen: Screen): string {
  const widths = [screen.piped ? 19 : 8, 7, 28, 18];
  const padded = cells(event, screen).map((cell, i) => cell.padEnd(widths[i] ?? 0));
  return tint(flowing([padded], screen.width).join('\n'), event, screen);
}

function cells(event: EventRow, screen: Screen): string[] {
  const time = (when: string) =>
    screen.piped ? dateTime(Date.parse(when)) : clock(Date.parse(when), screen.now);
  const times = event.count > 1 ? ` (${event.count} times since ${time(event.firstAt)})` : '';
  const who = event.by === 'reeve' ? '' : ` [${event.by}]`;
  return [
    time(event.at),
    event.type,
    event.regarding,
    event.reason,
    `${event.message}${changes(event)}${times}${who}`,
  ];
}

/** Nobody declared these. */
const byHand = new Set(['Drifted', 'NetworkLost']);

/** What was, and what it is made to. */
function changes(event: EventRow): string {
  const words = fieldChanges(event).map(({ field, old, new: now }) => `${field}: ${old} → ${now}`);
  if (words.length === 0) return '';
  return ` (${byHand.has(event.reason) ? 'by hand: ' : ''}${words.join(', ')})`;
}

function tint(line: string, event: EventRow | undefined, { paint }: Screen): string {
  return event?.type === 'Warning' ? paint.waiting(line) : line;
}
