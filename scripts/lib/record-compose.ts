// Runs a real Compose on the cases of test/compose and writes its answers beside them: `config --format json`, or its words
// where it refuses. Started by scripts/record-compose, never by a test.

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Answer, type Case, type CaseFile, layOut, readCases } from '../../test/compose/case.ts';

const [binary = '', version = '', ...words] = process.argv.slice(2);
const mark = `# Compose ${version} said (scripts/record-compose); not to be edited.`;

const wanted = (file: CaseFile): boolean =>
  words.includes('--all') ||
  (words.length === 0 ? file.answer === undefined : words.some((word) => file.id.includes(word)));

let count = 0;
for (const file of readCases().filter(wanted)) {
  const answer = ask(file.written);
  const own = file.text.split(/^---$/m)[0]?.trimEnd() ?? '';
  const said = stringify(answer, { lineWidth: 0, aliasDuplicateObjects: false, version: '1.2' });
  writeFileSync(file.path, `${own}\n---\n${mark}\n${said}`);
  count += 1;
}
console.log(`${count} cases recorded with Compose ${version}`);

function ask(written: Case): Answer {
  const { file, cwd, projectDirectory, name } = written;
  const laid = layOut(written);
  const args = [
    ...file.flatMap((path) => ['-f', path]),
    ...(projectDirectory === undefined ? [] : ['--project-directory', projectDirectory]),
    ...(name === undefined ? [] : ['-p', name]),
    ...['config', '--format', 'json'],
  ];
  const { stdout, stderr, status } = spawnSync(binary, args, {
    cwd: join(laid.folder, cwd),
    env: { ...laid.env, PWD: join(laid.folder, cwd), PATH: '/usr/bin:/bin' },
    encoding: 'utf8',
    timeout: 60_000,
  });
  laid.remove();
  if (status !== 0) return { refused: laid.scrub(lastWords(stderr)) };
  return { config: JSON.parse(laid.scrub(stdout)) };
}

/** Without warnings, which come before. */
function lastWords(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('time='));
  return lines.join('\n').trim();
}
