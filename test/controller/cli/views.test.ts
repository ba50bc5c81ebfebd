// Screens are functions of data: each is kept as a file at two widths, and what is piped carries no colours.

import { describe, expect, test } from 'vitest';
import { makePaint } from '../../../controller/cli/paint.ts';
import type { Screen } from '../../../controller/cli/screen.ts';
import { describeView } from '../../../controller/cli/views/describe.ts';
import { downView } from '../../../controller/cli/views/down.ts';
import { eventsView } from '../../../controller/cli/views/events.ts';
import { explainView } from '../../../controller/cli/views/explain.ts';
import { getView } from '../../../controller/cli/views/get.ts';
import { graphDot, graphView } from '../../../controller/cli/views/graph.ts';
import { historyView } from '../../../controller/cli/views/history.ts';
import { downOutcomeView, outcomeView } from '../../../controller/cli/views/outcome.ts';
import { planView } from '../../../controller/cli/views/plan.ts';
import { statusView } from '../../../controller/cli/views/status.ts';
import type { ApplyOutcome } from '../../../controller/control.ts';
import { describeReport } from '../../../controller/reports/describe.ts';
import { explainReport } from '../../../controller/reports/explain.ts';
import { graphReport } from '../../../controller/reports/graph.ts';
import { historyReport } from '../../../controller/reports/history.ts';
import { pickRows, resourceRows } from '../../../controller/reports/resources.ts';
import { eventRow, statusReport } from '../../../controller/reports/status.ts';
import type { Plan, Step } from '../../../reconcilers/plan.ts';
import { emptyPlan } from '../http/memory-control.ts';
import { events, now, resources, revision, snapshot } from './sample.ts';

// Times are shown in the reader's zone.
process.env['TZ'] = 'UTC';

function screen(width: number, color = false): Screen {
  return { width, piped: false, color, paint: makePaint(color), now, address: ' -p demo' };
}

const warnings = events.filter((event) => event.type === 'Warning');
const live = {
  container: {
    id: 'c0ffee00112233445566778899',
    name: 'demo-scraper',
    image: 'agent:1',
    imageId: `sha256:${'ab'.repeat(32)}`,
    labels: {},
    state: 'exited' as const,
    createdAt: now - 3_600_000,
    exitCode: 1,
    ports: [],
    networks: { demo_backend: { networkId: 'n1', ipAddress: '172.20.0.7' } },
    volumes: [],
  },
};

const step = (op: 'removeContainer' | 'removeVolume', name: string): Step => {
  const base = {
    id: `${name}:${op}`,
    ref: `Service/${name}` as const,
    cause: { reason: 'Down', message: 'taken down' },
    after: [],
    needs: [],
    wave: 1,
    interrupts: true,
  };
  return op === 'removeVolume'
    ? { ...base, op, args: { name } }
    : { ...base, op, args: { containerId: 'c1', name, volumes: false } };
};
const downPlan: Plan = {
  ...emptyPlan,
  steps: [
    step('removeContainer', 'demo-web'),
    step('removeContainer', 'demo-db'),
    step('removeVolume', 'demo_data'),
  ],
};

const failed: ApplyOutcome = {
  ok: false,
  revision: 'r1',
  stepsDone: 12,
  ready: 9,
  total: 10,
  ms: 73_400,
  failures: [
    {
      ref: 'Agent/scraper',
      reason: 'CrashLoopBackOff',
      message: 'exited with status 1 five times in 10m',
      logLines: ['connecting to (secret)@postgres', 'Error: connection refused'],
      next: 'reeve explain Agent/scraper -p demo',
    },
  ],
};

const record = {
  id: revision.id,
  inForceAt: now - 3_600_000,
  by: 'root@box (apply)',
  sources: revision.sources,
  revision,
  images: {},
};
const planRecord = {
  id: 'p1',
  at: now - 3_600_000,
  endedAt: now - 3_590_000,
  by: 'root@box (apply)',
  revision: revision.id,
  plan: emptyPlan,
  steps: [
    { id: 's1', ref: 'Agent/a' as const, op: 'createContainer', outcome: 'done' as const },
    {
      id: 's2',
      ref: 'Agent/scraper' as const,
      op: 'startContainer',
      outcome: 'failed' as const,
      message: 'port 18080 is taken',
    },
  ],
};

const { controller: _controller, ...unkept } = snapshot;
const failedOver = {
  ...snapshot,
  facts: {
    ...snapshot.facts,
    failovers: {
      'Agent/scraper': {
        at: now - 40_000,
        by: 'recovery-1f9c22',
        phase: 'serving' as const,
        to: 'Agent/a' as const,
        alias: 'scraper',
        network: 'backend',
      },
    },
  },
};
const views: readonly (readonly [string, (screen: Screen) => string])[] = [
  ['status', (s) => statusView(statusReport(snapshot, warnings), s)],
  ['status-failed-over', (s) => statusView(statusReport(failedOver, warnings), s)],
  ['explain-standby', (s) => explainView(explainReport(failedOver, 'Agent/a', []), s)],
  [
    'status-unkept',
    (s) =>
      statusView(
        statusReport(
          {
            ...unkept,
            seen: 'remembered',
            facts: { ...snapshot.facts, suspended: { at: now - 60_000, by: 'reeve', reason: 'StoreLost' } },
            trouble: {
              message: 'the engine does not answer on unix:///var/run/docker.sock',
              diagnostics: [],
            },
          },
          [],
        ),
        s,
      ),
  ],
  ['get', (s) => getView({ platform: 'demo', seen: 'controller', resources: resourceRows(snapshot) }, s)],
  ['describe', (s) => describeView(describeReport(snapshot, 'Agent/scraper', live, events), s)],
  ['describe-volume', (s) => describeView(describeReport(snapshot, 'Volume/data', {}, []), s)],
  ['events', (s) => eventsView({ events: events.map(eventRow) }, s)],
  ['explain', (s) => explainView(explainReport(snapshot, 'Agent/scraper', events), s)],
  ['explain-waiting', (s) => explainView(explainReport(snapshot, 'Agent/c', []), s)],
  ['history', (s) => historyView(historyReport('demo', [record], [planRecord]), s)],
  ['graph', (s) => graphView(graphReport('demo', resources), s)],
  ['graph-around', (s) => graphView(graphReport('demo', resources, 'Service/ollama'), s)],
  ['down', (s) => downView({ plan: downPlan, volumes: true }, s)],
  ['down-outcome', (s) => downOutcomeView({ ...failed, ok: true, failures: [] }, s)],
  ['outcome-failed', (s) => outcomeView(failed, s)],
  ['outcome-ok', (s) => outcomeView({ ...failed, ok: true, ready: 10, failures: [] }, s)],
];

describe.each([80, 120])('at %i columns', (width) => {
  test.each(views)('%s', async (name, view) => {
    const text = view(screen(width));
    await expect(`${text}\n`).toMatchFileSnapshot(`golden/${name}-${width}.txt`);
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(width);
  });
});

test.each(views)('%s has no colours when piped, and is the same text with them', (_name, view) => {
  const plain = view(screen(100));
  expect(plain).not.toContain('\u001b');
  expect(stripped(view(screen(100, true)))).toBe(plain);
});

test('a graph for Graphviz names each edge', () => {
  const dot = graphDot(graphReport('demo', resources));
  expect(dot).toContain('"Agent/a" -> "Model/tinyllama";');
  expect(dot).toContain('"Model/tinyllama" -> "Service/ollama";');
});

test('a plan is broken to the width of the terminal, and whole when piped', () => {
  const message = `${'word '.repeat(30)}end`;
  const plan: Plan = {
    ...emptyPlan,
    steps: [{ ...step('removeContainer', 'demo-web'), cause: { reason: 'NotDeclared', message } }],
  };
  const shown = { plan, changedVariables: ['TAG'] };
  for (const line of planView(shown, screen(80)).split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expect(planView(shown, screen(10_000))).toContain(message);
  expect(planView(shown, screen(10_000))).toContain('another value than last time: TAG');
});

describe('get picks', () => {
  const rows = resourceRows(snapshot);
  test.each([
    [['agents'], 5],
    [['svc'], 2],
    [['Agent/a', 'postgres'], 2],
    [['agent/a', 'models'], 2],
    [[], 10],
  ])('%j', (words, count) => {
    expect(pickRows(rows, words)).toHaveLength(count);
  });
});

function stripped(text: string): string {
  return text
    .split('\u001b')
    .map((part, i) => (i === 0 ? part : part.replace(/^\[\d+m/, '')))
    .join('');
}

test('where down removes nothing it says what stays, and why', () => {
  const warnings = [{ ref: 'Service/db' as const, reason: 'Protected', message: 'it is protected' }];
  const text = downView({ plan: { ...downPlan, steps: [], warnings }, volumes: true }, screen(80));
  expect(text).toBe(`there is nothing of ${downPlan.platform} to remove\nService/db: it is protected`);
});

test('without a controller, status names who is at work on the platform', () => {
  const acting = { command: 'ann@box (apply)', pid: 4711, since: now - 12_000 };
  const text = statusView(statusReport({ ...unkept, seen: 'observed', acting }, []), screen(120));
  expect(text).toContain('no controller runs: ann@box (apply) is at work on it (pid 4711, for 12s)');
});

describe('a job that is done, whose volume was made anew since', () => {
  const [postgres] = resources.filter((r) => r.kind === 'Service' && r.name === 'postgres');
  if (postgres?.kind !== 'Service') throw new Error('no postgres in the sample');
  const job = { ...postgres, name: 'migrate', lifecycle: 'job' as const };
  const outdated = {
    ...snapshot,
    revision: { ...revision, resources: [...resources, job] },
    facts: {
      ...snapshot.facts,
      completed: { 'Service/migrate': { specHash: 'x', at: now - 60_000, containerId: 'c' } },
      volumesSeen: { demo_data: { at: now, createdAt: now } },
    },
  } as const;

  test('status says what runs it once more', () => {
    const view = statusView(statusReport(outdated, []), screen(120));
    expect(view).toContain('Service/migrate was done before volume data was made anew');
    expect(view).toContain('reeve rerun Service/migrate');
  });

  test('explain gives the command, though it is ready', () => {
    const [next] = explainReport(outdated, 'Service/migrate', []).next;
    expect(next).toMatchObject({ command: 'reeve rerun Service/migrate' });
  });
});
