// An engine behind ssh, as Docker's CLI reaches it: `ssh HOST docker system dial-stdio`. The system's ssh is used, so
// that the user's configuration, agent and known hosts count. A private socket relays each connection to one ssh
// process; a control master shares one login between them.

import { type ChildProcess, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sshOption } from '../ssh-option.ts';
import type { EngineAddress } from './locate.ts';
import { makeSshFolder } from './ssh-folder.ts';

export interface SshRelay {
  readonly socketPath: string;
  /** ssh's last words, when the last connection was lost by it. */
  complaint(): string | undefined;
  close(): Promise<void>;
}

type SshAddress = EngineAddress & { readonly scheme: 'ssh' };

/** Listens at once; ssh is started with the first connection. */
export async function openSshRelay(
  address: SshAddress,
  env: Readonly<Record<string, string | undefined>>,
): Promise<SshRelay> {
  const folder = await makeSshFolder(tmpdir());
  const socketPath = join(folder, 'engine.sock');
  const master = join(folder, 'master');
  const children = new Set<ChildProcess>();
  let complaint: string | undefined;

  const server = createServer({ allowHalfOpen: true }, (connection) => {
    const child = spawn('ssh', sshArguments(address, master), { env, stdio: 'pipe' });
    children.add(child);
    relay(connection, child, (words) => {
      complaint = words;
    });
    child.once('close', () => children.delete(child));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socketPath, resolve));
  // A relay nobody uses must not keep the process.
  server.unref();

  return {
    socketPath,
    complaint: () => complaint,
    async close() {
      server.close();
      for (const child of children) child.kill();
      await endMaster(address, master, env);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * `BatchMode`: a controller has nobody who could type a password. `ServerAliveInterval`: a host that is gone without a word
 * is given up after a minute (three without an answer), where the one login that all calls share would wait for TCP's end.
 */
function sshArguments(address: SshAddress, master: string): string[] {
  const remote = [
    'docker',
    ...(address.remoteSocket === undefined ? [] : ['--host', `unix://${address.remoteSocket}`]),
  ];
  return [
    ...['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=30', '-o', 'ServerAliveInterval=15'],
    ...['-o', 'ControlMaster=auto', '-o', sshOption('ControlPath', master), '-o', 'ControlPersist=30'],
    ...(address.user === undefined ? [] : ['-l', address.user]),
    ...(address.port === undefined ? [] : ['-p', String(address.port)]),
    ...['-T', '--', address.hostname, ...remote, 'system', 'dial-stdio'],
  ];
}

function relay(connection: Socket, child: ChildProcess, complain: (words: string | undefined) => void): void {
  const { stdin, stdout, stderr } = child;
  let words = '';
  let answered = false;
  stdout?.once('data', () => {
    answered = true;
    complain(undefined);
  });
  stderr?.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-500);
  });
  // Only when its last words are read: the caller asks for them as soon as the connection is gone.
  const end = (why: string) => {
    if (answered) return void connection.end();
    if (!connection.destroyed) complain(lastLines(why) || 'ssh ended without a word');
    connection.destroy();
  };
  child.once('error', (error) => end(error.message));
  child.once('close', () => end(words));
  connection.once('close', () => child.kill());
  connection.on('error', () => child.kill());
  // Broken because ssh ended: its end is told by `close`, with its words.
  stdin?.on('error', () => {});
  if (stdin !== null) connection.pipe(stdin);
  stdout?.pipe(connection, { end: false });
}

/** The last two say what is wrong; before them may stand the host's banner, or the page that a changed host key is worth. */
function lastLines(words: string): string {
  const lines = words.split(/\r?\n/).map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .slice(-2)
    .join('; ');
}

async function endMaster(
  address: SshAddress,
  master: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const child = spawn('ssh', ['-o', sshOption('ControlPath', master), '-O', 'exit', '--', address.hostname], {
    env,
    stdio: 'ignore',
  });
  await new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
}
