// Rows: a reconcile with nothing to do on 100 and 300 containers against one list call, in this process and on the real
// engine. Counts the HTTP calls that passes make: one list call each, no inspect.

import type { TestPlatform } from '../test/support/platform.ts';
import type { BareEngine } from './bare.ts';
import { median, spread, timed } from './measure.ts';
import { counting, keeping, openReconciler } from './reconciler.ts';
import type { Row } from './table.ts';

const pairs = 100;
const warmUp = 20;
const bound = 1.3;

/** While nobody keeps the platform, whose `containers` run. */
export async function reconcileRow(
  bare: BareEngine,
  platform: TestPlatform,
  containers: number,
): Promise<Row> {
  const { reconciler, target, idlePass, close } = await openReconciler(platform);
  const list = async (): Promise<unknown> =>
    JSON.parse((await bare.call('GET', '/containers/json?all=1')).toString());
  try {
    for (let i = 0; i < warmUp; i++) {
      await idlePass();
      await list();
    }
    const ours: number[] = [];
    const lists: number[] = [];
    const calls = new Map<string, number>();
    const lookOnly: number[] = [];
    for (let i = 0; i < pairs; i++) {
      ours.push(await counting(calls, () => timed(idlePass)));
      lists.push(await timed(list));
      lookOnly.push(await timed(() => reconciler.look(target, keeping)));
    }
    const said = [...calls].map(([call, count]) => `${count / pairs} × ${call}`);
    const oneList = calls.size === 1 && calls.get('GET /containers/json') === pairs;
    return {
      name: `nothing to do inside the loop, ${containers}`,
      measured: spread(ours),
      reference: `${spread(lists)}, one list call`,
      // More calls than one list a pass breaks the bound whatever the time is.
      figure: oneList ? median(ours) / median(lists) : Number.NaN,
      bound,
      unit: '×',
      notes: [`calls a pass: ${said.join(', ')}`],
      where: [`observe and plan ${spread(lookOnly)}; ${said.join(', ')}`],
    };
  } finally {
    await close();
  }
}
