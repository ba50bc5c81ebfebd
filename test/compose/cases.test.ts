// Every case of the corpus: reeve makes of it what a real Compose made of it, or refuses it as Compose did, at its place.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unsupportedShape } from '../../desired-state/container/unsupported.ts';
import type { Diagnostic } from '../../desired-state/diagnostic.ts';
import { load } from '../../desired-state/load.ts';
import { type CaseFile, layOut, readCases } from './case.ts';
import { rules } from './rules.ts';

const cases = readCases();

test('the corpus is there, and every case has an answer', () => {
  expect(cases.length).toBeGreaterThan(150);
  expect(cases.filter((c) => c.answer === undefined).map((c) => c.id)).toEqual([]);
});

test('every rule has two cases at least, and no case names another', () => {
  const named = cases.flatMap((c) => c.written.about);
  const poor = Object.keys(rules).filter((rule) => named.filter((name) => name === rule).length < 2);
  expect({ poor, unknown: named.filter((name) => !Object.hasOwn(rules, name)) }).toEqual({
    poor: [],
    unknown: [],
  });
});

test.each(cases.map((c) => [c.id, c] as const))('%s', async (_id, file) => {
  const { config, errors, lines, warns } = await resolved(file);
  const { at, differs } = file.written;
  if (differs !== undefined) {
    expect(file.answer).toEqual({ refused: expect.stringContaining(differs.composeRefuses) });
    expect(lines).toEqual([]);
    expect(config).toEqual(differs.reeveMakes);
  } else if (file.answer !== undefined && 'config' in file.answer) {
    expect(lines).toEqual([]);
    expect(config).toEqual(file.answer.config);
  } else {
    expect(config).toBeUndefined();
    expect(errors.length).toBeGreaterThan(0);
  }
  if (at !== undefined) expect(errors).toEqual(at);
  expect(warns).toEqual(file.written.warns);
});

test('every attribute that reeve takes and does not act on has a case that shows the warning', () => {
  const warned = cases.flatMap((c) => c.written.warns).map((line) => line.split(' ')[1]);
  expect(Object.keys(unsupportedShape).filter((key) => !warned.includes(key))).toEqual([]);
});

/** What reeve makes of a case: in Compose's canonical shape, or the places of its mistakes. */
async function resolved({ written }: CaseFile) {
  const { file, cwd, projectDirectory, name } = written;
  const laid = layOut(written);
  try {
    const result = await load({
      paths: file,
      cwd: join(laid.folder, cwd),
      env: laid.env,
      ...(projectDirectory === undefined ? {} : { projectDirectory }),
      ...(name === undefined ? {} : { platform: name }),
      digest: () => 'digest',
    });
    const found: readonly Diagnostic[] = result.ok ? result.loaded.revision.warnings : result.diagnostics;
    const wrong = found.filter((d) => d.severity === 'error');
    const cannot = found.filter((d) => d.severity === 'warning' && d.code === 'Unsupported');
    const text = result.compose === undefined ? undefined : laid.scrub(JSON.stringify(result.compose));
    return {
      config: text === undefined ? undefined : JSON.parse(text.replaceAll('$', '$$$$')),
      errors: wrong.map((d) => laid.scrub(`${d.file}:${d.line}:${d.column}`)),
      warns: cannot.map((d) => laid.scrub(`${d.file}:${d.line}:${d.column}: ${d.message}`)),
      // Told only where Compose takes the project: what reeve finds beyond is no refusal of it.
      lines:
        result.compose === undefined
          ? wrong.map((d) => laid.scrub(`${d.file}:${d.line}:${d.column}: ${d.message}`))
          : [],
    };
  } finally {
    laid.remove();
  }
}
