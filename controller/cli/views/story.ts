// What happened to one resource, event by event, with what caused each.

import type { FieldChange } from '../../../reconcilers/plan.ts';
import type { EventRow } from '../../reports/status.ts';
import { clock, flowing } from '../format.ts';
import type { Screen } from '../screen.ts';

/** A line for each event, below it the manifest's line and the fields that were its cause. */
export function storyLines(events: readonly EventRow[], screen: Screen): readonly string[] {
  const rows = flowing(
    events.map((event, i) => [
      `  ${clock(Date.parse(event.at), screen.now)}`,
      event.reason,
      `${event.message}${repeats(event, screen.now)}${who(event, events[i - 1])}`,
    ]),
    screen.width,
  );
  return events.flatMap((event, i) => {
    const line = rows[i] ?? '';
    return [event.type === 'Warning' ? screen.paint.waiting(line) : line, ...details(event)];
  });
}

/** Said once for what one and the same did in a row. */
function who({ by }: EventRow, before: EventRow | undefined): string {
  return by === 'reeve' || by === before?.by ? '' : ` [${by}]`;
}

function repeats({ count, firstAt }: EventRow, now: number): string {
  return count > 1 ? ` (${count} times since ${clock(Date.parse(firstAt), now)})` : '';
}

/** The line of the manifest and the fields that were the cause. */
function details(event: EventRow): string[] {
  const position = event.detail?.['position'];
  return [
    ...(typeof position === 'string' ? [`      because of ${position}`] : []),
    ...fieldChanges(event).map(({ field, old, new: now }) => `      ${field}: ${old} → ${now}`),
  ];
}

/** The fields that were an event's cause. */
export function fieldChanges({ detail }: EventRow): readonly FieldChange[] {
  const fields = detail?.['fields'];
  return Array.isArray(fields) ? fields.filter(isChange) : [];
}

function isChange(value: unknown): value is FieldChange {
  return value !== null && typeof value === 'object' && 'field' in value && 'old' in value && 'new' in value;
}
