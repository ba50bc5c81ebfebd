// The small parts of the command line: names, times, columns, failures, the systemd unit, saved plans.

import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tellFailure } from '../../../controller/cli/failure.ts';
import { age, columns, cut, flowing, took, withTimes, wrap } from '../../../controller/cli/format.ts';
import { readSavedPlan, toSavedPlan, writeSavedPlan } from '../../../controller/cli/saved-plan.ts';
import { typed } from '../../../controller/cli/screen.ts';
import { unitText } from '../../../controller/cli/unit.ts';
import { EngineError, ReeveError } from '../../../controller/errors.ts';
import { nearest, resolveName, resolveNames } from '../../../controller/names.ts';
import { InvalidManifest } from '../../../desired-state/diagnostic.ts';
import { MemoryControl } from '../http/memory-control.ts';

test('times in sentences are shown as the reader has them, times in values are left alone', () => {
  const text =
    'next try at 2026-11-24T12:00:00Z; until\n  2026-11-24T13:00:00.500Z; START=2026-11-24T12:00:00Z';
  const shown = withTimes(text, (at) => new Date(at).toISOString().slice(11, 16));
  expect(shown).toBe('next try at 12:00; until\n  13:00; START=2026-11-24T12:00:00Z');
});

describe('a name', () => {
  const refs = ['Agent/web', 'Service/db', 'Service/web', 'Volume/db', 'Network/net'] as const;

  test.each([
    ['Agent/web', 'Agent/web'],
    ['agent/web', 'Agent/web'],
    ['agents/web', 'Agent/web'],
    ['SVC/web', 'Service/web'],
    ['net', 'Network/net'],
    // People mean the workload, not the volume it uses.
    ['db', 'Service/db'],
  ])('%s is %s', (name, ref) => {
    expect(resolveName(name, refs)).toBe(ref);
  });

  test('of two resources asks for the kind', () => {
    expect(() => resolveName('web', refs)).toThrow('"web" could be Agent/web or Service/web');
  });

  test.each([
    ['wbe', '"web"'],
    ['Agent/wb', '"Agent/web"'],
    ['entirely-else', 'reeve get'],
  ])('%s that nobody has suggests %s', (name, hint) => {
    expect(() => resolveName(name, refs)).toThrowError(
      expect.objectContaining({ status: 64, hint: expect.stringContaining(hint) }),
    );
  });

  test.each([
    ['web', ['Service/web', 'Service/web:2', 'Service/web:10']],
    ['Service/web', ['Service/web', 'Service/web:2', 'Service/web:10']],
    ['web:1', ['Service/web']],
    ['service/web:1', ['Service/web']],
    ['web:2', ['Service/web:2']],
  ])('of a service with replicas: %s is %s', (name, expected) => {
    const scaled = ['Service/web:10', 'Service/web:2', 'Service/web', 'Service/web-2'] as const;
    expect(resolveNames(name, scaled)).toEqual(expected);
  });

  test('far from all others suggests nothing', () => {
    expect(nearest('xyz', ['plan', 'apply'])).toBeUndefined();
  });
});

describe('times', () => {
  test.each([
    [0, '0s'],
    [119_000, '119s'],
    [245_000, '4m5s'],
    [3_600_000, '60m'],
    [11_520_000, '3h12m'],
    [450_000_000, '5d5h'],
  ])('%i ms old is %s', (ms, text) => {
    expect(age(ms)).toBe(text);
  });

  test.each([
    [820, '820ms'],
    [4_230, '4.2s'],
    [192_000, '3m12s'],
  ])('%i ms took %s', (ms, text) => {
    expect(took(ms)).toBe(text);
  });
});

describe('columns', () => {
  test('stand under each other; the last is cut to the width', () => {
    expect(
      columns(
        [
          ['a', 'bb', 'long text'],
          ['aaa', 'b', 'x'],
        ],
        12,
      ),
    ).toEqual(['a    bb  lo…', 'aaa  b   x']);
  });

  test('flow below themselves, or below the row where there is no room', () => {
    expect(flowing([['a', 'one two three four five six']], 27)).toEqual([
      'a  one two three four five\n   six',
    ]);
    expect(flowing([['a'.repeat(20), 'one two']], 30)).toEqual([`${'a'.repeat(20)}\n      one two`]);
  });

  test('cut and wrap keep to the width', () => {
    expect(cut('abcdef', 4)).toBe('abc…');
    expect(wrap('aa bb cc', 5, 2)).toBe('aa bb\n  cc');
  });
});

describe('a failure is told in a line, with what to do next and its status', () => {
  const mistake = {
    file: 'a.yaml',
    line: 2,
    column: 3,
    severity: 'error' as const,
    code: 'UnknownKey',
    message: 'unknown key "imge"',
  };
  test.each([
    ['of the user', new ReeveError('no', { status: 64, hint: 'do this' }), ['reeve: no', '  do this'], 64],
    ['of the engine', new EngineError('away', { code: 0, reason: 'EngineUnreachable' }), ['reeve: away'], 69],
    [
      'of manifests',
      new InvalidManifest([mistake]),
      ['a.yaml:2:3: unknown key "imge"', 'reeve: the manifests have 1 mistake'],
      65,
    ],
    [
      'of a kind nobody foresaw',
      new TypeError('x is not a function'),
      ['reeve: x is not a function', expect.any(String)],
      1,
    ],
    [
      'of rights',
      Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' }),
      ['reeve: EACCES: permission denied', expect.any(String)],
      77,
    ],
  ])('%s', (_what, error, lines, status) => {
    expect(tellFailure(error)).toEqual({ lines, status });
  });

  test('the stack is shown only where it is asked for', () => {
    const error = new ReeveError('no', { cause: new Error('deeper') });
    expect(tellFailure(error).lines.join('\n')).not.toContain('at ');
    expect(tellFailure(error, true).lines.join('\n')).toContain('caused by: Error: deeper');
  });
});

test('a suggested command leads to the same platform', () => {
  expect(typed('reeve get', { address: ' -p demo' })).toBe('reeve get -p demo');
  expect(typed('docker ps', { address: ' -p demo' })).toBe('docker ps');
});

describe('the systemd unit', () => {
  const unit = {
    platform: 'demo',
    executable: '/opt/reeve/bin/reeve',
    sources: ['/srv/my platform/a.yaml', '/srv/100%.yaml', '/srv/$HOME.yaml'],
    environmentFile: '/etc/reeve/demo.env',
    asRoot: true,
    environment: { DOCKER_HOST: 'tcp://h:2376' },
  };

  test("for root's manager", async () => {
    await expect(unitText(unit)).toMatchFileSnapshot('golden/unit-root.txt');
  });

  test('for a user, without what only root can do', () => {
    const text = unitText({ ...unit, asRoot: false });
    expect(text).toContain('WantedBy=default.target');
    expect(text).not.toContain('ProtectSystem');
  });

  test('with the lease of several controllers on one store', () => {
    const text = unitText({ ...unit, store: 'postgres://reeve@db/reeve', leaseMs: 5_000 });
    expect(text).toContain(' --store postgres://reeve@db/reeve --lease 5000ms\n');
  });
});

describe('a saved plan', () => {
  test('is its owner’s, and comes back as it was', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'reeve-plan-'));
    try {
      const path = join(folder, 'change.plan');
      const options = { names: ['Agent/x' as const], allowDelete: false, updateImages: true };
      const saved = toSavedPlan(await new MemoryControl().plan(options), options, { at: 0 });
      await writeSavedPlan(path, saved);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(await readSavedPlan(path)).toEqual(saved);
      await writeFile(path, '{"kind":"SavedPlan","platform":1}');
      await expect(readSavedPlan(path)).rejects.toThrow('damaged');
      await writeFile(path, 'anything');
      expect(await readSavedPlan(path)).toBeUndefined();
      expect(await readSavedPlan(join(folder, 'nothing'))).toBeUndefined();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
