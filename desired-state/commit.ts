// A commit of a git repository that manifests were loaded from, and how it reads. Pure.

export interface Commit {
  /** 40 hex digits (64 in a repository of SHA-256). */
  readonly id: string;
  readonly author: string;
  /** First line of its message. */
  readonly subject: string;
  /** When it was committed, ISO 8601. */
  readonly at: string;
  /** Of the repository, without any credential. */
  readonly url: string;
  /** Branch, tag or commit that was followed. */
  readonly ref: string;
  /** Folder or file in the repository. */
  readonly path: string;
  /** Where commits are verified: who signed it, or why its signature does not count. */
  readonly signedBy?: string;
  readonly unverified?: string;
}

/** Longer subjects are cut: the words stand in the middle of sentences. */
const longestSubject = 60;

/** `4c2e1f0`: as git itself shortens it. */
export function shortCommit(id: string): string {
  return id.slice(0, 7);
}

/** `commit 4c2e1f0 (Ana: raise redis memory)`. */
export function commitWords({ id, author, subject }: Pick<Commit, 'id' | 'author' | 'subject'>): string {
  const cut = subject.length > longestSubject ? `${subject.slice(0, longestSubject - 1)}…` : subject;
  return `commit ${shortCommit(id)} (${author}: ${cut})`;
}

/** Where a platform's manifests come from, as one word: the same over all commits and branches. */
export function gitSource({ url, path }: { readonly url: string; readonly path: string }): string {
  return path === '.' ? url : `${url}//${path}`;
}
