// Whether the holder of a marker still lives, as far as it can be told from here. Decides nothing else.

import { type ProcessIdentity, startTimeOf } from './holder.ts';
import type { LockEngine } from './port.ts';

export type Liveness = 'alive' | 'dead' | 'unknown';

export interface HolderTrace extends ProcessIdentity {
  readonly host: string;
  readonly since: number;
}

/**
 * `unknown`: on another machine, or in a pid namespace that cannot be looked into from here; only a person can say.
 */
export async function judge(
  holder: HolderTrace,
  self: ProcessIdentity & { readonly host: string },
  engine: Pick<LockEngine, 'runningSince'>,
): Promise<Liveness> {
  const here = holder.boot !== '' && holder.boot === self.boot;
  if (here && holder.pidNamespace !== '' && holder.pidNamespace === self.pidNamespace) {
    return startTimeOf(holder.pid) === holder.startTime ? 'alive' : 'dead';
  }
  // The holder's `container` is set only if this engine knew it (see marker.ts), so that "not there" means gone.
  if (holder.container !== '') {
    const runningSince = await engine.runningSince(holder.container);
    return runningSince === undefined || runningSince > holder.since ? 'dead' : 'alive';
  }
  // Without an id (an image of Debian may have none) a machine is not told from another of the same name.
  const sameMachine = holder.machine !== '' && holder.machine === self.machine && holder.host === self.host;
  return sameMachine && !here ? 'dead' : 'unknown';
}
