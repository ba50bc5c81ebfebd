// What a load takes and gives; the work is in load.ts.

import type { Diagnostic } from './diagnostic.ts';
import type { Copy } from './load-copy.ts';
import type { Revision } from './revision.ts';

/** What encrypted files hold, or why that cannot be told; by absolute path. */
export type Decrypted = ReadonlyMap<
  string,
  { readonly text: string } | { readonly why: string; readonly hint: string }
>;

export interface LoadRequest {
  /** `-f` arguments: manifests, folders, Compose files. Empty: `reeve.yaml`, then Compose's names, in `cwd`. */
  readonly paths: readonly string[];
  readonly cwd: string;
  /** The shell's variables (process.env, passed in). */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--project-directory`: where relative paths of Compose files start; absent: the folder of the first of them. */
  readonly projectDirectory?: string;
  /** `-p`: overrides the platform's name. */
  readonly platform?: string;
  /** Keyed digest of a secret or a variable: HMAC-SHA256 hex under the installation's key. */
  readonly digest: (value: string | Uint8Array) => string;
  /** What is read is a commit's own copy of what lives elsewhere. */
  readonly copy?: Copy;
  /** Files that are encrypted: a secret's value is what they hold. */
  readonly decrypted?: Decrypted;
}

/** Secret values of a load: kept in memory only, by Secret name; contents of Compose configs by `config:NAME`. */
export type SecretValues = ReadonlyMap<string, string>;

export interface Loaded {
  readonly revision: Revision;
  readonly secrets: SecretValues;
}

/** `compose`: where Compose files were all there was, the project in Compose's canonical shape, if Compose takes it. */
export type LoadResult = { readonly compose?: Readonly<Record<string, unknown>> } & (
  | { readonly ok: true; readonly loaded: Loaded }
  | {
      readonly ok: false;
      readonly diagnostics: readonly Diagnostic[];
      /** What was read all the same, so that a watcher can see it mended. */
      readonly files: readonly string[];
      /** Nothing is wrong with it but that the policy denies it: for the policy's report. */
      readonly denied?: Revision;
    }
);
