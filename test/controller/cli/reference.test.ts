// What the reference pages promise about JSON is what the reports hold, and the pages are what the commands say.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { entries } from '../../../controller/cli/entries.ts';
import { describeReport } from '../../../controller/reports/describe.ts';
import { explainReport } from '../../../controller/reports/explain.ts';
import { graphReport } from '../../../controller/reports/graph.ts';
import { historyReport } from '../../../controller/reports/history.ts';
import { policyReport } from '../../../controller/reports/policy.ts';
import { resourceRows } from '../../../controller/reports/resources.ts';
import { eventRow, statusReport } from '../../../controller/reports/status.ts';
import { jsonFields } from '../../../scripts/lib/json-fields.ts';
import { events, resources, revision, snapshot } from './sample.ts';

const [event] = events;
const reports: Readonly<Record<string, readonly object[]>> = {
  status: [statusReport(snapshot, events)],
  describe: [describeReport(snapshot, 'Agent/scraper', {}, events)],
  explain: [explainReport(snapshot, 'Agent/scraper', events)],
  history: [historyReport('demo', [], [])],
  graph: [graphReport('demo', resources)],
  policy: [policyReport(revision, { cpus: 2, memoryBytes: 2 ** 32 })],
};

test.each(Object.entries(reports))('every field of %s is described', (command, [report]) => {
  expect(Object.keys(jsonFields[command] ?? {})).toEqual(expect.arrayContaining(Object.keys(report ?? {})));
});

test('every field of a resource and of an event is described', () => {
  const rows = resourceRows(snapshot).flatMap((row) => Object.keys(row));
  for (const field of rows) expect(jsonFields['get']).toHaveProperty([`resources[].${field}`]);
  for (const field of Object.keys(event === undefined ? {} : eventRow(event))) {
    expect(jsonFields['events']).toHaveProperty([`events[].${field}`]);
  }
});

test('only commands are described', () => {
  const names = entries.map(({ name }) => name);
  for (const command of Object.keys(jsonFields)) expect(names).toContain(command);
});

test('the generated pages in docs are what would be generated now', () => {
  const script = join(import.meta.dirname, '../../../scripts/docs.ts');
  expect(() => execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' })).not.toThrow();
});
