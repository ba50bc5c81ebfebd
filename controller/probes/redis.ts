// A probe of a Redis: PING, and its role. One that loads its data says so, and is waited for; one that wants a password
// that reeve does not have says nothing of itself.

import type { ProbeAddress, ProbeAnswer } from './answer.ts';

/** @throws what Node says of the connection itself. */
export async function probeRedis(
  password: string | undefined,
  { host, port }: ProbeAddress,
  timeoutMs: number,
): Promise<ProbeAnswer> {
  const { Redis } = await import('ioredis');
  const client = new Redis({
    host,
    port,
    ...(password === undefined ? {} : { password }),
    connectionName: 'reeve-probe',
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    lazyConnect: true,
    // RESP 2: no HELLO, which one that wants a password refuses in words of its own.
    protocol: 2,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    // One try: the next probe is the next one.
    retryStrategy: () => null,
  });
  let broken: unknown;
  client.on('error', (error: unknown) => {
    broken = error;
  });
  try {
    await client.connect();
    await client.ping();
    const [role] = (await client.call('ROLE')) as readonly string[];
    return { outcome: 'pass', message: `PING answered; it is a ${role}` };
  } catch (error) {
    // ioredis rejects with "connection is closed"; why it could not be opened it says as an event.
    const answer = answerOf(error) ?? answerOf(broken);
    if (answer === undefined) throw broken ?? error;
    return answer;
  } finally {
    client.disconnect();
  }
}

/** What the server itself says; undefined: it was not the server that spoke. */
function answerOf(error: unknown): ProbeAnswer | undefined {
  if (!(error instanceof Error)) return undefined;
  const { message } = error;
  if (/^(LOADING|MASTERDOWN)\b/.test(message)) return { outcome: 'loading', message };
  if (/^(NOAUTH|WRONGPASS|NOPERM)\b/.test(message))
    return { outcome: 'unreachable', message: `it answers, but: ${message}` };
  if (error.name === 'ReplyError') return { outcome: 'fail', message };
  if (/timed out/i.test(message)) return { outcome: 'fail', message: 'no answer in time' };
  return undefined;
}
