// Values that are not shown: read once, kept apart from the resources, which hold a keyed digest. Content of Compose
// configs comes the same way, because it too may hold secrets.

import { resolve } from 'node:path';
import type { Position } from '../diagnostic.ts';
import { readBytes } from '../yaml/read.ts';
import { type ResolveContext, reportError, reportMissing } from './context.ts';
import type { Declared, ValueSource } from './declared.ts';

export interface Value {
  readonly digest: string;
  /** Absolute path, where the value is a file's: it can be mounted as it is. */
  readonly path?: string;
}

export interface Values {
  /** Reads a Secret on its first use; a missing or unreadable one is told where it is declared, or used. */
  secret(name: string, position: Position): Value | undefined;
  config(name: string, position: Position): Value | undefined;
  /** Reads what manifests declare and nobody uses too: a secret that cannot be read is a mistake at once. */
  readAll(): void;
  /** By Secret name, and by `config:NAME` for configs that are no file. */
  readonly secrets: Map<string, string>;
}

export function makeValues(context: ResolveContext, declared: Declared): Values {
  const secrets = new Map<string, string>();
  const known = new Map<string, Value | undefined>();
  const read = (source: ValueSource, key: string, what: string): Value | undefined => {
    if (known.has(key)) return known.get(key);
    const text = textOf(context, source, what);
    const path = source.value?.from === 'file' ? resolve(source.baseDir, source.value.text) : undefined;
    // What a file holds encrypted is not what may be mounted.
    const isMountable = path !== undefined && !context.decrypted.has(path);
    const value: Value | undefined =
      text === undefined
        ? undefined
        : {
            digest: context.digest(text),
            ...(isMountable ? { path } : {}),
          };
    if (text !== undefined) secrets.set(key, text);
    known.set(key, value);
    return value;
  };
  return {
    secrets,
    readAll: () => {
      for (const [name, source] of declared.secrets) if (!source.compose) read(source, name, 'Secret');
    },
    secret: (name, position) => {
      const source = declared.secrets.get(name);
      if (source !== undefined) return read(source, name, 'Secret');
      reportMissing(
        context,
        position,
        'Secret',
        name,
        declared.secrets.keys(),
        'declare it with kind: Secret',
      );
      return undefined;
    },
    config: (name, position) => {
      const source = declared.configs.get(name);
      if (source !== undefined) return read(source, `config:${name}`, 'config');
      reportMissing(context, position, 'config', name, declared.configs.keys(), 'declare it under configs');
      return undefined;
    },
  };
}

function textOf(context: ResolveContext, source: ValueSource, what: string): string | undefined {
  const { value } = source;
  if (source.external === true) {
    const message = `${what} "${source.name}" has no value here: the engine keeps such values only with Swarm`;
    reportError(context, source.position, 'Unsupported', message, 'name a file or an environment variable');
  }
  if (value === undefined) return undefined;
  if (value.from === 'content') return value.text;
  if (value.from === 'env') {
    const found = source.lookup(value.text);
    if (found !== undefined) return found;
    const message = `${what} "${source.name}" cannot be read: the variable ${value.text} is not set`;
    reportError(context, value.position, 'SecretUnreadable', message, 'set it in the shell or in .env');
    return undefined;
  }
  const path = resolve(source.baseDir, value.text);
  context.files.add(path);
  const decrypted = context.decrypted.get(path);
  if (decrypted !== undefined && 'text' in decrypted) return decrypted.text.replace(/\r?\n$/, '');
  const read = decrypted === undefined ? readBytes(path) : { message: decrypted.why, hint: decrypted.hint };
  if (Buffer.isBuffer(read)) return read.toString('utf8').replace(/\r?\n$/, '');
  reportError(
    context,
    value.position,
    'SecretUnreadable',
    `${what} "${source.name}" cannot be read: ${read.message}`,
    read.hint,
  );
  return undefined;
}
