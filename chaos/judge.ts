// Whether all is as declared: asked of the engine past reeve, of those that changed last by what they run with, and of reeve.

import { inspect } from '../test/support/world.ts';
import { platform, type Stage } from './stage.ts';

/** Ends by itself. */
const job = 'Service/migrate';

/** Every workload that the example declares, by its containers after the first apply. */
export async function declaredOf({ world }: Stage): Promise<readonly string[]> {
  const refs = (await world.containers()).map((c) => c.ref).filter((ref) => ref !== undefined);
  return [...new Set(refs)].sort();
}

export const targetsOf = (declared: readonly string[]): readonly string[] =>
  declared.filter((ref) => ref !== job);

/**
 * One container a workload, running, none besides; others' run too; those of a rollout have what was declared last; and
 * reeve says that all is ready. @throws with what is not so.
 */
export async function mustBeConverged(stage: Stage, declared: readonly string[]): Promise<true> {
  const { world, reeve } = stage;
  const seen = await world.containers();
  const wrong = seen.filter((c) => c.state !== 'running' && c.ref !== job && !world.isCopy(c.id));
  if (wrong.length > 0) throw new Error(wrong.map((c) => `${c.name} is ${c.state}`).join(', '));
  const ours = seen.filter((c) => c.ref !== undefined);
  const names = ours.map((c) => c.ref).sort();
  if (names.join() !== declared.join()) {
    const missing = declared.filter((ref) => !names.includes(ref));
    throw new Error(
      `${ours.length} containers for ${declared.length} workloads; missing: ${missing.join(', ') || 'none'}`,
    );
  }
  const wanted = stage.declaredLast();
  for (const { id, name, ref = '' } of wanted === undefined ? [] : ours) {
    if (!stage.changed.includes(ref)) continue;
    const { Config } = await inspect(stage.engine.socket, id);
    if (!Config.Env?.includes(`CHAOS=${wanted}`)) throw new Error(`${name} has not CHAOS=${wanted}`);
  }
  const { code, stdout, stderr } = await reeve('status', '-p', platform);
  if (code !== 0) throw new Error(`reeve status ends with ${code}: ${stdout.slice(-600)}${stderr}`);
  return true;
}
