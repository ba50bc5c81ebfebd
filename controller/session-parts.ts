// What a session is made of; session.ts puts it together.

import type { Logger } from 'pino';
import type { Loaded } from '../desired-state/load-types.ts';
import type { ConnectedEngine } from './docker/connect.ts';
import type { GitSources } from './git/git-sources.ts';
import type { Elected } from './lease/candidate.ts';
import type { FormerCall } from './lease/former-calls.ts';
import type { Lock } from './lock/lock.ts';
import type { Scrubber } from './secrets.ts';
import type { Manifests } from './sources.ts';
import type { Store } from './store/store.ts';

export interface SessionParts {
  readonly platform: string;
  readonly engine: ConnectedEngine;
  readonly store: Store;
  readonly sources: Manifests;
  /** The same, where they are in git. */
  readonly git?: GitSources;
  readonly digest: (value: string | Uint8Array) => string;
  /** What to begin with: the first load, or what was in force. */
  readonly first: Loaded;
  /** False: opened by the platform's name; there are no files to load anew. */
  readonly reloads: boolean;
  readonly logger: Logger;
  readonly scrubber: Scrubber;
  readonly by: string;
  readonly lock?: Lock;
  /** Where several may want to act: by what right this one does. */
  readonly lead?: Elected;
  /** What the controller before may have left under way. */
  readonly formerCalls: readonly FormerCall[];
}
