// What a failure comes from, as data: an ordered table, first match wins, facts before words. The verdict decides what is
// done next; a guess (below 0.5) never decides more than another try. An edge case is a row here and a test.

import type { Ref } from '../../desired-state/resource.ts';
import type { Evidence, Failure } from './evidence.ts';

export interface Verdict {
  readonly kind: VerdictKind;
  /** From 0 to 1; 1: it is a fact. */
  readonly confidence: number;
  /** The lines and facts that say so. */
  readonly evidence: readonly string[];
  /**
   * `restart`: again, within the budget. `wait`: for what it depends on. `free`: the engine's disk first, then again.
   * `escalate`: no restart can help.
   */
  readonly next: 'restart' | 'wait' | 'free' | 'escalate';
  /** What is so, as a sentence. */
  readonly message: string;
  /** What to look at or type, beside the answers that the recovery takes. */
  readonly commands: readonly string[];
}

export type VerdictKind =
  | 'dependencyDown'
  | 'loading'
  | 'imageGone'
  | 'portTaken'
  | 'outOfMemory'
  | 'badCommand'
  | 'fileMissing'
  | 'diskFull'
  | 'refused'
  | 'unhealthy'
  | 'notReady'
  | 'crash';

export interface Case {
  readonly ref: Ref;
  readonly failure: Failure;
  /** Failures of this recovery so far, this one included. */
  readonly failures: number;
  readonly evidence: Evidence;
}

interface Row extends Omit<Verdict, 'evidence' | 'message' | 'commands' | 'next'> {
  /** Facts and lines for it; undefined: it is not this. */
  readonly when: (c: Case) => readonly string[] | undefined;
  readonly next: Verdict['next'] | ((c: Case) => Verdict['next']);
  readonly message: (c: Case) => string;
  readonly commands?: (c: Case) => readonly string[];
}

const reasonIs =
  (...reasons: readonly string[]) =>
  ({ failure, evidence }: Case): readonly string[] | undefined =>
    reasons.includes(failure.reason) ? [evidence.message] : undefined;

/** The newest lines of its log that say so, and what the engine or the healthcheck said. */
const says =
  (words: RegExp) =>
  ({ evidence: { log, engineError, healthOutput } }: Case): readonly string[] | undefined => {
    const lines = [...new Set(log.filter((line) => words.test(line)))].slice(-2);
    const others = [engineError, healthOutput].filter((text) => text !== undefined && words.test(text));
    return lines.length + others.length === 0 ? undefined : [...others, ...lines].map((l) => l ?? '');
  };

const exitedWith =
  (...codes: readonly number[]) =>
  ({ evidence: { exitCode, message } }: Case): readonly string[] | undefined =>
    exitCode !== undefined && codes.includes(exitCode) ? [message] : undefined;

/** What a program says that cannot write. */
export const diskFullWords = /\bENOSPC\b|no space left on device|disk (is )?full|disk quota exceeded/i;

/** Once may have been a slip of the hand in its image or mount; twice is how it is. */
const afterOneMore = ({ failures }: Case): Verdict['next'] => (failures > 1 ? 'escalate' : 'restart');

const rows: readonly Row[] = [
  // Facts: of the platform and of the engine.
  {
    kind: 'dependencyDown',
    confidence: 1,
    when: ({ failure: { waitsFor } }) =>
      waitsFor.length > 0 ? waitsFor.map((on) => `${on} is not ready`) : undefined,
    next: 'wait',
    message: ({ failure: { waitsFor } }) => `what it depends on is not ready: ${waitsFor.join(', ')}`,
    commands: ({ failure: { waitsFor } }) => waitsFor.slice(0, 2).map((on) => `reeve explain ${on}`),
  },
  {
    kind: 'loading',
    confidence: 1,
    when: reasonIs('Loading'),
    next: 'wait',
    message: () => 'it says itself that it recovers or loads its data: no failure, and no restart',
  },
  {
    kind: 'imageGone',
    confidence: 1,
    when: reasonIs('ImageMissing', 'ImagePullDenied'),
    next: 'escalate',
    message: () => 'its image is gone and cannot be had again',
    commands: ({ ref }) => [`reeve describe ${ref}`, 'reeve apply'],
  },
  {
    kind: 'imageGone',
    confidence: 1,
    when: reasonIs('ImagePullFailed'),
    next: 'restart',
    message: () => 'its image is gone and could not be pulled',
    commands: ({ ref }) => [`reeve describe ${ref}`],
  },
  {
    kind: 'portTaken',
    confidence: 1,
    when: reasonIs('PortTaken'),
    next: 'escalate',
    message: () => 'a port that it needs on the host is taken',
    commands: () => ["docker ps --format '{{.Names}} {{.Ports}}'", 'ss -ltnp'],
  },
  {
    kind: 'outOfMemory',
    confidence: 1,
    when: ({ failure, evidence }) =>
      evidence.oomKilled || failure.reason === 'OomKilled' ? [evidence.message] : undefined,
    next: 'restart',
    message: () => 'it ran out of memory',
    commands: ({ ref }) => [`reeve describe ${ref}`],
  },
  {
    kind: 'diskFull',
    confidence: 1,
    when: reasonIs('NoSpace'),
    next: 'free',
    message: () => "the engine's disk is full",
    commands: () => ['docker system df -v', 'df -h'],
  },
  {
    kind: 'badCommand',
    confidence: 1,
    when: reasonIs('CommandNotFound'),
    next: 'escalate',
    message: () => 'its command cannot be run',
    commands: ({ ref }) => [`reeve describe ${ref}`],
  },
  {
    kind: 'fileMissing',
    confidence: 1,
    when: reasonIs('MountMissing', 'FilesRefused'),
    next: 'escalate',
    message: () => 'a file or folder that is mounted into it cannot be had',
    commands: ({ ref }) => [`reeve describe ${ref}`],
  },
  {
    kind: 'refused',
    confidence: 1,
    when: reasonIs('StartFailed', 'UserMissing', 'StepFailed', 'EngineRefused'),
    next: 'restart',
    message: () => 'the engine refuses to start it',
    commands: ({ ref }) => [`reeve describe ${ref}`],
  },
  // What a shell means by these; a program may mean something else.
  {
    kind: 'badCommand',
    confidence: 0.8,
    when: exitedWith(126, 127),
    next: afterOneMore,
    message: ({ evidence: { exitCode } }) =>
      `a command in it ${exitCode === 127 ? 'is not found' : 'may not be run'} (status ${exitCode})`,
    commands: ({ ref }) => [`reeve describe ${ref}`],
  },
  // Words: the log's, the healthcheck's.
  {
    kind: 'diskFull',
    confidence: 0.9,
    when: says(diskFullWords),
    next: 'free',
    message: () => 'it writes to a disk that is full',
    commands: ({ ref }) => [`reeve describe ${ref}`, 'docker system df -v', 'df -h'],
  },
  {
    kind: 'outOfMemory',
    confidence: 0.7,
    when: says(/\bOutOfMemory|\bMemoryError\b|heap out of memory|cannot allocate memory|\bENOMEM\b/i),
    next: 'restart',
    message: () => 'it says that it ran out of memory',
    commands: ({ ref }) => [`reeve describe ${ref}`],
  },
  {
    kind: 'portTaken',
    confidence: 0.7,
    when: says(/\bEADDRINUSE\b|address already in use/i),
    next: 'restart',
    message: () => 'an address that it listens on is in use already',
  },
  {
    kind: 'fileMissing',
    confidence: 0.7,
    when: says(
      /(\/run\/secrets\/|\bconfig|\bsecret).*(no such file|not found|missing|\bENOENT\b)|(no such file|\bENOENT\b|not found|missing).*(\/run\/secrets\/|\bconfig|\bsecret)|(environment variable|env var)\b.*(not set|missing|required|undefined)|must be set/i,
    ),
    next: 'restart',
    message: () => 'a config, secret or variable that it wants is missing',
    commands: ({ ref }) => [`reeve describe ${ref}`],
  },
  {
    kind: 'dependencyDown',
    confidence: 0.6,
    when: says(
      /\bECONNREFUSED\b|connection refused|could not connect|\bENOTFOUND\b|\bEAI_AGAIN\b|no such host|name or service not known|temporary failure in name resolution/i,
    ),
    // What it depends on is ready as far as is declared: another try is all there is to do.
    next: 'restart',
    message: () => 'it cannot reach something that it needs',
    commands: ({ ref }) => [`reeve graph ${ref}`],
  },
  // What is left.
  {
    kind: 'notReady',
    confidence: 0.5,
    when: reasonIs('NotReady'),
    next: 'escalate',
    message: () => 'it runs and does not get ready in its time',
  },
  {
    kind: 'unhealthy',
    confidence: 0.4,
    when: ({ evidence: { message, healthOutput, log } }) => {
      if (!/^its (healthcheck|probe) fails/.test(message)) return undefined;
      if (healthOutput === undefined) return [message, ...log.slice(-1)];
      return [message.includes(healthOutput) ? message : `${message}: ${healthOutput}`];
    },
    next: 'restart',
    message: () => 'it runs and does not do its work',
  },
  {
    kind: 'crash',
    confidence: 0.3,
    when: ({ evidence: { message, log } }) => [message, ...log.slice(-1)],
    next: 'restart',
    message: () => 'it ends by itself',
  },
];

/** What it comes from, as far as is known. */
export function diagnose(c: Case): Verdict {
  for (const { when, next, message, commands, kind, confidence } of rows) {
    const evidence = when(c);
    if (evidence === undefined) continue;
    const wish = typeof next === 'function' ? next(c) : next;
    return {
      kind,
      confidence,
      evidence,
      // What only does not get ready is not restarted by the loop: waiting on would be for ever.
      next: c.failure.reason === 'NotReady' && wish !== 'wait' ? 'escalate' : wish,
      message: message(c),
      commands: [...(commands?.(c) ?? []), `reeve logs ${c.ref} --tail 50`],
    };
  }
  throw new Error('the last row holds always');
}
