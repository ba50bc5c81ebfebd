// Whether a commit is signed by somebody who may. Git itself calls an unsigned commit no error (`verify-commit` of one by the
// wrong key succeeds too, where no trust is set), so its one-letter verdict is judged here: only G counts.

import { execFile } from 'node:child_process';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { exitStatus, ReeveError } from '../errors.ts';
import type { Repository } from './repository.ts';
import type { VerifySettings } from './settings.ts';

export interface Signature {
  /** Good, by somebody who may: who that is. */
  readonly signedBy?: string;
  /** Else why it does not count. */
  readonly unverified?: string;
}

const run = promisify(execFile);

export class Verifier {
  readonly #settings: VerifySettings;
  /** A key ring of our own, with the allowed keys alone: whatever gpg finds in it may sign. */
  readonly #gnupg: string;
  #imported = '';

  constructor(settings: VerifySettings, home: string) {
    this.#settings = settings;
    this.#gnupg = join(home, 'gnupg');
  }

  get mode(): VerifySettings['mode'] {
    return this.#settings.mode;
  }

  async signatureOf(repository: Repository, id: string): Promise<Signature> {
    await this.#importKeys();
    const text = await repository.run(['log', '-1', '--format=%G?%x00%GS%x00%GF%x00%GK', id], {
      GNUPGHOME: this.#gnupg,
    });
    const [verdict = 'N', signer = '', fingerprint = '', key = ''] = text.trimEnd().split('\0');
    const known = fingerprint || key;
    if (verdict === 'G') return { signedBy: signer || known };
    return { unverified: (words[verdict] ?? words['E'] ?? '').replace('KEY', known || 'not told') };
  }

  /** Anew whenever the file has changed: keys come and go while a controller runs. */
  async #importKeys(): Promise<void> {
    const { keyring } = this.#settings;
    if (keyring === undefined) {
      await mkdir(this.#gnupg, { recursive: true, mode: 0o700 });
      return;
    }
    const { mtimeMs, size } = await stat(keyring);
    const stamp = `${mtimeMs} ${size}`;
    if (stamp === this.#imported) return;
    await rm(this.#gnupg, { recursive: true, force: true });
    await mkdir(this.#gnupg, { recursive: true, mode: 0o700 });
    await writeFile(join(this.#gnupg, 'gpg.conf'), 'trust-model always\nno-autostart\n');
    try {
      await run('gpg', ['--homedir', this.#gnupg, '--batch', '--quiet', '--import', keyring]);
    } catch (cause) {
      const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
      throw new ReeveError(
        isMissing ? 'gpg is not installed on this machine' : `the keys in ${keyring} cannot be read`,
        {
          status: exitStatus.failed,
          hint: isMissing
            ? 'install it: apt-get install gnupg'
            : 'export them: gpg --export --armor NAME > FILE',
          cause,
        },
      );
    }
    this.#imported = stamp;
  }
}

const words: Readonly<Record<string, string>> = {
  N: 'it is not signed',
  U: 'it is signed by a key that is not among the allowed ones (KEY)',
  E: 'it is signed by a key that is not among the allowed ones (KEY)',
  B: 'its signature is bad: the commit was changed after it was signed',
  X: 'its signature has expired',
  Y: 'it is signed by a key that has expired (KEY)',
  R: 'it is signed by a key that was revoked (KEY)',
};
