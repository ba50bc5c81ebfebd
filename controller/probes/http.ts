// Probe `http`: one GET; its status, and what its body must contain. Loaded by the first of them.

import { Agent, request } from 'undici';
import type { Probe } from '../../desired-state/resource.ts';
import type { ProbeAddress, ProbeAnswer } from './answer.ts';

/** A connection is kept for a moment only: the next probe is to find out whether new ones are taken. */
const agent = new Agent({ connect: { timeout: 5_000 }, keepAliveTimeout: 1_000, pipelining: 0 });

export async function probeHttp(
  http: NonNullable<Probe['http']>,
  address: ProbeAddress,
  timeoutMs: number,
): Promise<ProbeAnswer> {
  const url = `http://${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}${http.path}`;
  const answer = await request(url, {
    dispatcher: agent,
    signal: AbortSignal.timeout(timeoutMs),
    headers: { 'user-agent': 'reeve-probe' },
  });
  const body = http.body === undefined ? '' : (await answer.body.text()).slice(0, 65_536);
  if (http.body === undefined) await answer.body.dump();
  const good =
    http.status === undefined
      ? answer.statusCode >= 200 && answer.statusCode < 400
      : answer.statusCode === http.status;
  if (!good)
    return {
      outcome: 'fail',
      message: `GET ${http.path} on port ${http.port} answered ${answer.statusCode}`,
    };
  if (http.body !== undefined && !body.includes(http.body)) {
    return {
      outcome: 'fail',
      message: `GET ${http.path} on port ${http.port} answered without "${http.body}"`,
    };
  }
  return { outcome: 'pass', message: `GET ${http.path} answered ${answer.statusCode}` };
}
