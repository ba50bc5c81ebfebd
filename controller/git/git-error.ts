// What can go wrong with a remote, as words that a condition can have. Git says it in sentences only: they are read here, in
// the C locale, and nowhere else.

import { exitStatus, ReeveError } from '../errors.ts';

export type GitReason =
  | 'RemoteUnreachable'
  | 'CredentialsRefused'
  | 'HostKeyUnknown'
  | 'RepositoryMissing'
  | 'RefMissing'
  | 'FetchTimedOut'
  | 'RepositoryTooLarge'
  | 'HistoryRewritten'
  | 'CommitMissing'
  | 'FetchFailed';

export class GitError extends ReeveError {
  readonly reason: GitReason;

  constructor(reason: GitReason, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, {
      status: unreachable.has(reason) ? exitStatus.unreachable : exitStatus.failed,
      ...options,
    });
    this.name = 'GitError';
    this.reason = reason;
  }
}

const unreachable = new Set<GitReason>(['RemoteUnreachable', 'FetchTimedOut']);

interface Rule {
  readonly pattern: RegExp;
  readonly reason: GitReason;
  readonly words: string;
  readonly hint: string;
  /** The line that says why, where the last one does not. */
  readonly said?: RegExp;
}

/** First match wins: a refused key is also told as a remote that could not be read from. */
const rules: readonly Rule[] = [
  {
    // Also "hung up", like a remote that is away: whoever asked asks once more, otherwise.
    pattern: /no commits selected for shallow|error processing shallow info/i,
    reason: 'FetchFailed',
    words: 'has nothing newer than what is in force',
    hint: 'a controller asks again at its next poll',
  },
  {
    pattern: /couldn't find remote ref|Remote branch .* not found/i,
    reason: 'RefMissing',
    words: 'has no such branch or tag',
    hint: 'was it removed or renamed? start reeve run with another --ref',
  },
  {
    pattern: /Host key verification failed|no matching host key|REMOTE HOST IDENTIFICATION HAS CHANGED/i,
    reason: 'HostKeyUnknown',
    words: "has a host key that is not among the known hosts'",
    hint: 'compare its fingerprint with what the host publishes, then add its line to the --known-hosts file',
  },
  {
    // ssh goes on without the key; its last words are only what came of that.
    pattern: /^Load key [\s\S]*Permission denied \(/m,
    reason: 'CredentialsRefused',
    said: /^Load key .*/m,
    words: 'refused the credentials',
    hint: '--ssh-key takes a private key without a passphrase, in a file that nobody else may read (chmod 600)',
  },
  {
    pattern:
      /Authentication failed|could not read (Username|Password)|Permission denied \(|HTTP 40[13]|returned error: 40[13]|terminal prompts disabled|invalid credentials/i,
    reason: 'CredentialsRefused',
    words: 'refused the credentials',
    hint: 'check --token-file or --ssh-key: it must be valid, may only read, and a key has no passphrase',
  },
  {
    pattern:
      /not found|does not appear to be a git repository|does not exist|HTTP 404|returned error: 404|No such file or directory/i,
    reason: 'RepositoryMissing',
    words: 'has no repository there, or does not show it to these credentials',
    hint: 'check --git, and that the token or key may read it',
  },
  {
    pattern:
      /Could not resolve host|Connection (refused|timed out|reset|closed)|Failed to connect|Couldn't connect|Network is unreachable|No route to host|early EOF|hung up unexpectedly|returned error: 5\d\d|HTTP 5\d\d|SSL|TLS|certificate|Empty reply/i,
    reason: 'RemoteUnreachable',
    words: 'cannot be reached',
    hint: 'check that this machine reaches it; a controller asks again at its next poll',
  },
  {
    pattern: /not our ref|no such remote ref|unadvertised object/i,
    reason: 'CommitMissing',
    words: 'has no such commit, or does not give it away by its id',
    hint: 'give the whole id of a commit that a branch of it holds',
  },
];

/** What git wrote, as one of the known reasons; `what` is what was asked of it. */
export function gitErrorOf(text: string, what: string): GitError {
  const found = rules.find(({ pattern }) => pattern.test(text));
  if (found === undefined) return new GitError('FetchFailed', `${what} failed: ${lastWords(text)}`);
  const { reason, words, hint } = found;
  const said = found.said?.exec(text)?.[0] ?? lastWords(text);
  return new GitError(reason, `${what}: the remote ${words} (${said})`, { hint });
}

/** The line that says why; git's own advice below it is for a person at a terminal. */
function lastWords(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !advice.test(line));
  const line = lines.find((l) => /^(fatal|error|remote|ssh):/i.test(l)) ?? lines.at(-1) ?? text.trim();
  return line.replace(/^(fatal|error): /, '').slice(0, longestWords);
}

const advice =
  /^(From |hint:|Please make sure|and the repository exists|fatal: Could not read from remote repository)/;
const longestWords = 200;
