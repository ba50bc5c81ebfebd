// A client as others in the platform are: asks the engine's DNS for a name anew for each request, and tries none twice.
// Run in a container's network namespace: `node alias-client-process.ts HOST PORT PATH`. Ends on TERM with what it saw.

import { Resolver } from 'node:dns/promises';
import { get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** What it prints when it ends. */
export interface Seen {
  readonly answers: Readonly<Record<string, number>>;
  readonly failures: readonly string[];
  readonly slowestMs: number;
}

const [host = '', port = '', path = ''] = process.argv.slice(2);
const resolver = new Resolver();
resolver.setServers(['127.0.0.11']);
const answers: Record<string, number> = {};
const failures: string[] = [];
let slowestMs = 0;
let isOn = true;
process.on('SIGTERM', () => {
  isOn = false;
});

async function ask(): Promise<string> {
  const [address] = await resolver.resolve4(host);
  return new Promise((resolve, reject) => {
    const request = get(
      { host: address, port: Number(port), path, agent: false, timeout: 10_000 },
      (answer) => {
        let body = '';
        answer.on('data', (chunk: Buffer) => {
          body += chunk.toString();
        });
        answer.on('error', reject);
        answer.on('end', () => (answer.complete ? resolve(body.trim()) : reject(new Error('cut off'))));
      },
    );
    request.on('timeout', () => request.destroy(new Error('no answer within 10 s')));
    request.on('error', reject);
  });
}

async function keepAsking(): Promise<void> {
  while (isOn) {
    const at = Date.now();
    try {
      const answer = await ask();
      answers[answer] = (answers[answer] ?? 0) + 1;
    } catch (error) {
      failures.push(`${new Date(at).toISOString()} ${String(error)}`);
    }
    slowestMs = Math.max(slowestMs, Date.now() - at);
    await pause(10);
  }
}

await Promise.all([keepAsking(), keepAsking(), keepAsking(), keepAsking()]);
process.stdout.write(JSON.stringify({ answers, failures, slowestMs } satisfies Seen));
