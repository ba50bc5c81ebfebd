// What the tests of keeping do behind reeve's back, and how they see that nothing else was touched.

import { expect } from 'vitest';
import { askEngine } from '../../scripts/lib/docker-api.ts';
import type { TestPlatform } from './platform.ts';
import type { Inspected } from './world.ts';

export const web = 'Service/web';
export const MiB = 1024 * 1024;

/** Runs until told to end; `before` goes first. */
export const loop = (before = ':'): string =>
  `command: ['sh', '-c', '${before}; trap "exit 0" TERM; while :; do sleep 1 & wait $!; done']`;
export const okFile = loop('touch /tmp/ok');
export const healthcheck =
  'healthcheck: {test: ["CMD", "test", "-e", "/tmp/ok"], interval: 500ms, timeout: 2s, retries: 1}';

export const running = (c: Inspected): boolean => c.State.Status === 'running';

/** It runs on as it did: the same container, the same process, one of it. */
export async function expectUntouched(p: TestPlatform, before: Inspected): Promise<void> {
  const now = await p.container(
    `${before.Config.Labels['reeve.kind']}/${before.Config.Labels['reeve.name']}`,
  );
  expect({ id: now.Id, pid: now.State.Pid, at: now.State.StartedAt }).toEqual({
    id: before.Id,
    pid: before.State.Pid,
    at: before.State.StartedAt,
  });
}

export async function exec(p: TestPlatform, id: string, command: readonly string[]): Promise<void> {
  const { body } = await askEngine(p.socket, 'POST', `/containers/${id}/exec`, { Cmd: command });
  const { Id } = JSON.parse(body) as { Id: string };
  await askEngine(p.socket, 'POST', `/exec/${Id}/start`, { Detach: true });
}

/** Steps that were carried out for a resource, in order. */
export async function stepsOf(p: TestPlatform, ref: string): Promise<readonly string[]> {
  const plans = await p.fromStore((s) => s.plans(200));
  return plans
    .toReversed()
    .flatMap((plan) => plan.steps.filter((s) => s.ref === ref && s.outcome !== undefined))
    .map((s) => s.op);
}
