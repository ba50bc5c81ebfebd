// `kill -9` of the controller at any act of a start-first update: it ends as one of the two containers, never both. The
// names are never without one that answers; only what was in flight while the old one had no network may be lost.

import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { listProcedures } from '../../controller/procedures/read.ts';
import { ensureEngine } from '../support/engine.ts';
import { type CallGuard, type CallRecord, startEngineProxy } from '../support/engine-proxy.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor } from '../support/kept.ts';
import type { TestPlatform } from '../support/platform.ts';
import { client, runs, startClient, untilRuns, web } from '../support/start-first.ts';
import { patienceMs, until } from '../support/until.ts';
import { isTorture, tell, timeoutFor } from './scale.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

async function hasEnded(p: TestPlatform, version: string): Promise<true> {
  await runs(p, version);
  const [rollout] = (await p.fromStore((store) => listProcedures(store))).filter((r) => r.kind === 'rollout');
  if (rollout?.state !== 'done') throw new Error(`the rollout is ${rollout?.state}`);
  return true;
}

/** Acts on the engine, in their order; those before `isCut` and after leave the old one without its network. */
const acts = [
  'create',
  'start',
  'disconnect',
  'connect',
  'update',
  'disconnect',
  'rename',
  'connect',
  'stop',
  'remove',
  'rename',
] as const;
const act =
  /^(POST|DELETE) \/(containers\/(create|[^/?]+(\/(start|stop|rename|update))?(\?|$))|networks\/[^/]+\/(dis)?connect)/;

interface Point {
  /** From 1. */
  readonly nth: number;
  /** Before the engine sees it, or when it has done it. */
  readonly side: 'before' | 'after';
}

const all = acts.flatMap((_, i): Point[] => [
  { nth: i + 1, side: 'before' },
  { nth: i + 1, side: 'after' },
]);
const some: readonly Point[] = [
  { nth: 2, side: 'after' },
  { nth: 4, side: 'before' },
  { nth: 6, side: 'after' },
  { nth: 7, side: 'after' },
  { nth: 11, side: 'before' },
];
const points = isTorture ? all : some;
const clients = 4;

/** The old one is on no network then, and until the next controller sees that. */
const isCut = ({ nth, side }: Point): boolean =>
  (nth === 6 && side === 'after') || nth === 7 || (nth === 8 && side === 'before');

test(
  'a start-first update, killed −9 at any act, ends as one of the two, and the names always have somebody',
  async (t) => {
    let [isAlive, killAt]: [boolean, ((call: CallRecord, side: Point['side']) => Promise<void>) | undefined] =
      [true, undefined];
    const guard: CallGuard = {
      mayPass: async (call) => {
        await killAt?.(call, 'before');
        return isAlive;
      },
      mayAnswer: async (call) => {
        await killAt?.(call, 'after');
        return isAlive;
      },
    };
    const { socket } = await ensureEngine();
    const own = join('/tmp', `start-first-${process.pid}-${Date.now()}.sock`);
    const proxy = await startEngineProxy({ target: socket, socket: own, guard });
    t.onTestFinished(() => proxy.close());
    const p = await platformFor(t, { through: own });
    let controller = await keep(p, [web('v0'), client]);
    const end = await startClient(p);
    for (const [i, point] of points.entries()) {
      const version = `v${i + 1}`;
      const seen = { before: 0, after: 0 };
      let killed: string | undefined;
      killAt = async ({ method, path }, side) => {
        if (killed !== undefined || !act.test(`${method} ${path}`)) return;
        if (++seen[side] < point.nth || side !== point.side) return;
        killed = `${side} ${method} ${path.replace(/[0-9a-f]{64}/g, ':')}`;
        isAlive = false;
        await controller.kill9();
      };
      await p.declare([web(version), client]);
      await until(() => killed !== undefined || hasEnded(p, version), 2 * patienceMs, `${version} comes in`);
      killAt = undefined;
      tell(`start-first: killed ${killed}`);
      expect(killed, `there is an act ${point.nth}`).toContain(
        acts[point.nth - 1]?.replace('remove', 'DELETE'),
      );
      isAlive = true;
      controller = await p.run();
      await untilRuns(p, version);
      expect((await p.containers()).length).toBe(2);
    }
    const { failures } = await end();
    expect(failures.filter((f) => !f.includes('no answer within'))).toEqual([]);
    expect(failures.length).toBeLessThanOrEqual(clients * points.filter(isCut).length);
    await until(() => hasEnded(p, `v${points.length}`), patienceMs, 'the last rollout has ended');
  },
  timeoutFor(points.length, 60_000),
);
