// What is wrong with the manifests, or was, as a condition and events of the platform. Level-triggered: whoever finds the same
// again says nothing, whichever process said it first.

import { ReeveError } from './errors.ts';
import { commitRefusals } from './git/refusals.ts';
import type { SessionParts } from './session-parts.ts';
import { platformRenamed } from './sources.ts';
import type { StoredCondition } from './store/store.ts';

/** Mistakes that are no line's: the condition is called by them. */
const ofTheWhole = new Set([platformRenamed, ...commitRefusals]);

/** Their reason where nothing is wrong with the manifests themselves. */
export const notTakenIn = 'NotTakenIn';

/** The condition, while it stands. */
export async function manifestsTrouble({
  store,
  platform,
}: Pick<SessionParts, 'store' | 'platform'>): Promise<StoredCondition | undefined> {
  return (await store.conditions()).find(
    ({ ref, type, status }) => ref === `Platform/${platform}` && type === 'Degraded' && status,
  );
}

/** They were taken in: what was wrong before is no more. */
export async function sayValid(parts: SessionParts): Promise<void> {
  if ((await manifestsTrouble(parts)) === undefined) return;
  const message = `the manifests of ${parts.platform} are valid again`;
  await say(parts, { type: 'Normal', status: false, reason: 'ManifestsValid', message });
}

/** Mistakes in them: the last good revision stays in force. */
export async function sayWrong(parts: SessionParts): Promise<void> {
  const { sources } = parts;
  const reason = sources.wrong.find(({ code }) => ofTheWhole.has(code))?.code ?? 'ManifestsInvalid';
  await sayTrouble(
    parts,
    reason,
    `the manifests cannot be used; the last good revision stays in force: ${sources.wrongWords}`,
  );
}

/** Good ones that could not come in force. */
export async function sayNotTaken(parts: SessionParts, error: unknown): Promise<void> {
  const words = error instanceof Error ? error.message : String(error);
  const hint = error instanceof ReeveError && error.hint !== undefined ? `; ${error.hint}` : '';
  const message = `the manifests could not be taken in; the last good revision stays in force: ${words}${hint}`;
  if (await sayTrouble(parts, notTakenIn, message))
    parts.logger.error({ err: error }, 'manifests could not be taken in');
}

/** The system lets nothing more be watched: said once, with what would mend it. */
export async function sayPolled({ store, logger, platform }: SessionParts, error: Error): Promise<void> {
  const limit = /ENOSPC|EMFILE/.test(error.message);
  const hint = limit
    ? '; raise fs.inotify.max_user_watches and max_user_instances (sysctl), then restart reeve run'
    : '';
  const message = `the manifests cannot be watched (${error.message}); they are looked at every 2 s instead${hint}`;
  logger.warn(message);
  const regarding = `Platform/${platform}` as const;
  await store.record([
    { at: Date.now(), type: 'Warning', reason: 'ManifestsPolled', regarding, message, by: 'reeve' },
  ]);
}

/** false: it stands there in these words already. */
async function sayTrouble(parts: SessionParts, reason: string, text: string): Promise<boolean> {
  const message = parts.scrubber(text);
  const before = await manifestsTrouble(parts);
  if (before?.reason === reason && before.message === message) return false;
  parts.logger.warn(message);
  await say(parts, { type: 'Warning', status: true, reason, message });
  return true;
}

/** `status` shows the condition for as long as it stands. */
async function say(
  { store, platform }: SessionParts,
  told: {
    readonly type: 'Normal' | 'Warning';
    readonly status: boolean;
    readonly reason: string;
    readonly message: string;
  },
): Promise<void> {
  const regarding = `Platform/${platform}` as const;
  const at = Date.now();
  const { type, status, reason, message } = told;
  await store.saveCondition(regarding, { type: 'Degraded', status, reason, message }, at);
  await store.record([{ at, type, reason, regarding, message, by: 'reeve' }]);
}
