// What a store holds and whether it is whole, as text.

import type { StoreReport } from '../../reports/store.ts';
import { counted, dateTime, flowing } from '../format.ts';
import type { Screen } from '../screen.ts';

export function storeView(report: StoreReport, { width, paint }: Screen): string {
  const { rows, oldest, newest, problems } = report;
  const span =
    oldest === undefined || newest === undefined
      ? ''
      : `from ${dateTime(Date.parse(oldest))} to ${dateTime(Date.parse(newest))}`;
  const table = [
    ['events', `${rows['events']}`, span],
    ['revisions', `${rows['revisions']}`, ''],
    ['plans', `${rows['plans']}`, `of ${counted(rows['steps'] ?? 0, 'step')}`],
    ['procedures', `${rows['procedures']}`, `of ${counted(rows['transitions'] ?? 0, 'transition')}`],
    ['conditions', `${rows['conditions']}`, ''],
    ['facts', `${rows['facts']}`, ''],
  ];
  return [
    `the store of ${report.platform} is ${report.store}`,
    `its tables are those of ${report.schema}, the newest that this reeve knows`,
    ...flowing(table, width),
    '',
    ...(problems.length === 0
      ? ['read from end to end: nothing is wrong with it']
      : [paint.strong(counted(problems.length, 'problem')), ...problems.map((problem) => `  ${problem}`)]),
  ].join('\n');
}

/** `412 events, 3 revisions, 20 plans`. */
export function contentWords(rows: Readonly<Record<string, number>>): string {
  return ['event', 'revision', 'plan', 'procedure']
    .map((what) => counted(rows[`${what}s`] ?? 0, what))
    .join(', ');
}
