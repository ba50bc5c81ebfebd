// The store of a platform, for commands that read nothing else.

import { exitStatus, ReeveError } from '../errors.ts';
import { openStoreAtReadOnly, type StoreReader } from '../store/open.ts';
import type { Context } from './context.ts';
import type { PlatformFlags } from './options.ts';
import { findPlace, type Place } from './place.ts';

/** Opens it for reading; the caller closes it. */
export async function openStored(
  flags: PlatformFlags,
  context: Context,
): Promise<{ readonly place: Place; readonly store: StoreReader }> {
  const place = await findPlace(flags, context);
  const store = await openStoreAtReadOnly(place.home);
  if (store !== undefined) return { place, store };
  throw nothingStored(place);
}

/** There is no store where it should be. */
export function nothingStored(place: Place): ReeveError {
  const where = place.home.kind === 'sqlite' ? place.dir : place.home.shown;
  return new ReeveError(`nothing is stored about platform ${place.platform} in ${where}`, {
    status: exitStatus.usage,
    hint: 'reeve apply brings it in force; --state DIR if its state lies elsewhere, --store if its store does',
  });
}
