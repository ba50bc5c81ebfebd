// Engines for tests: the machine's own (used, never stopped), and engines of a test's own that it may stop, kill and
// break. An own engine lives in a network namespace and a folder of its own, and leaves nothing behind.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { callEngine, engineSocket } from '../../scripts/lib/docker-api.ts';

const run = promisify(execFile);
const repository = join(import.meta.dirname, '../..');
const folderPrefix = 'reeve-engine-';

/** Makes sure that the machine's engine answers, installing and starting it if need be. */
export async function ensureEngine(): Promise<{ socket: string }> {
  await shell('ensure_engine');
  return { socket: engineSocket() };
}

export interface OwnEngine {
  readonly socket: string;
  /** Put before a command so that it reaches the containers' addresses: `nsenter --net=…`. */
  readonly enter: readonly string[];
  /** Where dockerd writes its log. */
  readonly log: string;
  /** Starts dockerd again and waits until it answers. */
  start(options?: { readonly liveRestore?: boolean }): Promise<void>;
  /** A command that starts it and ends, as `systemctl restart docker` does; each run adds a line to the file `runs`. */
  startCommand(): Promise<{ readonly command: readonly string[]; readonly runs: string }>;
  /** SIGTERM, as `systemctl stop docker` does; waits for its end. */
  stop(): Promise<void>;
  /** The same of one that the command started. */
  end(): Promise<void>;
  /** SIGKILL: pid files stay behind, containers run on without it. */
  kill9(): Promise<void>;
  /** Removes containers, data, mounts and the namespace. */
  close(): Promise<void>;
}

/** A Docker engine of the test's own, started and answering. */
export async function startOwnEngine(options: { readonly liveRestore?: boolean } = {}): Promise<OwnEngine> {
  await shell('ensure_commands dockerd=docker.io iptables=iptables ip=iproute2');
  await removeAbandoned();
  const folder = await mkdtemp(join(tmpdir(), folderPrefix));
  await writeFile(join(folder, 'owner'), String(process.pid));
  const namespace = basename(folder);
  await run('ip', ['netns', 'add', namespace]);
  await run('ip', ['-n', namespace, 'link', 'set', 'lo', 'up']);

  const enter = ['nsenter', `--net=/run/netns/${namespace}`];
  const socket = join(folder, 'docker.sock');
  const log = join(folder, 'dockerd.log');
  let daemon: ChildProcess | undefined;

  const engine: OwnEngine = {
    socket,
    enter,
    log,
    start: async ({ liveRestore = false } = {}) => {
      clearStalePidFiles(folder);
      daemon = launch(enter, folder, log, liveRestore);
      await untilAnswers(socket, daemon, log);
    },
    startCommand: async () => {
      const path = join(folder, 'start');
      const runs = join(folder, 'runs');
      const dockerd = [...enter, ...commandOf(folder, false)].join(' ');
      const text = `#!/bin/sh\nPATH=$PATH:/usr/sbin:/sbin\necho run >> ${runs}\n${dockerd} >> ${log} 2>&1 &\necho begun\n`;
      await writeFile(path, text, { mode: 0o755 });
      return { command: [path], runs };
    },
    stop: () => end(daemon, 'SIGTERM'),
    end: async () => {
      const pidFile = join(folder, 'docker.pid');
      process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGTERM');
      const deadline = Date.now() + 30_000;
      while (existsSync(pidFile)) {
        if (Date.now() > deadline) throw new Error('the dockerd that the command started does not end');
        await pause(50);
      }
    },
    kill9: async () => {
      await end(daemon, 'SIGKILL');
      await untilGone(join(folder, 'exec/containerd/containerd.pid'), 'containerd');
    },
    close: async () => {
      await end(daemon, 'SIGKILL');
      await removeFolder(folder);
    },
  };
  try {
    await engine.start(options);
  } catch (error) {
    await engine.close();
    throw error;
  }
  return engine;
}

function launch(enter: readonly string[], folder: string, log: string, liveRestore: boolean): ChildProcess {
  const [command = '', ...before] = enter;
  const out = openSync(log, 'a');
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };
  const child = spawn(command, [...before, ...commandOf(folder, liveRestore)], {
    stdio: ['ignore', out, out],
    env,
  });
  closeSync(out);
  return child;
}

function commandOf(folder: string, liveRestore: boolean): string[] {
  return [
    'dockerd',
    ...['-H', `unix://${join(folder, 'docker.sock')}`],
    ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
    ...['--pidfile', join(folder, 'docker.pid')],
    ...(liveRestore ? ['--live-restore'] : []),
  ];
}

async function untilAnswers(socket: string, daemon: ChildProcess, log: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (ended(daemon)) break;
    const answer = await callEngine(socket, 'GET', '/_ping').catch(() => undefined);
    if (answer?.status === 200) return;
    await pause(50);
  }
  const tail = (await readFile(log, 'utf8')).trimEnd().split('\n').slice(-15).join('\n');
  throw new Error(`the test's own dockerd does not answer on ${socket}; the end of its log:\n${tail}`);
}

function ended(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || ended(child)) return;
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  const inTime = await Promise.race([exit.then(() => true), pause(30_000, false, { ref: false })]);
  if (!inTime) {
    child.kill('SIGKILL');
    await exit;
  }
}

/** After a kill the pid files stay; where their number looks alive, the next start waits or refuses. */
function clearStalePidFiles(folder: string): void {
  for (const [file, name] of [
    [join(folder, 'docker.pid'), 'dockerd'],
    [join(folder, 'exec/containerd/containerd.pid'), 'containerd'],
  ] as const) {
    if (existsSync(file) && !runs(readFileSync(file, 'utf8').trim(), name)) rmSync(file);
  }
}

/** Its containerd dies with it, a moment later: a dockerd started in that moment would wait for the dying one in vain. */
async function untilGone(pidFile: string, name: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (existsSync(pidFile) && runs(readFileSync(pidFile, 'utf8').trim(), name)) {
    if (Date.now() > deadline) throw new Error(`${name} outlives its dockerd`);
    await pause(20);
  }
}

function runs(pid: string, name: string): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return status.startsWith(`Name:\t${name}\n`) && !/^State:\tZ/m.test(status);
  } catch {
    return false;
  }
}

/** Ends all that still runs in the folder's name, unmounts, removes; safe to repeat. */
async function removeFolder(folder: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (await killProcesses(folder)) {
    if (Date.now() > deadline) throw new Error(`processes of ${folder} do not end`);
    await pause(20);
  }
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${folder}/`));
  for (const path of mounts.reverse()) await run('umount', ['-l', path]);
  await run('ip', ['netns', 'del', basename(folder)]).catch((error: Error) => {
    if (!/No such file/.test(error.message)) throw error;
  });
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Kills dockerd, containerd, shims and containers of the folder; says whether it found any. */
async function killProcesses(folder: string): Promise<boolean> {
  // A container says nothing of the folder in its own command line, but its parent does: the shim.
  const doomed = new Set<string>();
  const parents = new Map<string, string>();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const found = readProcess(pid);
    if (found === undefined) continue;
    parents.set(pid, found.parent);
    if (found.command.includes(`${folder}/`)) doomed.add(pid);
  }
  for (const [pid, parent] of parents) if (doomed.has(parent)) doomed.add(pid);
  doomed.delete(String(process.pid));
  for (const pid of doomed) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // Gone meanwhile.
    }
  }
  return doomed.size > 0;
}

/** undefined: gone, or a zombie. */
function readProcess(pid: string): { parent: string; command: string } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    if (/^State:\tZ/m.test(status)) return undefined;
    const parent = /^PPid:\t(\d+)/m.exec(status)?.[1] ?? '0';
    return { parent, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8') };
  } catch {
    return undefined;
  }
}

/** Engines whose test run was killed before it could close them. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(folderPrefix)) continue;
    const folder = join(tmpdir(), name);
    const owner = await readFile(join(folder, 'owner'), 'utf8').catch(() => undefined);
    if (owner !== undefined && readProcess(owner) === undefined) await removeFolder(folder);
  }
}

/** Runs a function of the scripts' shell library. */
export async function shell(command: string): Promise<void> {
  await run('bash', ['-c', `set -euo pipefail; . scripts/lib/engine.sh; ${command}`], { cwd: repository });
}
