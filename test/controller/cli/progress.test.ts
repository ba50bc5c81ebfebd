// An apply as it is followed: the state after each message, the screen of a moment, the lines of a log.

import { expect, test } from 'vitest';
import { makePaint } from '../../../controller/cli/paint.ts';
import {
  followProgress,
  type ProgressState,
  startProgress,
  waveProgress,
} from '../../../controller/cli/progress.ts';
import { progressLine, progressView } from '../../../controller/cli/views/progress.ts';
import type { Progress } from '../../../controller/control.ts';
import type { Step } from '../../../reconcilers/plan.ts';
import { emptyPlan } from '../http/memory-control.ts';

const screen = (width: number) => ({
  width,
  piped: false,
  color: false,
  paint: makePaint(false),
  now: 12_300,
  address: '',
});

const start = (name: string, wave: number): Step => ({
  id: `Service/${name}:startContainer`,
  ref: `Service/${name}`,
  cause: { reason: 'Created', message: 'declared and not there' },
  after: [],
  needs: [],
  wave,
  interrupts: false,
  op: 'startContainer',
  args: { files: [] },
});
const steps = [start('postgres', 1), start('redis', 1), start('web', 2), start('api', 2)];

const step = (of: Step, state: 'started' | 'done' | 'failed', message?: string): Progress => ({
  type: 'step',
  id: of.id,
  ref: of.ref,
  op: of.op,
  wave: of.wave,
  state,
  ...(message === undefined ? {} : { message }),
  ...(state === 'started' ? {} : { ms: 200 }),
});

const [postgres, redis, web, api] = steps as [Step, Step, Step, Step];
const story: readonly Progress[] = [
  { type: 'plan', plan: { ...emptyPlan, steps }, planId: 'p1' },
  step(postgres, 'started'),
  step(redis, 'started'),
  step(postgres, 'done'),
  step(redis, 'done'),
  step(web, 'started'),
  step(api, 'started'),
  { type: 'note', ref: 'Service/web', message: 'pulling web:1, 40 %' },
  step(api, 'failed', 'port 8080 is taken by container old-api'),
  {
    type: 'status',
    ready: 2,
    total: 4,
    statuses: [
      {
        ref: 'Service/postgres',
        conditions: [{ type: 'Ready', status: true, reason: 'Healthy', message: '' }],
      },
      ...(['web', 'worker', 'api'] as const).map((name) => ({
        ref: `Service/${name}` as const,
        conditions: [
          { type: 'Ready' as const, status: false, reason: 'Starting', message: 'not healthy yet' },
          ...(name === 'api'
            ? [{ type: 'Degraded' as const, status: true, reason: 'PortTaken', message: 'by old-api' }]
            : []),
        ],
      })),
    ],
  },
];

function after(messages: readonly Progress[]): ProgressState {
  return messages.reduce((state, message, i) => followProgress(state, message, i * 1000), startProgress(0));
}

test.each([80, 120])('the screen of a moment at %i columns', async (width) => {
  const text = progressView(after(story), screen(width));
  await expect(`${text}\n`).toMatchFileSnapshot(`golden/progress-${width}.txt`);
});

test('once no step runs, it says what is waited for, equal reasons in one line', async () => {
  const text = progressView(after([...story, step(web, 'done')]), screen(80));
  await expect(`${text}\n`).toMatchFileSnapshot('golden/progress-waiting-80.txt');
});

test('the lines of a log', () => {
  let state = startProgress(0);
  const lines = story.flatMap((message) => {
    const line = progressLine(message, state);
    state = followProgress(state, message, 0);
    return line ?? [];
  });
  expect(lines).toEqual([
    'wave 1  Service/postgres started (200ms)',
    'wave 1  Service/redis started (200ms)',
    'Service/web: pulling web:1, 40 %',
    'wave 2  Service/api starting failed: port 8080 is taken by container old-api',
    '2 of 4 ready\nService/api is degraded (PortTaken): by old-api',
  ]);
});

test('what is tried again and succeeds counts where it was planned, and has not failed', () => {
  const state = after([...story, step(web, 'done'), step(api, 'done')]);
  expect(waveProgress(state)).toEqual([
    { wave: 1, total: 2, done: 2, failed: 0 },
    { wave: 2, total: 2, done: 2, failed: 0 },
  ]);
  expect(state.failed).toEqual([]);
});

test('a step that was not planned, as a start after a crash, is counted apart', () => {
  const again = { ...step(start('crash', 1), 'done'), id: 'Service/crash:restartContainer' };
  const before = after(story);
  expect(progressLine(again, before)).toBe('then    Service/crash started (200ms)');
  const twice = followProgress(before, step(web, 'done'), 0);
  expect(progressLine(step(web, 'done'), twice)).toBe('then    Service/web started (200ms)');
  const state = followProgress(before, again, 0);
  expect(waveProgress(state)).toEqual(waveProgress(before));
  expect(progressView(state, screen(80))).toContain('1 further step');
});

test('never taller than a small screen, whatever the platform', () => {
  const many = Array.from({ length: 300 }, (_, i) => start(`s${i}`, (i % 4) + 1));
  const state = after([
    { type: 'plan', plan: { ...emptyPlan, steps: many }, planId: 'p1' },
    ...many.map((s) => step(s, 'started')),
    ...many.slice(0, 100).map((s) => step(s, 'failed', 'no')),
  ]);
  expect(progressView(state, screen(80)).split('\n').length).toBeLessThanOrEqual(22);
});
