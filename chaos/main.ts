// `npm run chaos -- --minutes 30 --seed N`: the example platform under random faults, with the laws watched all the time
// and convergence asked at the end; then, as a control, a few of the faults with healing switched off, which must stay.
// `--suspended` runs all of it with healing switched off, which must fail. Exits 1 on a breach.

import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { until } from '../test/support/until.ts';
import { type ControlResult, runControl } from './control.ts';
import { faults } from './faults.ts';
import { declaredOf, mustBeConverged, targetsOf } from './judge.ts';
import { repeatedly } from './repeatedly.ts';
import { type FaultCount, formatReport } from './report.ts';
import { type FaultKind, faultKinds, makeSchedule } from './schedule.ts';
import { platform, setStage } from './stage.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Math.floor(Date.now() / 1_000) % 100_000) },
    suspended: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0) || !Number.isInteger(seed)) {
  process.stderr.write(
    'usage: npm run chaos -- [--minutes M] [--seed N] [--suspended]; M above 0, N a whole number\n',
  );
  process.exit(64);
}

const convergeMs = 60_000;
/** Who comes back after a fault is looked for this often. */
const lookEveryMs = 1_000;
/** Whoever gets ready is seen so before a procedure goes on, which waits for two seconds more. */
const askEveryMs = 400;

const startedAt = Date.now();
const say = (line: string): void => {
  process.stderr.write(`${((Date.now() - startedAt) / 1_000).toFixed(1).padStart(7)} s  ${line}\n`);
};

const stage = await setStage(say);
/** Each kind has its line in the report, one that never came too. */
const counts = new Map<FaultKind, FaultCount>(faultKinds.map((kind) => [kind, { hit: 0, missed: 0 }]));
let converged: number | undefined;
let unconverged = '';
let control: ControlResult | undefined;
try {
  if (values.suspended) await stage.reeve('suspend', '-p', platform, '--reason', 'chaos without healing');
  await stage.world.look();
  const { world, groups, asker } = stage;
  const watches = [
    repeatedly(lookEveryMs, () => world.look()),
    repeatedly(askEveryMs, () => groups.ask((refs) => asker.ask(refs))),
  ];
  const declared = await declaredOf(stage);
  let told: ReadonlySet<string> = new Set();
  watches.push(
    repeatedly(lookEveryMs, async () => {
      const found = breachesSoFar();
      for (const breach of found) if (!told.has(breach)) say(`BREACH ${breach}`);
      told = new Set(found);
    }),
  );
  await play(targetsOf(declared));
  say('the last fault is over; converging');
  const lastFaultAt = Date.now();
  try {
    await until(() => mustBeConverged(stage, declared), convergeMs, 'all is as declared');
    converged = Date.now() - lastFaultAt;
  } catch (error) {
    unconverged = error instanceof Error ? error.message : String(error);
  }
  if (converged !== undefined && !values.suspended) {
    say('healing is switched off: the same faults must stay');
    control = await runControl(stage, declared, convergeMs);
  }
  for (const watch of watches) await watch.stop();
  if (breachesSoFar().length > 0 || converged === undefined || (control?.wrong ?? []).length > 0) {
    const { stdout } = await stage.reeve('events', '-p', platform, '--limit', '1000');
    process.stderr.write(`what reeve has told:\n${stdout}`);
  }
} finally {
  const breaches = [...breachesSoFar(), ...(control?.wrong ?? [])];
  const report = {
    seed,
    minutes,
    counts,
    acts: stage.recorder.counts,
    looks: stage.world.looks,
    unanswered: stage.world.unanswered,
    mostStarts: stage.recorder.mostStartsSeen,
    groups: stage.groups.seen,
    apiHits: stage.proxy.hits(),
    cpuShare: stage.cpuMs() / (Date.now() - startedAt),
    ...(converged === undefined ? { unconverged } : { convergedMs: converged }),
    ...(control === undefined ? {} : { control: control.seen }),
    breaches,
  };
  process.stdout.write(`${formatReport(report)}\n`);
  const missed = [...counts.values()].some((count) => count.hit === 0);
  process.exitCode = breaches.length > 0 || converged === undefined || missed ? 1 : 0;
  await stage.close();
}
process.exit();

function breachesSoFar(): readonly string[] {
  const { recorder, world, groups } = stage;
  return [...recorder.breaches, ...world.breaches, ...groups.breaches];
}

async function play(targets: readonly string[]): Promise<void> {
  for (const fault of makeSchedule({ seed, durationMs: minutes * 60_000, targets })) {
    await pause(fault.after);
    const count = counts.get(fault.kind);
    if (count === undefined) throw new Error(`no such kind of fault: ${fault.kind}`);
    try {
      await faults[fault.kind](stage, fault);
      count.hit++;
      say(`${fault.kind} ${fault.target}`);
    } catch (error) {
      count.missed++;
      say(
        `${fault.kind} ${fault.target}: missed (${error instanceof Error ? error.message.trim() : String(error)})`,
      );
    }
  }
}
