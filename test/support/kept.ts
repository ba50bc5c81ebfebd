// The frame of a keeping test: a platform of its own under a controller of its own, all Ready, and what reeve knew printed
// when the test fails.

import type { TestContext } from 'vitest';
import { newPlatform, type PlatformOptions, type TestPlatform } from './platform.ts';
import type { Controller } from './reeve.ts';
import { patienceMs, until } from './until.ts';

/** A platform for this test alone; closed with it, and its events are printed if it fails. */
export async function platformFor(
  { onTestFinished, task }: Pick<TestContext, 'onTestFinished' | 'task'>,
  options: PlatformOptions = {},
): Promise<TestPlatform> {
  const platform = await newPlatform(options);
  onTestFinished(async () => {
    if (task.result?.state === 'fail') console.error(await report(platform));
    await platform.close();
  }, 60_000);
  return platform;
}

/** Declares `documents`, starts a controller and waits until all of `ready` are Ready (absent: everything). */
export async function keep(
  platform: TestPlatform,
  documents: readonly string[],
  { spec = '', ready }: { readonly spec?: string; readonly ready?: readonly string[] } = {},
): Promise<Controller> {
  await platform.declare(documents, spec);
  const controller = await platform.run();
  await untilAllReady(platform, ready);
  return controller;
}

export async function untilAllReady(
  platform: TestPlatform,
  ready?: readonly string[],
  ms = 2 * patienceMs,
): Promise<void> {
  await until(
    async () => {
      const conditions = (await platform.fromStore((s) => s.conditions())).filter((c) => c.type === 'Ready');
      const asked = ready ?? conditions.map((c) => c.ref);
      const missing = asked.filter((ref) => !conditions.some((c) => c.ref === ref && c.status));
      if (missing.length > 0) throw new Error(`not ready: ${missing.join(', ')}`);
      return conditions.length > 0;
    },
    ms,
    'all is ready',
  );
}

/** What reeve stored and what the engine has: to be read when a test failed. */
async function report(platform: TestPlatform): Promise<string> {
  try {
    const events = (await platform.events()).slice(-40);
    const conditions = await platform.fromStore((s) => s.conditions());
    const containers = await platform.containers();
    return [
      `platform ${platform.name}, its last events:`,
      ...events.map(
        (e) =>
          `  ${new Date(e.at).toISOString()} ${e.type} ${e.regarding} ${e.reason} ×${e.count}: ${e.message}`,
      ),
      ...conditions
        .filter((c) => c.status || c.type === 'Ready')
        .map((c) => `  ${c.ref} ${c.type}=${c.status} ${c.reason}: ${c.message}`),
      ...containers.map((c) => `  ${c.name} ${c.ref} ${c.state} (${c.status})`),
    ].join('\n');
  } catch (error) {
    return `platform ${platform.name}: ${String(error)}`;
  }
}
