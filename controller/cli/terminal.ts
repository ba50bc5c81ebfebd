// The streams as a command sees them: where text goes, how wide it may be, whether colours and questions are welcome.

import { createInterface } from 'node:readline/promises';
import type { ReadStream, WriteStream } from 'node:tty';

export interface Terminal {
  /** Standard output; adds the newline. */
  readonly out: (text: string) => void;
  /** Standard error; adds the newline. */
  readonly err: (text: string) => void;
  /** Colours on standard output. */
  readonly color: boolean;
  /** Standard output is a terminal: live views are welcome. */
  readonly live: boolean;
  /** Columns, and rows of the screen; wide where output is piped, so that nothing is cut. */
  readonly width: number;
  readonly height: number;
  /** A person is there to answer. */
  readonly interactive: boolean;
  /** Asks on standard error; anything but yes is no. */
  readonly ask: (question: string) => Promise<boolean>;
}

/** Text that is piped is never cut to a screen. */
const unbounded = 10_000;

/** The process's own terminal. */
export function processTerminal(env: Readonly<Record<string, string | undefined>>): Terminal {
  const stdin: Pick<ReadStream, 'isTTY'> = process.stdin;
  const stdout: Pick<WriteStream, 'isTTY' | 'columns' | 'rows'> = process.stdout;
  const live = stdout.isTTY === true && env['TERM'] !== 'dumb';
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    color: live && (env['NO_COLOR'] ?? '') === '',
    live,
    width: stdout.isTTY === true ? Math.max(stdout.columns ?? 80, 40) : unbounded,
    height: stdout.isTTY === true ? Math.max(stdout.rows ?? 24, 10) : unbounded,
    interactive: stdin.isTTY === true && process.stderr.isTTY === true,
    ask,
  };
}

async function ask(question: string): Promise<boolean> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<string>((resolve) => reader.once('close', () => resolve('')));
  try {
    // Ctrl-D closes without an answer, which is a no.
    const answer = await Promise.race([reader.question(`${question} [y/N] `), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    reader.close();
  }
}

/** `reeve events | head` ends quietly: a reader that has seen enough is no failure. */
export function quietOnBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
}

/** Resolves when all that was written has left the process: a pipe may be slower than we are. */
export async function drained(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
  }
}
