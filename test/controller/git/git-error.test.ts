// What git, ssh and hosts say when something is wrong, as they said it, and the word that it comes to.

import { expect, test } from 'vitest';
import { gitErrorOf } from '../../../controller/git/git-error.ts';

test.each([
  ["fatal: couldn't find remote ref nothing", 'RefMissing'],
  ['Host key verification failed.\nfatal: Could not read from remote repository.', 'HostKeyUnknown'],
  [
    'git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.',
    'CredentialsRefused',
  ],
  [
    `Load key "/root/.ssh/id_rsa": error in libcrypto\nfatal: '/srv/x.git' does not appear to be a git repository\nfatal: Could not read from remote repository.`,
    'RepositoryMissing',
  ],
  [
    "remote: HTTP Basic: Access denied\nfatal: Authentication failed for 'https://git.example.org/x.git/'",
    'CredentialsRefused',
  ],
  [
    "fatal: could not read Username for 'https://github.com': terminal prompts disabled",
    'CredentialsRefused',
  ],
  [
    "remote: Repository not found.\nfatal: repository 'https://github.com/a/b/' not found",
    'RepositoryMissing',
  ],
  ["fatal: '/srv/x.git' does not appear to be a git repository", 'RepositoryMissing'],
  [
    "fatal: unable to access 'https://nowhere.example/x.git/': Could not resolve host: nowhere.example",
    'RemoteUnreachable',
  ],
  [
    'ssh: connect to host 127.0.0.1 port 9: Connection refused\nfatal: Could not read from remote repository.',
    'RemoteUnreachable',
  ],
  [
    "fatal: unable to access 'https://git.example.org/x.git/': The requested URL returned error: 503",
    'RemoteUnreachable',
  ],
  ['fatal: the remote end hung up unexpectedly', 'RemoteUnreachable'],
  [
    'fatal: no commits selected for shallow requests\nfatal: the remote end hung up unexpectedly',
    'FetchFailed',
  ],
  ['fatal: remote error: upload-pack: not our ref 0123', 'CommitMissing'],
  ['fatal: something quite new', 'FetchFailed'],
])('%s', (text, reason) => {
  expect(gitErrorOf(text, 'fetching main of x').reason).toBe(reason);
});

test('the line that says why is told, not the advice below it', () => {
  const { message } = gitErrorOf(
    'ssh: connect to host h port 22: No route to host\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.',
    'fetching main of ssh://h/x.git',
  );
  expect(message).toBe(
    'fetching main of ssh://h/x.git: the remote cannot be reached (ssh: connect to host h port 22: No route to host)',
  );
});
