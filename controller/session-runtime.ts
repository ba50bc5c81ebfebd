// The loop of a session, with this process's clock, chance and names.

import { randomBytes } from 'node:crypto';
import { Runtime, type RuntimeOptions } from './loop/runtime.ts';
import type { SessionParts } from './session-parts.ts';

export function runtimeOf(parts: SessionParts, own: Pick<RuntimeOptions, 'bringFiles'>): Runtime {
  const { engine, store, logger, platform, digest, scrubber, lead, formerCalls } = parts;
  const born = Date.now().toString(36);
  let passes = 0;
  return new Runtime({
    engine,
    store,
    logger,
    platform,
    digest,
    scrub: scrubber,
    now: () => Date.now(),
    random: Math.random,
    passId: () => `${born}-${(++passes).toString(36)}`,
    procedureId: (kind) => `${kind}-${randomBytes(3).toString('hex')}`,
    ...own,
    formerCalls,
    ...(lead === undefined ? {} : { lead }),
  });
}
