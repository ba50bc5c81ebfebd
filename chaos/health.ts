// Which agents are there for others: their containers' addresses asked for `/health`, past reeve.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SeenContainer } from './world.ts';

export interface Asker {
  /** By ref, the container that answers; empty where that takes long: whether it is there is not known then. */
  ask(refs: readonly string[]): Promise<ReadonlyMap<string, string>>;
  close(): void;
}

/**
 * @param enter put before a command so that it reaches the containers' addresses.
 * @param containers undefined: the engine does not answer, and nobody is asked.
 */
export function startAsker(
  enter: readonly string[],
  containers: () => Promise<readonly SeenContainer[] | undefined>,
): Asker {
  const [command = '', ...args] = [...enter, process.execPath, join(import.meta.dirname, 'asker.ts')];
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(refs) {
      const seen = (await containers()) ?? [];
      const asked = seen.filter(
        ({ ref, state, address }) =>
          ref !== undefined && refs.includes(ref) && state === 'running' && address !== '',
      );
      child.stdin.write(`${JSON.stringify(asked.map(({ address }) => `http://${address}:8080/health`))}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error('whoever asks for health has ended');
      const answers = JSON.parse(value) as readonly ('up' | 'slow' | 'down')[];
      return new Map(
        asked.flatMap(({ ref = '', id }, i) =>
          answers[i] === 'down' ? [] : [[ref, answers[i] === 'up' ? id : ''] as const],
        ),
      );
    },
    close: () => child.kill(),
  };
}
