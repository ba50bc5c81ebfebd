// Debian's docker-compose 1.29 as a test's other hand on the engine: installed where it is missing, run in a folder.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { shell } from './engine.ts';

const run = promisify(execFile);

/** Makes sure that docker-compose is there. */
export function ensureCompose(): Promise<void> {
  return shell('ensure_commands docker-compose=docker-compose');
}

/** `docker-compose -p PROJECT ARGS` with the Compose file of a folder; resolves with what it wrote, both streams. */
export async function compose(folder: string, project: string, ...args: readonly string[]): Promise<string> {
  const file = join(folder, 'docker-compose.yml');
  const line = ['-p', project, '-f', file, '--project-directory', folder, ...args];
  const { stdout, stderr } = await run('docker-compose', line, { timeout: 240_000 });
  return stdout + stderr;
}
