// Docker's credential helpers, by their protocol (github.com/docker/docker-credential-helpers): the program
// `docker-credential-NAME` with a verb, the server on its standard input, JSON or words on its standard output.
// What it answers is a secret: it is returned and shown nowhere.

import { spawn } from 'node:child_process';
import { ReeveError } from '../../errors.ts';

export interface HelperAnswer {
  readonly username: string;
  readonly secret: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/** A helper may ask a cloud; one that asks a person would wait for ever. */
const timeoutMs = 30_000;
const mostBytes = 1024 * 1024;

/** undefined: it has none for this server. Throws where it cannot be run, or fails. */
export async function askHelper(name: string, server: string, env: Env): Promise<HelperAnswer | undefined> {
  const { code, output } = await run(name, 'get', server, env);
  if (code !== 0) {
    if (/credentials not found/i.test(output)) return undefined;
    throw new ReeveError(`docker-credential-${name} get failed for ${server}: ${firstLine(output)}`);
  }
  const answer = parse(name, output);
  const { Username, Secret } = answer;
  if (typeof Username !== 'string' || typeof Secret !== 'string') throw garbled(name);
  return { username: Username, secret: Secret };
}

/** The servers that a helper has credentials for. */
export async function listOfHelper(name: string, env: Env): Promise<readonly string[]> {
  const { code, output } = await run(name, 'list', '', env);
  if (code !== 0) throw new ReeveError(`docker-credential-${name} list failed: ${firstLine(output)}`);
  return Object.keys(parse(name, output));
}

function parse(name: string, output: string): Readonly<Record<string, unknown>> {
  try {
    const answer: unknown = JSON.parse(output);
    if (answer !== null && typeof answer === 'object') return answer as Record<string, unknown>;
  } catch {
    // Its words may hold a secret: they are not repeated.
  }
  throw garbled(name);
}

function garbled(name: string): ReeveError {
  return new ReeveError(`docker-credential-${name} answered no credentials that make sense`);
}

function firstLine(output: string): string {
  return output.trim().split('\n')[0]?.slice(0, 200) || 'it said nothing';
}

function run(name: string, verb: string, input: string, env: Env): Promise<{ code: number; output: string }> {
  const program = `docker-credential-${name}`;
  if (!/^[\w.-]+$/.test(name)) throw new ReeveError(`${program} is no name of a credential helper`);
  return new Promise((resolve, reject) => {
    const child = spawn(program, [verb], {
      env: { ...env },
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      if (output.length < mostBytes) output += chunk;
    });
    child.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'ENOENT' ? 'it is not on the PATH' : cause.message;
      reject(new ReeveError(`${program} cannot be run: ${why}`, { cause }));
    });
    child.once('close', (code, signal) => {
      if (signal === null) resolve({ code: code ?? 1, output });
      else reject(new ReeveError(`${program} gave no answer within ${timeoutMs / 1000} s`));
    });
    // One that does not read its input has its reasons.
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${input}\n`);
  });
}
