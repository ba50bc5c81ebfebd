// Recoveries on a real engine: what fails by itself is started again at once, and goes along with a procedure that keeps
// the evidence, says why, and calls a person where nothing helps.

import { beforeAll, describe, expect, test } from 'vitest';
import type { StoredEvent } from '../../controller/store/store.ts';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor } from '../support/kept.ts';
import { service, type TestPlatform } from '../support/platform.ts';
import { until } from '../support/until.ts';

const web = 'Service/web';
/** Waits and budgets that a test has the time for. */
const quick =
  'policy: {backoff: {initial: 100ms, max: 2s}, restartBudget: {restarts: 3, within: 1m}, recovery: {settle: 700ms, verify: 4s}}';

interface Shown {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly message: string;
  readonly endedAt?: string;
  readonly choices: readonly string[];
  readonly details: readonly { readonly name: string; readonly lines: readonly string[] }[];
  readonly log: readonly { readonly state: string }[];
}

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

/** Ends by itself after `script`, in lines of its own. */
const shell = (script: string, ...more: readonly string[]): string =>
  service('web', ['init: true', `command: [sh, -c, '${script}']`, ...more]);

async function recoveries(p: TestPlatform): Promise<readonly Shown[]> {
  const { stdout } = await p.reeve('procedures', '-o', 'json', '-f', p.manifests);
  const { procedures } = JSON.parse(stdout) as { procedures: readonly Shown[] };
  return procedures.filter((r) => r.kind === 'recovery');
}

async function show(p: TestPlatform, id: string): Promise<Shown> {
  const { stdout } = await p.reeve('procedures', 'show', id, '-o', 'json', '-f', p.manifests);
  return JSON.parse(stdout) as Shown;
}

/** The newest recovery, once it is in one of these states. */
async function untilState(p: TestPlatform, state: RegExp, ms = 20_000): Promise<Shown> {
  const row = await until(
    async () => {
      const found = await recoveries(p);
      if (found[0] === undefined || !state.test(found[0].state))
        throw new Error(JSON.stringify(found.map((r) => [r.state, r.message])));
      return found[0];
    },
    ms,
    `the recovery is ${state}`,
  );
  return show(p, row.id);
}

const linesOf = (shown: Shown, name: string): string =>
  (shown.details.find((d) => d.name === name)?.lines ?? []).join('\n');
const reasonsOf = (events: readonly StoredEvent[], ref: string): readonly string[] =>
  events.filter((e) => e.regarding === ref).map((e) => e.reason);

describe.concurrent('a workload that fails', () => {
  test('crashed once: started again, its last words kept, and no word of it once it stays well', async (t) => {
    const p = await platformFor(t);
    const once =
      'if test ! -e /was; then touch /was; sleep 1; echo the last words; exit 3; fi; exec sleep 9999';
    await keep(p, [shell(once)], { spec: quick });
    const done = await untilState(p, /^recovered$/);
    expect(linesOf(done, 'log')).toContain('the last words');
    expect(linesOf(done, 'failed')).toContain('exit status 3');
    expect(linesOf(done, 'verdict')).toContain('crash');
    expect(done.log.map((l) => l.state)).toEqual(
      expect.arrayContaining(['assessing', 'restarting', 'verifying', 'settling', 'recovered']),
    );
    const events = await p.events();
    expect(reasonsOf(events, web)).not.toContain('Recovered');
    expect(reasonsOf(events, web)).not.toContain('RecoveryEscalated');
    expect(await recoveries(p)).toHaveLength(1);
  });

  test('it crashes again and again: a person is told once, with the verdict and what to type; mended, it recovers', async (t) => {
    const p = await platformFor(t);
    const never = 'echo cannot find the thing; exit 4';
    await p.declare([shell(never)], quick);
    await p.run();
    const told = await p.untilEvent(web, 'RecoveryEscalated', /status 4/, 25_000);
    const [{ id } = { id: '' }] = await recoveries(p);
    expect(told.message).toContain(`reeve decide ${id} retry|hold|resolve`);
    const stuck = await untilState(p, /^escalated$/);
    expect(stuck.choices).toEqual(['retry', 'hold', 'resolve']);
    expect(linesOf(stuck, 'log')).toContain('cannot find the thing');
    expect((await recoveries(p)).map((r) => r.id)).toEqual([id]);
    expect((await p.events()).filter((e) => e.reason === 'RecoveryEscalated')).toHaveLength(1);
    await p.declare([shell('exec sleep 9999')], quick);
    await p.untilReady(web);
    expect((await untilState(p, /^recovered$/)).id).toBe(id);
    await p.untilEvent(web, 'Recovered', /failures/);
  });
});
