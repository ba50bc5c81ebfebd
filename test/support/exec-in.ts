// `docker exec`, by Docker's own CLI: docker-compose's waits for an input that never ends.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { patienceMs } from './until.ts';

const run = promisify(execFile);

/** Runs a command in a container, by its id or name; resolves with what it printed. */
export async function execIn(socket: string, id: string, ...command: readonly string[]): Promise<string> {
  const line = ['-H', `unix://${socket}`, 'exec', id, ...command];
  return (await run('docker', line, { timeout: patienceMs })).stdout.trim();
}
