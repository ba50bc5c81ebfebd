// The command line as a process: help, usage errors and their exit statuses, what is said when it is misused.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { entries } from '../../../controller/cli/entries.ts';

const launcher = join(import.meta.dirname, '../../../bin/reeve');
const sources = join(import.meta.dirname, '../../../controller/main.ts');
/** No manifests here, and no platform known. */
const empty = mkdtempSync(join(tmpdir(), 'reeve-usage-'));
afterAll(() => rmSync(empty, { recursive: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Writes each module to standard error as it is loaded. */
const loadTrace = `data:text/javascript,${encodeURIComponent(
  `import { registerHooks } from 'node:module';
   registerHooks({ load: (url, context, next) => (process._rawDebug(url), next(url, context)) });`,
)}`;

const reeve = (...args: string[]): Promise<Ended> => run(launcher, args);

function run(program: string, args: readonly string[]): Promise<Ended> {
  const env = { ...process.env, XDG_STATE_HOME: empty };
  return new Promise((resolve) =>
    execFile(program, args, { cwd: empty, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    ),
  );
}

describe('help', () => {
  test('lists every command', async () => {
    const { code, stdout } = await reeve('--help');
    expect(code).toBe(0);
    for (const { name } of entries) expect(stdout).toContain(`\n  ${name} `);
  });

  test.each(entries.map(({ name }) => name))('of %s has an example to type', async (name) => {
    const { code, stdout } = await reeve(name, '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`\\$ reeve .*${name}`));
  });

  test('loads no command for the listing: what it need not read costs it nothing', async () => {
    const { stderr } = await run(process.execPath, [`--import=${loadTrace}`, sources, '--help']);
    expect(stderr).toContain('/cli/program.ts');
    expect(stderr).not.toContain('/cli/commands/');
  });
});

describe('a usage error ends with 64 and says what to type', () => {
  test.each([
    [['plna'], 'did you mean "plan"?'],
    [['plan', '--allow-delet'], 'did you mean --allow-delete?'],
    [['-f', 'x.yaml', 'plan'], 'type: reeve plan -f x.yaml'],
    [['events', '--since', '5'], 'duration with its unit'],
    [['hold', 'db', '--for', '0'], 'duration above 0'],
    [['hold'], "missing required argument 'name'"],
    [['plan', '-o', 'xml'], 'text, json'],
    [['schema', 'Agnt'], 'did you mean "Agent"?'],
    [['status'], 'name manifests with -f'],
    [['apply'], 'say --yes'],
    [['down'], 'say --yes'],
  ])('%j: %s', async (args, words) => {
    const { code, stdout, stderr } = await reeve(...args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain(words);
    expect(stderr).toMatch(/^reeve: /);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

test('install names the launcher, whether its program is built or not: it picks the Node', async () => {
  const manifests = join(empty, 'compose.yaml');
  writeFileSync(manifests, 'services: {web: {image: nginx}}');
  const units = [
    await reeve('install', '--print', '-f', manifests),
    await run(process.execPath, [sources, 'install', '--print', '-f', manifests]),
  ];
  for (const { stdout } of units) expect(stdout).toContain(`ExecStart=${resolve(launcher)} run `);
});

test('a reader that has seen enough is no failure', async () => {
  const run = await new Promise<Ended>((resolve) =>
    execFile(
      'sh',
      ['-c', `set -e; "${launcher}" --help | head -n 1; "${launcher}" schema | head -c 1`],
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : 1, stdout, stderr }),
    ),
  );
  expect(run.stderr).toBe('');
  expect(run.code).toBe(0);
});
