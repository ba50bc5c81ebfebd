import { describe, expect, it } from 'vitest';
import { execute, Gate, runnableSteps, type StepReport } from '../../../controller/loop/executor.ts';
import type { Ref } from '../../../desired-state/resource.ts';
import type { Step } from '../../../reconcilers/plan.ts';

function step(id: string, ref: Ref, after: readonly string[] = [], needs: Step['needs'] = []): Step {
  return {
    id,
    ref,
    op: 'startContainer',
    args: { containerId: id, files: [] },
    cause: { reason: 'Created', message: 'declared' },
    after,
    needs,
    wave: 1,
    interrupts: false,
  };
}

async function run(
  steps: readonly Step[],
  perform: (s: Step) => Promise<void>,
  limit = 8,
  draining = new AbortController().signal,
  withdrawn = new AbortController().signal,
  before: (step: Step, earlier: Promise<unknown>) => Promise<boolean> = async () => true,
  stored: (report: StepReport) => Promise<void> = async () => undefined,
): Promise<readonly StepReport[]> {
  const reports: StepReport[] = [];
  const gate = new Gate(limit);
  await execute(
    steps,
    {
      before,
      perform: async (s) => {
        await perform(s);
        return { changed: true };
      },
      after: (r) => {
        reports.push(r);
        return stored(r);
      },
      gate: () => gate,
      now: () => 0,
      draining,
      withdrawn,
    },
    new AbortController().signal,
    () => undefined,
  );
  return reports;
}

describe('which steps can go now', () => {
  it('a step whose need does not hold waits, and what comes after it too', () => {
    const a = step('a', 'Service/a', [], [{ ref: 'Service/db', condition: 'ready' }]);
    const b = step('b', 'Service/a', ['a']);
    const c = step('c', 'Service/c');
    expect(runnableSteps([a, b, c], new Set(), () => false).map((s) => s.id)).toEqual(['c']);
    expect(runnableSteps([a, b, c], new Set(), () => true).map((s) => s.id)).toEqual(['a', 'b', 'c']);
  });

  it('a resource with steps in flight gets none, and who comes after it waits', () => {
    const network = step('n', 'Network/x');
    const user = step('u', 'Service/u', ['n']);
    expect(runnableSteps([network, user], new Set<Ref>(['Network/x']), () => true)).toEqual([]);
  });
});

describe('running steps', () => {
  it('does not do one whose reason could not be stored, nor what comes after it, and reports neither', async () => {
    const done: string[] = [];
    const steps = [step('a', 'Service/a'), step('a2', 'Service/a', ['a']), step('b', 'Service/b')];
    const never = new AbortController().signal;
    const perform = async (s: Step) => void done.push(s.id);
    const reports = await run(steps, perform, 8, never, never, async ({ id }) => id === 'b');
    expect([done, reports.map((r) => r.step.id)]).toEqual([['b'], ['b']]);
  });

  it('asks for the begin of the next while an end is being stored, and frees a resource when its last is', async () => {
    const steps = [step('a1', 'Service/a'), step('a2', 'Service/a', ['a1'])];
    const never = new AbortController().signal;
    const told: string[] = [];
    let keep = (): void => undefined;
    const keeping = new Promise<void>((resolve) => {
      keep = resolve;
    });
    const before = async ({ id }: Step, earlier: Promise<unknown>): Promise<boolean> => {
      told.push(`${id} asked`);
      if (id === 'a2') setTimeout(keep, 5);
      await earlier;
      return true;
    };
    const perform = async ({ id }: Step) => void told.push(`${id} done`);
    await run(steps, perform, 1, never, never, before, async ({ step: { id } }) => {
      if (id === 'a1') await keeping;
      told.push(`${id} stored`);
    });
    expect(told).toEqual(['a1 asked', 'a1 done', 'a2 asked', 'a1 stored', 'a2 done', 'a2 stored']);
  });

  it('fails where an outcome cannot be stored, and what comes after it does not begin', async () => {
    const steps = [step('a1', 'Service/a'), step('a2', 'Service/a', ['a1']), step('b1', 'Service/b')];
    const never = new AbortController().signal;
    const done: string[] = [];
    const perform = async ({ id }: Step) => void done.push(id);
    const before = (_: Step, earlier: Promise<unknown>) =>
      earlier.then(
        () => true,
        () => false,
      );
    const stored = async ({ step: { id } }: StepReport): Promise<void> => {
      if (id === 'a1') throw new Error('the disk is full');
    };
    await expect(run(steps, perform, 8, never, never, before, stored)).rejects.toThrow('the disk is full');
    expect(done).toEqual(['a1', 'b1']);
  });

  it('finishes, when the process is about to end, the step that runs, and begins no other', async () => {
    const ending = new AbortController();
    const steps = [step('a1', 'Service/a'), step('b1', 'Service/b'), step('a2', 'Service/a', ['a1'])];
    const reports = await run(steps, async () => ending.abort(), 1, ending.signal);
    expect(reports.map((r) => r.step.id)).toEqual(['a1']);
  });

  it('brings back, when the process is about to end, what it has interrupted', async () => {
    const ending = new AbortController();
    const stop = { ...step('a1', 'Service/a'), interrupts: true };
    const steps = [stop, step('b1', 'Service/b'), step('a2', 'Service/a', ['a1'])];
    const reports = await run(steps, async () => ending.abort(), 1, ending.signal);
    expect(reports.map((r) => r.step.id)).toEqual(['a1', 'a2']);
  });

  it('begins nothing more once it is withdrawn, not even what brings back what was interrupted', async () => {
    const down = new AbortController();
    const stop = { ...step('a1', 'Service/a'), interrupts: true };
    const steps = [stop, step('b1', 'Service/b'), step('a2', 'Service/a', ['a1'])];
    const reports = await run(steps, async () => down.abort(), 1, undefined, down.signal);
    expect(reports.map((r) => r.step.id)).toEqual(['a1']);
  });

  it('goes on with what has begun before it begins another', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const made = names.map((n) => step(`${n}1`, `Service/${n}`));
    const started = names.map((n) => step(`${n}2`, `Service/${n}`, [`${n}1`]));
    const reports = await run([...made, ...started], async () => undefined, 1);
    // Its slot goes to the next before a resource's own next step is there to take it: one more is begun, not all.
    expect(reports.map((r) => r.step.id)).toEqual(['a1', 'b1', 'a2', 'b2', 'c1', 'd1', 'c2', 'd2']);
  });

  it('runs one resource in order and others side by side', async () => {
    const order: string[] = [];
    let inFlight = 0;
    let most = 0;
    await run(
      [step('a1', 'Service/a'), step('a2', 'Service/a'), step('b1', 'Service/b'), step('c1', 'Service/c')],
      async (s) => {
        inFlight++;
        most = Math.max(most, inFlight);
        await new Promise((r) => setTimeout(r, 5));
        order.push(s.id);
        inFlight--;
      },
    );
    expect(order.indexOf('a1')).toBeLessThan(order.indexOf('a2'));
    expect(most).toBe(3);
  });

  it('never has more in flight than the gate lets through', async () => {
    let inFlight = 0;
    let most = 0;
    const steps = Array.from({ length: 30 }, (_, i) => step(`s${i}`, `Service/s${i}`));
    await run(
      steps,
      async () => {
        inFlight++;
        most = Math.max(most, inFlight);
        await new Promise((r) => setImmediate(r));
        inFlight--;
      },
      4,
    );
    expect(most).toBe(4);
  });

  it('a failed step fails what comes after it and nothing else', async () => {
    const reports = await run(
      [step('a', 'Service/a'), step('b', 'Service/b', ['a']), step('c', 'Service/c')],
      async (s) => {
        if (s.id === 'a') throw new Error('no');
      },
    );
    expect(reports.map((r) => [r.step.id, r.error?.message])).toEqual(
      expect.arrayContaining([
        ['a', 'no'],
        ['c', undefined],
      ]),
    );
    expect(reports.some((r) => r.step.id === 'b')).toBe(false);
  });
});
