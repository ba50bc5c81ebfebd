// What the commands that step in have in common: reach the platform, do one act, say what was done.

import type { Act } from '../control.ts';
import { resolveName } from '../names.ts';
import { by, type Context } from './context.ts';
import type { PlatformFlags } from './options.ts';

export async function act(flags: PlatformFlags, context: Context, what: Act): Promise<void> {
  const { reach } = await import('./reach.ts');
  const { control, place } = await reach(flags, context, {
    verb: what.verb,
    lock: true,
    manifests: what.verb === 'rerun',
  });
  try {
    const named = 'name' in what ? { ...what, name: resolveName(what.name, place.refs) } : what;
    const subject = 'name' in named ? named.name : place.platform;
    context.terminal.out(`${subject}: ${await control.act(named, by(context, what.verb))}`);
  } finally {
    await control.close();
  }
}
