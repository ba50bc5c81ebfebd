// Asks containers whether they are there for others, from within their engine's network namespace: a line of JSON with
// addresses in, a line with whether each has answered with 200 out. Ends with whoever started it.

import { createInterface } from 'node:readline';

const timeoutMs = 1_000;

async function isHealthy(url: string): Promise<boolean> {
  try {
    // A connection of its own each time: an address may be another container's meanwhile.
    const answer = await fetch(url, {
      signal: AbortSignal.timeout(timeoutMs),
      headers: { Connection: 'close' },
    });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const urls = JSON.parse(line) as readonly string[];
  process.stdout.write(`${JSON.stringify(await Promise.all(urls.map(isHealthy)))}\n`);
}
