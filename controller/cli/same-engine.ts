// Whether the engine that a person names is the one that the platform's controller keeps it on.

import { exitStatus, ReeveError } from '../errors.ts';
import type { HealthAnswer } from '../http/protocol.ts';
import type { Context } from './context.ts';
import type { PlatformFlags } from './options.ts';

/** Refuses what was meant for another engine; where none is named, whatever the controller's is. */
export async function requireSameEngine(
  { host }: Pick<PlatformFlags, 'host'>,
  { env }: Pick<Context, 'env'>,
  { engine, platform, pid }: HealthAnswer,
): Promise<void> {
  const named = host ?? env['DOCKER_HOST'] ?? env['DOCKER_CONTEXT'] ?? '';
  if (named === '') return;
  const { engineKey } = await import('../docker/connect.ts');
  const asked = engineKey({ env, ...(host === undefined ? {} : { host }) });
  if (asked === engine) return;
  throw new ReeveError(
    `the running controller (pid ${pid}) keeps platform ${platform} on ${engine}, not on ${asked}`,
    {
      status: exitStatus.held,
      hint: 'leave --host and DOCKER_HOST out to ask it; or name another state folder with --state for another engine',
    },
  );
}
