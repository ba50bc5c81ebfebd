// A complete recovery on the screen before it runs: what is started together, what is stopped and what is left, the host,
// and about how long it takes.

import type { RecoverPlan } from '../../procedures/recover-plan.ts';
import { age, counted, flowing, hanging } from '../format.ts';
import type { Screen } from '../screen.ts';

export function recoverView(plan: RecoverPlan, { width, paint }: Screen): string {
  const { batches, kept, held, adaptive, settleMs, expectedMs, untimed } = plan;
  const total = batches.reduce((sum, b) => sum + b.refs.length, 0);
  const rows = batches.map(({ tier, refs }, i) => [`  ${i + 1}`, tier, refs.join(', ')]);
  const settle = `${age(settleMs)} to settle after each standard one${adaptive ? ' that no probe speaks for' : ''}`;
  const time = `${age(expectedMs)}${untimed === 0 ? ', by what they took the last time' : ` and the time that ${untimed === total ? 'they' : untimed} take to be ready`}`;
  return [
    ...flowing([['BATCH', 'TIER', 'STARTED TOGETHER'], ...rows], width),
    '',
    ...[
      'first those of them that run are stopped, dependents before what they need; volumes stay',
      ...(kept.length === 0 ? [] : [`left running (ready, or a job that is done): ${kept.join(', ')}`]),
      ...(held.length === 0 ? [] : [`left as they are (held by a person): ${held.join(', ')}`]),
      ...roomLines(plan).map(paint.waiting),
      ...(plan.unseen
        ? [
            paint.waiting(
              'the engine does not answer: nothing is known to be ready, and it begins once it does',
            ),
          ]
        : []),
      `${paint.strong(counted(total, 'workload'))} in ${counted(batches.length, 'batch', 'batches')}, ${settle}: about ${time}`,
    ].map((line) => hanging(line, width)),
  ].join('\n');
}

/** Only what is amiss, or cannot be known. */
function roomLines({
  room: { disk, memoryAvailableBytes },
  diskPercent,
  memoryBytes,
  unseen,
}: RecoverPlan): string[] {
  const lines: string[] = [];
  if (disk === undefined && memoryAvailableBytes === undefined && !unseen)
    lines.push('the engine is on another machine: how much of its disk and memory is left is not known');
  if (disk !== undefined && disk.usedPercent > diskPercent) {
    lines.push(
      `${disk.path} is ${disk.usedPercent} % full, above ${diskPercent} %: images without a name and the build cache are freed (never volumes); if that is not enough it stops for a decision before anything is stopped`,
    );
  }
  if (memoryAvailableBytes !== undefined && memoryAvailableBytes < memoryBytes) {
    const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
    lines.push(
      `${mebibytes(memoryAvailableBytes)} of memory are available, less than ${mebibytes(memoryBytes)}: batches are so small that what they reserve fits`,
    );
  }
  return lines;
}
