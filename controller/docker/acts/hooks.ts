// Commands of the manifest's own, run in the container after its start and before its stop, one after another.

import type { Hook } from '../../../desired-state/container-spec.ts';
import { EngineError } from '../../errors.ts';
import type { EngineClient } from '../client.ts';
import { runExec } from '../exec.ts';
import type { Bounds } from './act.ts';

/** Compose waits for a hook however long it takes; this ends one that hangs. */
const longestMs = 10 * 60_000;
const toldOfOutput = 500;

/** Runs all; the first that fails ends it, with the end of what it said. */
export async function runHooks(
  client: EngineClient,
  container: { readonly id: string; readonly name: string },
  which: 'post_start' | 'pre_stop',
  hooks: readonly Hook[] | undefined,
  { signal }: Bounds,
): Promise<void> {
  for (const [index, hook] of (hooks ?? []).entries()) {
    const options = { ...hook, timeoutMs: longestMs, signal };
    const { exitCode, output } = await runExec(client, container.id, hook.command, options);
    if (exitCode === 0) continue;
    const said = output.trim().slice(-toldOfOutput);
    throw new EngineError(
      `${which}[${index}] of ${container.name} ended with status ${exitCode}${said === '' ? '' : `: ${said}`}`,
      {
        code: 409,
        reason: which === 'post_start' ? 'PostStartFailed' : 'PreStopFailed',
        hint:
          which === 'post_start'
            ? 'the container was stopped; mend the hook, or what it needs'
            : 'the container runs on; mend the hook, or stop it by hand: docker stop',
      },
    );
  }
}
