// Composes as references, from the shell as their users type them: docker-compose 1.29, and Compose v5 where Go is to be had.
// One that hangs or refuses is said to, and asked no more.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { askEngine } from '../scripts/lib/docker-api.ts';
import { ensureCompose } from '../test/support/compose.ts';
import { lastStartOf } from './last-start.ts';
import { spread, timed } from './measure.ts';

const run = promisify(execFile);
const repository = join(import.meta.dirname, '..');

/** A reference that takes longer is taken for hung, and said to be. */
const hangMs = 120_000;

interface Tool {
  readonly name: string;
  /** The program; or why there is none. */
  readonly binary: () => Promise<string>;
}

const compose1: Tool = {
  name: 'docker-compose 1.29',
  binary: async () => {
    await ensureCompose();
    return 'docker-compose';
  },
};
const compose5: Tool = {
  name: 'Compose v5',
  binary: async () => {
    const script = '. scripts/lib/compose-v5.sh; compose_v5';
    const { stdout } = await run('bash', ['-c', `set -euo pipefail; ${script}`], { cwd: repository });
    return stdout.trim();
  },
};

/** docker-compose 1.29 with a project of `containers` small services, not up yet. */
export function openCompose1(socket: string, name: string, containers: number): Promise<ComposeReference> {
  return openReference(compose1, socket, name, containers);
}

/** Every Compose, each with a project of its own. */
export async function openComposes(
  socket: string,
  name: string,
  containers: number,
): Promise<readonly ComposeReference[]> {
  return [
    await openReference(compose1, socket, `${name}1`, containers),
    await openReference(compose5, socket, `${name}5`, containers),
  ];
}

async function openReference(
  { name, binary }: Tool,
  socket: string,
  project: string,
  containers: number,
): Promise<ComposeReference> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-bench-compose-'));
  await writeFile(join(folder, 'docker-compose.yml'), smallCompose(containers));
  const reference = new ComposeReference(name, socket, project, folder);
  await reference.find(binary);
  return reference;
}

export interface Up {
  /** From the command's start to its end. */
  readonly commandMs: number;
  /** … to the start of its last container. */
  readonly runningMs: number;
}

export class ComposeReference {
  readonly name: string;
  readonly #socket: string;
  readonly #project: string;
  readonly #folder: string;
  #binary = '';
  #failure: string | undefined;

  constructor(name: string, socket: string, project: string, folder: string) {
    this.name = name;
    this.#socket = socket;
    this.#project = project;
    this.#folder = folder;
  }

  /** Hung or refused once: no judge any more. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  async find(binary: () => Promise<string>): Promise<void> {
    this.#binary = await binary().catch((error: unknown) => {
      this.#failure = `not to be had (${lastWords(error)})`;
      return '';
    });
  }

  /** `up -d`, timed; undefined: it failed, now or before. */
  async up(): Promise<Up | undefined> {
    if (this.failed) return undefined;
    const env = { ...process.env, DOCKER_HOST: `unix://${this.#socket}`, COMPOSE_HTTP_TIMEOUT: '300' };
    const args = ['-p', this.#project, '-f', join(this.#folder, 'docker-compose.yml'), 'up', '-d'];
    const options = { env, timeout: hangMs, killSignal: 'SIGKILL' } as const;
    const began = Date.now();
    try {
      const commandMs = await timed(() => run(this.#binary, args, options));
      const runningMs =
        (await lastStartOf(this.#socket, `com.docker.compose.project=${this.#project}`)) - began;
      return { commandMs, runningMs };
    } catch (error) {
      const isHung = error instanceof Error && 'killed' in error && error.killed === true;
      this.#failure = isHung ? `hung (${hangMs / 1_000} s)` : `refused (${lastWords(error)})`;
      return undefined;
    }
  }

  /** `3,100 ms (3,000–3,300), docker-compose 1.29`, or how it failed. */
  words(times: readonly number[]): string {
    return `${this.#failure ?? spread(times)}, ${this.name}`;
  }

  /** Removes the project's containers. */
  async clear(): Promise<void> {
    const filters = JSON.stringify({ label: [`com.docker.compose.project=${this.#project}`] });
    const query = `all=1&filters=${encodeURIComponent(filters)}`;
    const { body } = await askEngine(this.#socket, 'GET', `/containers/json?${query}`);
    const ids = (JSON.parse(body) as readonly { Id: string }[]).map(({ Id }) => Id);
    // Few at once: docker 20.10 wedges under many removals side by side.
    const worker = async (): Promise<void> => {
      for (let id = ids.pop(); id !== undefined; id = ids.pop())
        await askEngine(this.#socket, 'DELETE', `/containers/${id}?force=1`, undefined, [404]);
    };
    await Promise.all(Array.from({ length: 8 }, worker));
  }

  async close(): Promise<void> {
    await this.clear();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** The bench's small service in Compose's words. */
export function smallCompose(containers: number): string {
  const service = `image: reeve-test:1, command: [sleep, '99999'], network_mode: bridge, stop_grace_period: 1s`;
  const services = Array.from({ length: containers }, (_, i) => `  s${i}: {${service}}\n`);
  return `version: '3.7'\nservices:\n${services.join('')}`;
}

/** What a program that failed has said last. */
function lastWords(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  const message = error instanceof Error ? error.message : String(error);
  return (said.trim() || message).split('\n').at(-1)?.slice(0, 120) ?? '';
}
