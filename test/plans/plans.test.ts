// Golden plans: the text of a plan is dry run, CLI and audit record at once, so a change of it is a change people see.

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatPlan } from '../../reconcilers/format-plan.ts';
import { noon, planOf } from '../support/make.ts';
import { cases } from './cases.ts';

describe('a plan reads', () => {
  test.each(Object.keys(cases))('%s', async (name) => {
    const input = cases[name]?.();
    if (input === undefined) throw new Error(`no case ${name}`);
    const text = formatPlan(planOf(input), { now: noon });
    await expect(text).toMatchFileSnapshot(join(import.meta.dirname, name, 'plan.txt'));
  });

  test('the same in colour, once the colours are taken away', () => {
    const made = planOf(cases['a-bad-night']?.() ?? (() => expect.fail())());
    const coloured = formatPlan(made, { color: true, now: noon });
    expect(coloured).toContain('\u001b[');
    const plain = coloured.split('\u001b[').map((part, i) => (i === 0 ? part : part.replace(/^\d+m/, '')));
    expect(plain.join('')).toBe(formatPlan(made, { now: noon }));
  });
});
