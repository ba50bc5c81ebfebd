// A workload that fails as long as a file says so, the one that stands in for it, and a client that says who answers.

import { rm } from 'node:fs/promises';
import { callEngine } from '../../scripts/lib/docker-api.ts';
import { document, service, type TestPlatform } from './platform.ts';

/** Waits and budgets that a test has the time for. */
export const quickFailover =
  'policy: {resync: 1s, backoff: {initial: 100ms, max: 1s}, restartBudget: {restarts: 3, within: 1m}, recovery: {settle: 3s, verify: 8s}}';

/** Serves its name over HTTP, unless `flag` is there: then it fails as it starts. */
const server = (name: string, answer: string, flag: string, ...more: readonly string[]): string =>
  service(name, [
    'init: true',
    `command: [sh, -c, 'test -e /flags/${flag} && exit 4; mkdir -p /www; echo ${answer} > /www/index.html; exec httpd -f -p 80 -h /www']`,
    'volumes: ["./flags:/flags"]',
    'networks: [backend]',
    'probe: {http: {port: 80, path: /}, every: 300ms, threshold: 1}',
    ...more,
  ]);

/** Three Services on one network: `cache`, `spare` that stands in for it, and `client`. */
export const pair = (failover = 'failover: {to: spare}', ...more: readonly string[]): readonly string[] => [
  document('Network', 'backend'),
  server('cache', 'first', 'cache', failover),
  server('spare', 'standby', 'spare'),
  service('client', ['init: true', 'command: [sleep, "9999"]', 'networks: [backend]', ...more]),
];

/** From now on no start of the first helps. */
export async function breakFirst(p: TestPlatform): Promise<void> {
  await p.write('flags/cache', '');
  process.kill((await p.container('Service/cache')).State.Pid, 'SIGKILL');
}

export async function mendFirst(p: TestPlatform): Promise<void> {
  await rm(p.path('flags/cache'));
}

/** Asked of the engine's own name server: a busybox that is linked statically cannot ask by itself. */
const addressOf = (name: string): string =>
  `address=$(nslookup ${name} 127.0.0.11 | awk '$1 == "Address:" && $2 !~ /:/ {print $2}')`;

/** Who answers `client` under this name on the network; empty: nobody. */
export async function askedBy(p: TestPlatform, name: string): Promise<string> {
  const { Id: container } = await p.container('Service/client');
  const asked = await callEngine(p.socket, 'POST', `/containers/${container}/exec`, {
    Cmd: ['sh', '-c', `${addressOf(name)}; printf "GET / HTTP/1.0\\r\\n\\r\\n" | nc -w 2 "$address" 80`],
    AttachStdout: true,
  });
  const { Id } = JSON.parse(asked.body) as { Id: string };
  const { body } = await callEngine(p.socket, 'POST', `/exec/${Id}/start`, { Detach: false });
  return /first|standby/.exec(body)?.[0] ?? '';
}

/** What a container is asked by on the network, beside its own name and id. */
export async function aliasesOf(p: TestPlatform, ref: string): Promise<readonly string[]> {
  const { Id } = await p.container(ref);
  const { body } = await callEngine(p.socket, 'GET', `/containers/${Id}/json`);
  const { NetworkSettings } = JSON.parse(body) as {
    NetworkSettings: { Networks: Record<string, { Aliases: readonly string[] | null }> };
  };
  return NetworkSettings.Networks[`${p.name}_backend`]?.Aliases ?? [];
}
