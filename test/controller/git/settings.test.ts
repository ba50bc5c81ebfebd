// What a person may give as a repository, and what is refused with a way out.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, expect, test } from 'vitest';
import { type GitFlags, gitSettings, gitWords, withGit } from '../../../controller/cli/git-flags.ts';
import { withPlatform } from '../../../controller/cli/options.ts';

const here = mkdtempSync(join(tmpdir(), 'reeve-settings-'));
const file = join(here, 'file');
writeFileSync(file, '');
afterAll(() => rmSync(here, { recursive: true }));

function settings(...words: string[]) {
  const command = withGit(withPlatform(new Command('run')), { polled: true }).exitOverride();
  command.parse(words, { from: 'user' });
  return gitSettings(command.opts<GitFlags>(), here);
}

test.each([
  'https://git.example.org/shop/platform.git',
  'ssh://git@git.example.org:2222/shop/platform.git',
  'git@git.example.org:shop/platform.git',
  'git@git.example.org:/srv/platform.git',
  here,
])('%s is taken as it is', (url) => {
  expect(settings('--git', url)).toMatchObject({ url, ref: 'main', path: '.', everyMs: 60_000 });
});

test.each([
  [['--git', 'https://u:secret@h/x.git'], /the URL holds a credential.*: https:\/\/…@h\/x\.git$/],
  [['--git', 'https://token@h/x.git'], /the URL holds a credential/],
  [['--git', 'ext::sh -c id'], /cannot be fetched from/],
  [['--git', 'git@h://x'], /cannot be fetched from/],
  [['--git', 'ftp://h/x'], /cannot be fetched from/],
  [['--git', '--upload-pack=id'], /cannot be fetched from/],
  [['--git', '/nowhere/x.git'], /there is no repository at/],
  [['--git', 'http://git.example.org/x.git', '--token-file', file], /not sent over http/],
  [['--git', here, '--token-file', 'missing'], /--token-file: there is no file missing/],
  [['--git', here, '--ref', '--force'], /is no branch or tag/],
  [['--git', here, '--ref', 'a..b'], /is no branch or tag/],
  [['--git', here, '--ref', 'a:b'], /is no branch or tag/],
  [['--git', here, '--path', '../x'], /leads out of the repository/],
  [['--git', here, '--path', '/etc'], /leads out of the repository/],
  [['--git', here, '--verify', 'enforce'], /needs to know whose signatures are good/],
  [['--git', here, '-f', 'x.yaml'], /not from both/],
  [['--ref', 'main'], /--ref goes with --git/],
  [['--token-file', file], /--token-file goes with --git/],
])('%j is refused', (words, message) => {
  expect(() => settings(...words)).toThrow(message);
});

test('a refused URL shows no credential', () => {
  expect(() => settings('--git', 'https://u:secret@h/x.git')).toThrow(expect.not.stringContaining('secret'));
});

test('a path is as short as it can be', () => {
  expect(settings('--git', here, '--path', './platforms//prod/')?.path).toBe('platforms/prod');
});

test('the words of a unit give the same settings', () => {
  const asked = settings(
    ...['--git', here, '--ref', 'release/2', '--path', 'prod', '--poll', '90s', '--max-size', '1g'],
    ...['--token-file', file, '--allowed-signers', file, '--age-key', file, '--fetch-timeout', '2m'],
  );
  if (asked === undefined) throw new Error('no settings');
  expect(settings(...gitWords(asked))).toEqual(asked);
  expect(gitWords(asked)).toContain('enforce');
});
