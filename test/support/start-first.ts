// A server whose new forms come in start-first, and a client that asks for it by name while they do.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Seen } from './alias-client-process.ts';
import { service, type TestPlatform } from './platform.ts';
import { patienceMs, until } from './until.ts';

/** Takes 0.2 s for an answer and 1 s to begin, and ends what it has begun when it is told to stop. */
const server = (version: string) =>
  [
    'mkdir -p /www/cgi-bin',
    `printf '#!/bin/sh\\nprintf "Content-type: text/plain\\\\r\\\\n\\\\r\\\\n"; sleep 0.2; echo ${version}\\n' > /www/cgi-bin/v`,
    'chmod +x /www/cgi-bin/v',
    'sleep 1',
    'httpd -f -p 8080 -h /www & H=$$!',
    "trap 'kill $$H; sleep 1; exit 0' TERM",
    'while :; do sleep 1 & wait $$!; done',
  ].join('; ');

export const web = (version: string, command = server(version)): string =>
  service('web', [
    `command: ${JSON.stringify(['sh', '-c', command])}`,
    'restart: always',
    'deploy: {update_config: {order: start-first}}',
    'probe: {http: {port: 8080, path: /cgi-bin/v}, every: 500ms, startPeriod: 20s}',
  ]);
export const client = service('client', []);

/** Asks until it is ended; with what it saw then. `asked`: name, port and path. */
export async function startClient(
  p: TestPlatform,
  asked: readonly [string, string, string] = ['web', '8080', '/cgi-bin/v'],
): Promise<() => Promise<Seen>> {
  const { State } = await p.container('Service/client');
  const script = join(import.meta.dirname, 'alias-client-process.ts');
  const args = ['--target', String(State.Pid), '--net', process.execPath, script, ...asked];
  const running = spawn('nsenter', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  running.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  return async () => {
    running.kill('SIGTERM');
    await once(running, 'close');
    return JSON.parse(told) as Seen;
  };
}

/** @throws what is so instead. */
export async function runs(p: TestPlatform, version: string): Promise<true> {
  const mine = (await p.containers()).filter((c) => c.ref === 'Service/web');
  const [one] = mine;
  if (one?.name !== `${p.name}-web-1` || mine.length > 1 || one.state !== 'running')
    throw new Error(mine.map((c) => `${c.name} ${c.state}`).join(', '));
  const { Config, HostConfig } = await p.container('Service/web');
  if (!Config.Cmd?.join(' ').includes(`echo ${version}\\n`)) throw new Error('the old one runs');
  if (HostConfig.RestartPolicy.Name !== 'always') throw new Error('nobody restarts it');
  return true;
}

export const untilRuns = (p: TestPlatform, version: string): Promise<true> =>
  until(() => runs(p, version), 2 * patienceMs, `${version} alone runs, under its own name`);
