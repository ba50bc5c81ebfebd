// Rows: 10,000 containers, on a stand-in for an engine that could hold them: a pass with nothing to do, what the containers
// take of memory, and a storm of 1,000 events a second.

import { readFileSync } from 'node:fs';
import { until } from '../test/support/until.ts';
import { heldKb } from './garbage.ts';
import { type ManyEngine, type StormAnswer, startManyEngine } from './many-engine.ts';
import { median, spread, timed } from './measure.ts';
import { openReconciler } from './reconciler.ts';
import type { Row } from './table.ts';

const few = 2_500;
const many = 10_000;
const passes = 9;
/** What is held differs by a tenth from one time to the next: engines of both sizes in turns. */
const rounds = 3;
const passBoundMs = 1_000;
/** Memory for each container at `many` against `few`: 1 is linear. */
const linearBound = 1.1;
const storm = { perSecond: 1_000, seconds: 30 };
/** A pass under way when the container ended, and the one that sees it, each within its bound. */
const waitBoundMs = 2 * passBoundMs;

export async function manyRows(): Promise<readonly Row[]> {
  // The first time is not counted: what it leaves behind once, whatever the number, would count for the smaller alone.
  await withEngine(few, (engine) => passesOf(engine, few));
  const small: Passes[] = [];
  const large: Passes[] = [];
  for (let i = 0; i < rounds; i++) {
    small.push(await withEngine(few, (engine) => passesOf(engine, few)));
    large.push(await withEngine(many, (engine) => passesOf(engine, many)));
  }
  const storm = await withEngine(many, stormRow);
  return [passRow(large), memoryRow(small, large), storm];
}

async function withEngine<T>(containers: number, work: (engine: ManyEngine) => Promise<T>): Promise<T> {
  const engine = await startManyEngine(containers);
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

interface Passes {
  readonly first: number;
  readonly ms: readonly number[];
  readonly lists: readonly number[];
  readonly kbEach: number;
}

/** In this process: passes and bare list calls in turns, and what reeve holds between passes. */
async function passesOf({ engine, platform }: ManyEngine, containers: number): Promise<Passes> {
  const before = heldKb();
  const { idlePass, close } = await openReconciler(platform);
  try {
    const first = await timed(idlePass);
    const ms: number[] = [];
    const lists: number[] = [];
    for (let i = 0; i < passes; i++) {
      ms.push(await timed(idlePass));
      lists.push(await timed(() => engine.json('GET', '/containers/json?all=1')));
    }
    return { first, ms, lists, kbEach: (heldKb() - before) / containers };
  } finally {
    await close();
  }
}

function passRow(all: readonly Passes[]): Row {
  const ms = all.flatMap((p) => p.ms);
  const lists = all.flatMap((p) => p.lists);
  return {
    name: `${many} containers, a full pass with nothing to do`,
    measured: spread(ms),
    reference: `${spread(lists)}, one list call of the stand-in`,
    figure: median(ms),
    bound: passBoundMs,
    unit: 'ms',
    notes: [`the first pass, on an empty store ${spread(all.map((p) => p.first))}`],
    where: [`${(median(ms) - median(lists)).toFixed(0)} ms beside the list call and its parsing`],
  };
}

function memoryRow(small: readonly Passes[], large: readonly Passes[]): Row {
  const [ofFew, ofMany] = [median(small.map((p) => p.kbEach)), median(large.map((p) => p.kbEach))];
  return {
    name: `${many} containers, memory is linear`,
    measured: `${ofMany.toFixed(2)} kB each, held between passes`,
    reference: `${ofFew.toFixed(2)} kB each at ${few}`,
    figure: ofMany / ofFew,
    bound: linearBound,
    unit: '×',
    notes: [`medians of ${rounds} times each`],
    where: [],
  };
}

/**
 * A controller of its own process keeps them; every event is of one of its containers and makes what it knows of it old.
 * Absorbed: what really ends meanwhile is started in time, to the last, and no event is left unread.
 */
async function stormRow({ platform, engine, storm: raise }: ManyEngine): Promise<Row> {
  const controller = await platform.run();
  try {
    await untilKept(engine);
    const before = controller.cpuMs();
    const report = await raise(storm);
    const cpu = controller.cpuMs() - before;
    return {
      name: `${many} containers, ${storm.perSecond} events/s for ${storm.seconds} s`,
      measured: `${spread(report.waits)} from a container's end to its start`,
      reference: `${report.sent} events, ${report.waits.length} ends`,
      figure: isAbsorbed(report) ? Math.max(...report.waits) : Number.NaN,
      bound: waitBoundMs,
      unit: 'ms',
      notes: [
        `${((100 * cpu) / report.ms).toFixed(0)} % of a core, ${peakMb(controller.pid).toFixed(0)} MB at most; ${report.lists} lists and ${report.inspects} inspects meanwhile`,
      ],
      where: [
        `${report.forgotten} never started, ${report.unread} bytes of events unread, ${report.streams} streams open`,
        `the ends in their order: ${report.waits.map((ms) => ms.toFixed(0)).join(', ')} ms`,
      ],
    };
  } finally {
    await controller.stop();
  }
}

/** A stand-in that could not send so many proves nothing. */
function isAbsorbed({ sent, waits, forgotten, unread, streams }: StormAnswer): boolean {
  const wished = storm.perSecond * storm.seconds;
  return sent >= wished * 0.95 && waits.length > 0 && forgotten === 0 && unread === 0 && streams === 1;
}

/** Its stream is open and its first passes are made: it asks for nothing any more. */
async function untilKept(engine: ManyEngine['engine']): Promise<void> {
  const asked = () => engine.json<{ lists: number; inspects: number }>('GET', '/bench/counts');
  let last = await asked();
  let quietSince = performance.now();
  await until(
    async () => {
      const now = await asked();
      if (now.lists !== last.lists || now.inspects !== last.inspects) quietSince = performance.now();
      last = now;
      return now.lists > 0 && performance.now() - quietSince > 3_000;
    },
    120_000,
    'the controller has looked at everything',
  );
}

function peakMb(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
}
