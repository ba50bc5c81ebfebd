// Values in the environment that look like secrets: everybody who may inspect the container reads them. Names the
// variable, never the value.

import type { EnvValue } from '../../container-spec.ts';
import { placeOf, type Rule } from '../rule.ts';

/** Words that say so wherever they end a name: `MYSQL_PASSWORD`, `dbPassword`, `SLACKTOKEN`. */
const secretEnd = /(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?)$/i;
/** `MYPASS`, `PROXY_PASS`; words of another meaning end so too. */
const passEnd = /(?<!(?:BY|COM|ENCOM|OVER|SUR|TRES|UNDER))PASS$/i;
/** Words of their own. */
const secretWord = /(^|_)(PW|AUTH|CREDS|JWT)$/i;
/** Keys that open something: not `PUBLIC_KEY`, `SORT_KEY`, `CACHE_KEY`. */
const secretKey =
  /(^|_)((API|APP|ACCESS|ACCOUNT|ENCRYPTION|JWT|MASTER|PRIVATE|SECRET|SERVICE|SERVICE_ROLE|SIGNING)_?KEY|ACCESS_?KEY_?ID|SECRET_KEY_BASE)$/i;
/** The shell's own `PWD` and `OLDPWD` are folders, and so may others' be. */
const passwordOrFolder = /(?<!^|^OLD)PWD$/i;
const folder = /^[/.~]/;
/** A personal access token, or a pattern. */
const tokenOrPattern = /(^|_)PAT$/i;
const token = /^[\w-]+$/;
/** `postgres://user:password@host`. */
const urlWithPassword = /^[a-z][a-z0-9+.-]*:\/\/[^/@:\s]*:[^/@\s]+@/i;
const noSecret = /^(|true|false|none|null|yes|no|on|off)$/i;

/** Also for others who print an environment: does this one look like a secret in clear? */
export function looksSecret(name: string, value: EnvValue): boolean {
  if (typeof value !== 'string') return false;
  return (namesSecret(name, value) && !noSecret.test(value)) || urlWithPassword.test(value);
}

function namesSecret(name: string, value: string): boolean {
  if ([secretEnd, passEnd, secretWord, secretKey].some((words) => words.test(name))) return true;
  if (passwordOrFolder.test(name)) return !folder.test(value);
  return tokenOrPattern.test(name) && token.test(value);
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
