// Asks databases which version of their schema they have, by the commands that a revision declares. Looks only.

import { identityLabels, type ObservedContainer } from '../../reconcilers/observed.ts';
import type { CheckSchema, SchemaCheck } from '../../reconcilers/procedures/definition.ts';
import type { Engine } from '../engine.ts';

const timeoutMs = 30_000;

interface Tools {
  readonly engine: Pick<Engine, 'containers' | 'exec'>;
  readonly platform: string;
  readonly scrub: (text: string) => string;
}

/** What does not fit, a sentence each; what could not be asked does not fit either, for nothing is known of it. */
export async function checkSchema(
  { checks }: Pick<CheckSchema, 'checks'>,
  tools: Tools,
): Promise<{ readonly mismatches: readonly string[] }> {
  if (checks.length === 0) return { mismatches: [] };
  const containers = await tools.engine.containers();
  const found = await Promise.all(checks.map((check) => mismatchOf(check, containers, tools)));
  return { mismatches: found.flatMap((words) => words ?? []) };
}

async function mismatchOf(
  { ref, command, atMost }: SchemaCheck,
  containers: readonly ObservedContainer[],
  { engine, platform, scrub }: Tools,
): Promise<string | undefined> {
  const container = containers.find(
    ({ labels, state }) =>
      state === 'running' &&
      labels[identityLabels.platform] === platform &&
      `${labels[identityLabels.kind]}/${labels[identityLabels.name]}` === ref,
  );
  const unasked = `the schema version of ${ref} is not known`;
  if (container === undefined) return `${unasked}: it has no running container to ask`;
  try {
    const { exitCode, output } = await engine.exec(container.id, command, timeoutMs);
    const text = scrub(output.trim());
    if (exitCode !== 0) return `${unasked}: the command ended with ${exitCode}: ${text.slice(0, 200)}`;
    if (!/^\d+$/.test(text))
      return `${unasked}: a number was expected, it printed ${text.slice(0, 80) || 'nothing'}`;
    const version = Number(text);
    return version <= atMost
      ? undefined
      : `${ref} has schema version ${version}, and what is gone back to knows at most ${atMost}`;
  } catch (error) {
    return `${unasked}: ${scrub(error instanceof Error ? error.message : String(error))}`;
  }
}
