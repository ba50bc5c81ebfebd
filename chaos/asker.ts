// Asks containers whether they are there for others, from within their engine's network namespace: a line of JSON with
// addresses in, a line with the answer of each out. Ends with whoever started it.

import { createInterface } from 'node:readline';

const timeoutMs = 1_000;

/** `slow`: it takes the call and has not answered yet, as on a busy machine. */
async function healthOf(url: string): Promise<'up' | 'slow' | 'down'> {
  try {
    // A connection of its own each time: an address may be another container's meanwhile.
    const answer = await fetch(url, {
      signal: AbortSignal.timeout(timeoutMs),
      headers: { Connection: 'close' },
    });
    await answer.arrayBuffer();
    return answer.status === 200 ? 'up' : 'down';
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'slow' : 'down';
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const urls = JSON.parse(line) as readonly string[];
  process.stdout.write(`${JSON.stringify(await Promise.all(urls.map(healthOf)))}\n`);
}
