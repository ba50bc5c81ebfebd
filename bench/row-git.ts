// Row: what a commit waits for once it is fetched, as the controller's log has both: until the first act that it asks for
// is sent to the engine (a limit that changes in place).

import type { TestContext } from 'vitest';
import { keptFromGit } from '../test/support/kept-from-git.ts';
import { MiB, web } from '../test/support/misdeeds.ts';
import { patienceMs, until } from '../test/support/until.ts';
import { median, spread } from './measure.ts';
import type { Row } from './table.ts';

const commits = 11;
const boundMs = 300;

export async function gitRow(): Promise<Row> {
  const closers: (() => unknown)[] = [];
  const frame = {
    onTestFinished: (close: () => unknown) => void closers.push(close),
    task: {},
  } as unknown as Pick<TestContext, 'onTestFinished' | 'task'>;
  try {
    const times = await fromFetchToAct(frame);
    return {
      name: 'a commit fetched → its first act',
      measured: spread(times),
      reference: '',
      figure: median(times),
      bound: boundMs,
      unit: 'ms',
      notes: [`${times.length} commits, one after the other, each a limit of one service`],
      where: [],
    };
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function fromFetchToAct(
  frame: Pick<TestContext, 'onTestFinished' | 'task'>,
): Promise<readonly number[]> {
  const { p, remote, controller, files } = await keptFromGit(frame);
  const took: number[] = [];
  for (let i = 0; i < commits; i++) {
    const memory = 32 + 8 * i;
    await remote.push(`raise memory to ${memory}`, files('1', [`mem_limit: ${memory}m`]));
    await p.untilContainer(web, 'has its limit', (c) => c.HostConfig.Memory === memory * MiB);
    const acted = await until(
      () => {
        const acts = controller.log().filter((line) => line['op'] === 'updateContainer');
        return acts.length > took.length && acts.at(-1);
      },
      patienceMs,
      'the act is in the log',
    );
    const fetched = controller.log().findLast((line) => line['commit'] !== undefined);
    // An act is logged when it has ended.
    took.push(timeOf(acted) - Number(acted['ms']) - timeOf(fetched));
  }
  return took;
}

const timeOf = (line: Readonly<Record<string, unknown>> | undefined): number =>
  Date.parse(String(line?.['time']));
