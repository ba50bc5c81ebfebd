// The files of a revision that runs again instead of a newer one. Its containers are kept also where these cannot be brought:
// that is a condition of the platform, told once, and each pass tries again.

import { commitWords } from '../../desired-state/commit.ts';
import type { Revision } from '../../desired-state/revision.ts';
import { ReeveError } from '../errors.ts';
import type { SessionParts } from '../session-parts.ts';
import type { GitSources } from './git-sources.ts';

/** false: they could not be. */
export async function bringBack(
  git: Pick<GitSources, 'bring'>,
  revision: Revision,
  parts: Pick<SessionParts, 'store' | 'logger' | 'platform' | 'scrubber'>,
): Promise<boolean> {
  const of = revision.commit === undefined ? revision.id : commitWords(revision.commit);
  try {
    await git.bring(revision);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const hint = error instanceof ReeveError && error.hint !== undefined ? `; ${error.hint}` : '';
    await tell(
      parts,
      true,
      `the files of ${of} could not be brought, its containers mount others: ${words}${hint}`,
    );
    return false;
  }
  await tell(parts, false, `the files of ${of} are in their place`);
  return true;
}

/** Level-triggered: what stands there already is no news, whichever process told it. */
async function tell(
  { store, logger, platform, scrubber }: Pick<SessionParts, 'store' | 'logger' | 'platform' | 'scrubber'>,
  status: boolean,
  text: string,
): Promise<void> {
  const regarding = `Platform/${platform}` as const;
  const message = scrubber(text);
  const before = (await store.conditions()).find((c) => c.ref === regarding && c.type === 'FilesNotBrought');
  const isKnown = status ? before?.status === true && before.message === message : before?.status !== true;
  if (isKnown) return;
  const at = Date.now();
  const reason = status ? 'FilesNotBrought' : 'FilesBrought';
  if (status) logger.warn(message);
  else logger.info(message);
  await store.saveCondition(regarding, { type: 'FilesNotBrought', status, reason, message }, at);
  await store.record([{ at, type: status ? 'Warning' : 'Normal', reason, regarding, message, by: 'reeve' }]);
}
