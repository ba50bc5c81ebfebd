// Values in the environment that look like secrets: everybody who may inspect the container reads them. Names the
// variable, never the value.

import type { EnvValue } from '../../container-spec.ts';
import { placeOf, type Rule } from '../rule.ts';

const secretName =
  /(^|_)(PASSWORD|PASSWD|PASS|PASSPHRASE|SECRET|SECRET_KEY|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY|AUTH|CREDENTIALS?)$/i;
/** `postgres://user:password@host`. */
const urlWithPassword = /^[a-z][a-z0-9+.-]*:\/\/[^/@:\s]*:[^/@\s]+@/i;
const noSecret = /^(|true|false|none|null|yes|no|on|off)$/i;

/** Also for others who print an environment: does this one look like a secret in clear? */
export function looksSecret(name: string, value: EnvValue): boolean {
  if (typeof value !== 'string') return false;
  return (secretName.test(name) && !noSecret.test(value)) || urlWithPassword.test(value);
}

export const clearSecrets: Rule = {
  name: 'clearSecrets',
  words: 'holds what looks like a secret in clear in its environment',
  remedy:
    'declare kind: Secret and write {secret: NAME} as the value; in Compose files use secrets: with NAME_FILE',
  standard: 'warn',
  check: (workload) =>
    Object.entries(workload.container.environment).flatMap(([name, value]) =>
      looksSecret(name, value) ? [{ detail: name, ...placeOf(workload, `environment.${name}`) }] : [],
    ),
};
