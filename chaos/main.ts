// `npm run chaos -- --minutes 30 --seed N`: the example platform under random faults, with the laws watched all the time
// and convergence asked at the end. `--suspended` runs it with healing switched off, which must fail. Exits 1 on a breach.

import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { until } from '../test/support/until.ts';
import { faults } from './faults.ts';
import { type FaultCount, formatReport } from './report.ts';
import { type FaultKind, faultKinds, makeSchedule } from './schedule.ts';
import { platform, type Stage, setStage } from './stage.ts';

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

const startedAt = Date.now();
const say = (line: string): void => {
  process.stderr.write(`${((Date.now() - startedAt) / 1_000).toFixed(1).padStart(7)} s  ${line}\n`);
};

const stage = await setStage(say);
/** Each kind has its line in the report, one that never came too. */
const counts = new Map<FaultKind, FaultCount>(faultKinds.map((kind) => [kind, { hit: 0, missed: 0 }]));
let converged: number | undefined;
let unconverged = '';
try {
  if (values.suspended) await stage.reeve('suspend', '-p', platform, '--reason', 'chaos without healing');
  await stage.world.look();
  const watching = stage.world.watch(lookEveryMs);
  const desired = await refsOf(stage);
  const targets = desired.filter((ref) => ref !== 'Service/migrate');
  await play(targets);
  say('the last fault is over; converging');
  const lastFaultAt = Date.now();
  try {
    await until(() => isConverged(stage, desired), convergeMs, 'all is as declared');
    converged = Date.now() - lastFaultAt;
  } catch (error) {
    unconverged = error instanceof Error ? error.message : String(error);
  }
  await watching.stop();
} finally {
  const breaches = [...stage.recorder.breaches, ...stage.world.breaches];
  const report = {
    seed,
    minutes,
    counts,
    acts: stage.recorder.counts,
    looks: stage.world.looks,
    mostStarts: stage.recorder.mostStartsSeen,
    apiHits: stage.proxy.hits(),
    cpuShare: stage.cpuMs() / (Date.now() - startedAt),
    ...(converged === undefined ? { unconverged } : { convergedMs: converged }),
    breaches,
  };
  process.stdout.write(`${formatReport(report)}\n`);
  const missed = [...counts.values()].some((count) => count.hit === 0);
  process.exitCode = breaches.length > 0 || converged === undefined || missed ? 1 : 0;
  await stage.close();
}
process.exit();

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

/** Every workload that the example declares, by its containers after the first apply. */
async function refsOf({ world }: Stage): Promise<readonly string[]> {
  const refs = (await world.containers()).map((c) => c.ref).filter((ref) => ref !== undefined);
  return [...new Set(refs)].sort();
}

/** One container a workload, running (a job has ended), none besides, and reeve says that all is ready. */
async function isConverged({ world, reeve }: Stage, desired: readonly string[]): Promise<boolean> {
  const ours = (await world.containers()).filter((c) => c.ref !== undefined);
  const wrong = ours.filter((c) => c.state !== 'running' && c.ref !== 'Service/migrate');
  if (wrong.length > 0) throw new Error(wrong.map((c) => `${c.name} is ${c.state}`).join(', '));
  const names = ours.map((c) => c.ref).sort();
  if (names.join() !== desired.join()) {
    const missing = desired.filter((ref) => !names.includes(ref));
    throw new Error(
      `${ours.length} containers for ${desired.length} workloads; missing: ${missing.join(', ') || 'none'}`,
    );
  }
  const { code, stdout, stderr } = await reeve('status', '-p', platform);
  if (code !== 0) throw new Error(`reeve status ends with ${code}: ${stdout.slice(-600)}${stderr}`);
  return true;
}
