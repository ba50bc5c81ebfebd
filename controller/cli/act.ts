// What the commands that step in have in common: reach the platform, do one act, on each instance of what is named, say what was done.

import type { Act, OwnershipAct } from '../control.ts';
import { resolveNames } from '../names.ts';
import { by, type Context } from './context.ts';
import type { PlatformFlags } from './options.ts';
import { say } from './print.ts';

export async function act(flags: PlatformFlags, context: Context, what: Act | OwnershipAct): Promise<void> {
  const { reach } = await import('./reach.ts');
  const { control, place } = await reach(flags, context, {
    verb: what.verb,
    lock: true,
    manifests: what.verb === 'rerun',
  });
  try {
    const acts =
      'name' in what ? resolveNames(what.name, place.refs).map((name) => ({ ...what, name })) : [what];
    for (const one of acts) {
      const subject = 'name' in one ? one.name : place.platform;
      say(context, `${subject}: ${await control.act(one, by(context, what.verb))}`);
    }
  } finally {
    await control.close();
  }
}
