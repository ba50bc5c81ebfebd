// Secret files of a commit that are encrypted with age, decrypted with a key that lies outside the repository. What they hold
// stays in memory: it is put into containers, never written beside the commit's files. The library is loaded where there is
// such a file: its curves take a command's start longer than all else.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Decrypter } from 'age-encryption';
import type { Decrypted } from '../../desired-state/load-types.ts';
import { exitStatus, ReeveError } from '../errors.ts';
import type { TreeEntry } from './repository.ts';

/** What is larger is no secret. */
const mostBytes = 1024 * 1024;

const armorBegins = '-----BEGIN AGE ENCRYPTED FILE-----';

/** Of all files named `*.age`, by their absolute path in the copy. */
export async function decryptFiles(
  copy: string,
  tree: readonly TreeEntry[],
  keyFile: string | undefined,
): Promise<Decrypted> {
  const files = tree.filter(
    ({ path, bytes, mode }) => path.endsWith('.age') && bytes <= mostBytes && mode !== '120000',
  );
  if (files.length === 0) return new Map();
  const decrypter = keyFile === undefined ? undefined : await decrypterOf(keyFile);
  const read = async ({ path }: TreeEntry): Promise<readonly [string, Plain]> => {
    const file = join(copy, path);
    if (decrypter === undefined) return [file, noKey];
    const text = await decrypt(decrypter, await readFile(file));
    if (text !== undefined) return [file, { text }];
    const hint = 'encrypt it for the recipient of that key: age -r age1…';
    return [file, { why: `it is encrypted with age, and not for the key in ${keyFile}`, hint }];
  };
  return new Map(await Promise.all(files.map(read)));
}

type Plain = Decrypted extends ReadonlyMap<string, infer V> ? V : never;

const noKey: Plain = {
  why: 'it is encrypted with age, and no key is given',
  hint: 'give it: --age-key FILE',
};

async function decrypterOf(keyFile: string): Promise<Decrypter> {
  const lines = (await readFile(keyFile, 'utf8')).split('\n').map((line) => line.trim());
  const keys = lines.filter((line) => line.startsWith('AGE-SECRET-KEY-'));
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  try {
    if (keys.length === 0) throw new Error('no line begins with AGE-SECRET-KEY-');
    for (const key of keys) decrypter.addIdentity(key);
  } catch {
    // Without the cause: its words may hold the key.
    throw new ReeveError(`there is no key of age in ${keyFile}`, {
      status: exitStatus.usage,
      hint: 'make one with: age-keygen -o FILE',
    });
  }
  return decrypter;
}

/** undefined: not by these keys. */
async function decrypt(decrypter: Decrypter, bytes: Buffer): Promise<string | undefined> {
  try {
    const { armor } = await import('age-encryption');
    const isArmored = bytes.subarray(0, armorBegins.length).toString() === armorBegins;
    const plain = await decrypter.decrypt(isArmored ? armor.decode(bytes.toString()) : bytes);
    return Buffer.from(plain).toString('utf8');
  } catch {
    // Told by the caller with the file's name. Without the cause: its words may hold what was encrypted.
    return undefined;
  }
}
