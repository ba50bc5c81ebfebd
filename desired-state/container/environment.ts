// Environment: env files first, then `environment` over them; a key without a value takes the shell's, or takes the
// variable away, also the image's.
// A Secret's value never passes through here: only which Secret a variable takes it from.

import type { EnvValue } from '../container-spec.ts';
import type { Position } from '../diagnostic.ts';
import type { MapNode } from '../tree.ts';
import { apiSocketVariables } from './api-socket.ts';
import { envFilesOf } from './env-file.ts';
import { fieldOf, reject, type Scope, take } from './scope.ts';
import { type Pair, pairsOf, pairText, textOf } from './values.ts';

export interface EnvironmentSecret {
  readonly key: string;
  readonly secret: string;
  readonly position: Position;
}

export interface Environment {
  readonly environment: Record<string, EnvValue>;
  /** Absent where there is none, so that a spec without any serialises as ever. */
  readonly unsetEnvironment?: readonly string[];
  readonly environmentSecrets: readonly EnvironmentSecret[];
}

export function environmentOf(scope: Scope, node: MapNode): Environment {
  const written = pairsOf(scope, take(scope, node, 'environment', 'environment')).map((pair) => {
    return { pair, value: envValueOf(scope, pair) };
  });
  const texts = new Map(
    written.map(({ pair, value }) => [pair.key, typeof value === 'string' ? value : undefined]),
  );
  const files = envFilesOf(scope, fieldOf(node, 'env_file'), (name) => texts.get(name));
  const environment: Record<string, EnvValue> = Object.fromEntries(files);
  const secrets: EnvironmentSecret[] = [];
  const unset: string[] = [];
  for (const { pair, value } of written) {
    const { position } = pair.node;
    scope.positions[`environment.${pair.key}`] = position;
    if (value === undefined) {
      // `KEY:` alone, unset in the shell: Compose takes the variable away, also one of an env file or of the image.
      delete environment[pair.key];
      unset.push(pair.key);
      continue;
    }
    environment[pair.key] = value;
    if (typeof value !== 'string') secrets.push({ key: pair.key, secret: value.secret, position });
  }
  for (const [key, value] of Object.entries(apiSocketVariables(node))) {
    if (!(key in environment) && !unset.includes(key)) environment[key] = value;
  }
  return {
    environment,
    environmentSecrets: secrets,
    ...(unset.length === 0 ? {} : { unsetEnvironment: unset.sort() }),
  };
}

function envValueOf(scope: Scope, pair: Pair): EnvValue | undefined {
  if (pair.value === undefined) return scope.lookup(pair.key);
  if (typeof pair.value !== 'string' && pair.value.kind === 'map') {
    const secret = textOf(fieldOf(pair.value, 'secret'));
    // The digest comes with the Secret's value, once Secrets are read.
    return secret === undefined ? undefined : { secret, digest: '' };
  }
  const text = pairText(pair);
  if (text?.includes('\0')) {
    return reject(scope, pair.node, 'BadValue', `bad value of ${pair.key}: expected text without NUL`);
  }
  return text;
}
