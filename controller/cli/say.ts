// A person's word to a procedure that is under way, through the controller where there is one.

import type { Word } from '../procedures/procedures.ts';
import { by, type Context } from './context.ts';
import type { PlatformFlags } from './options.ts';

export async function say(flags: PlatformFlags, context: Context, id: string, word: Word): Promise<void> {
  const { reach } = await import('./reach.ts');
  const { control } = await reach(flags, context, { verb: word.type, lock: true, manifests: false });
  try {
    context.terminal.out(`${id}: ${await control.procedures.say(id, word, by(context, word.type))}`);
  } finally {
    await control.close();
  }
}
