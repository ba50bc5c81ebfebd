// Two containers' inspect output made comparable. What is left out or rewritten here, and why, is the whole list of
// differences between what docker-compose 1.29 and reeve make.

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Fields = { [key: string]: Json };

/** Of this one container and this one moment. */
const ofTheMoment = new Set([
  ...['Id', 'Created', 'State', 'Name', 'LogPath', 'HostnamePath', 'HostsPath', 'ResolvConfPath', 'ExecIDs'],
  ...['GraphDriver', 'RestartCount', 'ProcessLabel', 'MountLabel', 'Driver'],
]);

/** Who may attach to it and when: of the one call that attaches, not of the container's life. */
const ofAttaching = new Set(['AttachStdin', 'AttachStdout', 'AttachStderr', 'StdinOnce', 'ConsoleSize']);

/**
 * How mounts were asked for (`Binds`, `Mounts`, `Config.Volumes`): 1.29 uses the first for all it can, reeve, as
 * Compose v5, the second where it says more. What is mounted is compared, in `Mounts` of the container itself.
 */
const waysToMount = new Set(['Binds', 'Volumes', 'Mounts']);

const ownLabels = ['com.docker.compose.', 'reeve.'];

/** Only what the two must agree on; empty and absent are one. */
export function comparable(raw: Fields): Fields {
  const { Config, HostConfig, NetworkSettings, Mounts, ...rest } = raw;
  const id = String(raw['Id']).slice(0, 12);
  return full({
    ...without(rest, ofTheMoment),
    Config: configOf(fields(Config), id),
    HostConfig: hostOf(fields(HostConfig)),
    Mounts: list(Mounts)
      .map((mount) => mountOf(fields(mount)))
      .sort((a, b) => (String(a['Destination']) < String(b['Destination']) ? -1 : 1)),
    Networks: Object.fromEntries(
      Object.entries(fields(fields(NetworkSettings)['Networks'])).map(([name, endpoint]) => [
        name,
        endpointOf(fields(endpoint), id, String(raw['Name']).slice(1)),
      ]),
    ),
  });
}

/** A network or a volume. */
export function comparablePart(raw: Fields): Fields {
  const labels = Object.entries(fields(raw['Labels'])).filter(
    ([key]) => !ownLabels.some((prefix) => key.startsWith(prefix)),
  );
  // 1.29 makes every network attachable, which has a meaning with Swarm only; reeve and Compose v5 as it is written.
  const rest = without(raw, new Set(['Id', 'Created', 'CreatedAt', 'Containers', 'Attachable']));
  // Which addresses the engine finds free is its own.
  const own =
    String(raw['Name']).endsWith('_default') || String(raw['Name']).endsWith('-inner') ? { IPAM: null } : {};
  return full({ ...rest, ...own, Labels: Object.fromEntries(labels) });
}

function configOf(config: Fields, id: string): Fields {
  const labels = Object.entries(fields(config['Labels'] ?? null)).filter(
    ([key]) => !ownLabels.some((prefix) => key.startsWith(prefix)),
  );
  return {
    ...without(config, new Set([...ofAttaching, ...waysToMount])),
    Labels: Object.fromEntries(labels),
    Env: list(config['Env']).sort(),
    // The engine's own choice.
    ...(config['Hostname'] === id ? { Hostname: '' } : {}),
  };
}

/**
 * No restart policy is said by 1.29 with no name, by reeve with its own name; volumes of others that may be written to
 * with `rw` and with nothing; and a seccomp profile with and without spaces.
 */
function hostOf(host: Fields): Fields {
  const { RestartPolicy, ...rest } = without(host, new Set([...ofAttaching, ...waysToMount]));
  return {
    ...rest,
    ...(fields(RestartPolicy)['Name'] === 'no' ? {} : { RestartPolicy: RestartPolicy ?? null }),
    VolumesFrom: list(host['VolumesFrom']).map((from) => String(from).replace(/:rw$/, '')),
    SecurityOpt: list(host['SecurityOpt']).map((option) => String(option).replaceAll(': ', ':')),
  };
}

/** An anonymous volume has a name of its own; `rw` and `z` are how the two ways to mount say nothing. */
function mountOf(mount: Fields): Fields {
  const isAnonymous = /^[0-9a-f]{64}$/.test(String(mount['Name']));
  return {
    ...without(mount, new Set(['Source', 'Name', 'Mode'])),
    ...(isAnonymous ? {} : { Name: mount['Name'] ?? null }),
    ...(mount['Type'] === 'bind' ? { Source: mount['Source'] ?? null } : {}),
  };
}

/** Addresses that the engine gave while it runs are not asked for. The container's own id and name answer anyway. */
function endpointOf(endpoint: Fields, id: string, name: string): Fields {
  const given = ['NetworkID', 'EndpointID', 'Gateway', 'IPAddress', 'IPPrefixLen', 'IPv6Gateway'];
  const more = ['GlobalIPv6Address', 'GlobalIPv6PrefixLen', 'MacAddress'];
  const aliases = list(endpoint['Aliases']).filter((alias) => alias !== id && alias !== name);
  return {
    ...without(endpoint, new Set([...given, ...more])),
    Aliases: [...new Set(aliases)].sort(),
    Links: list(endpoint['Links']).sort(),
  };
}

function without(of: Fields, left: ReadonlySet<string>): Fields {
  return Object.fromEntries(Object.entries(of).filter(([key]) => !left.has(key)));
}

function fields(value: Json | undefined): Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
}

function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? [...value] : [];
}

/** Without what says nothing: null, false, 0, '' and what is empty. */
function full(of: Fields): Fields {
  const kept = Object.entries(of).map(([key, value]): [string, Json] => [key, inner(value)]);
  return Object.fromEntries(kept.filter(([, value]) => !saysNothing(value)));
}

function inner(value: Json): Json {
  if (Array.isArray(value)) return value.map(inner);
  return value !== null && typeof value === 'object' ? full(value) : value;
}

function saysNothing(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (value !== null && typeof value === 'object') return Object.keys(value).length === 0;
  return value === null || value === false || value === 0 || value === '';
}
