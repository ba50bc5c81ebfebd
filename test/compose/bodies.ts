// Bodies of create calls made comparable: Compose v5's and reeve's. What is left out or rewritten here, and why, and the
// table in differences.ts, are together all that the two ask for otherwise.

import { type Fields, fields, type Json } from './calls.ts';

/** One service's container: its own fields, the host's share, and the networks that it is on when it starts. */
export interface Comparable {
  readonly config: Fields;
  readonly host: Fields;
  readonly networks: Readonly<Record<string, Fields>>;
}

export interface Connected {
  readonly network: string;
  readonly endpoint: Fields;
}

export function comparable(name: string, body: Fields, later: readonly Connected[]): Comparable {
  const { HostConfig, NetworkingConfig, ...config } = body;
  const first = Object.entries(fields(fields(NetworkingConfig)['EndpointsConfig']));
  const endpoints = [...first, ...later.map(({ network, endpoint }) => [network, endpoint] as const)];
  return {
    config: said(configOf(config)),
    host: said(hostOf(fields(HostConfig), endpoints.length > 0)),
    networks: Object.fromEntries(
      endpoints.map(([network, endpoint]) => [network, endpointOf(name, fields(endpoint))]),
    ),
  };
}

/** Of a network or a volume. A second network of one name is refused where reeve says so, by newer engines always. `bridge`, `local` and `default` are what an engine takes where no driver is said. */
export function comparablePart(body: Fields): Fields {
  const { Driver, IPAM, CheckDuplicate: _, ...rest } = body;
  const usual = (driver: Json | undefined): Json =>
    /^(bridge|local|default)$/.test(String(driver)) ? '' : (driver ?? '');
  const { Driver: ipamDriver, ...ipam } = fields(IPAM);
  return said({
    ...configOf(rest),
    Driver: usual(Driver),
    IPAM: said({ ...ipam, Driver: usual(ipamDriver) }),
  });
}

/** Paths of the fields that are not the same, `host.Binds`. */
export function differing(ours: Comparable, theirs: Comparable): string[] {
  const networks = { ...ours.networks, ...theirs.networks };
  return [
    ...fieldsDiffering('config', ours.config, theirs.config),
    ...fieldsDiffering('host', ours.host, theirs.host),
    ...Object.keys(networks).flatMap((name) =>
      name in ours.networks && name in theirs.networks
        ? fieldsDiffering(`networks.${name}`, ours.networks[name] ?? {}, theirs.networks[name] ?? {})
        : [`networks.${name}`],
    ),
  ];
}

function fieldsDiffering(where: string, ours: Fields, theirs: Fields): string[] {
  return Object.keys({ ...ours, ...theirs })
    .filter((key) => JSON.stringify(inOrder(ours[key])) !== JSON.stringify(inOrder(theirs[key])))
    .map((key) => `${where}.${key}`);
}

/** Who attaches to its output is of the one call, not of the container's life. Variables have no order. */
function configOf({ AttachStdin: _, AttachStdout: __, AttachStderr: ___, ...config }: Fields): Fields {
  const labels = Object.entries(fields(config['Labels'])).filter(
    ([key]) => !/^(com\.docker\.compose|reeve)\./.test(key),
  );
  return { ...config, Labels: Object.fromEntries(labels), Env: [...list(config['Env'])].sort() };
}

/**
 * No restart policy is said by no name, and by its own; capabilities with `CAP_` and without. On a network of the project's
 * the engine looks at the endpoint's links alone.
 */
function hostOf({ ConsoleSize: _, Links, ...host }: Fields, hasNetworks: boolean): Fields {
  const { RestartPolicy = null, LogConfig, Binds, Mounts, DeviceRequests } = host;
  const { Name } = fields(RestartPolicy);
  const bare = (words: Json | undefined): Json[] =>
    list(words).map((word) => String(word).replace(/^CAP_/, ''));
  return {
    ...host,
    RestartPolicy: Name === 'no' || Name === '' ? null : RestartPolicy,
    LogConfig: said(fields(LogConfig)),
    // Compose keeps these in maps, which Go reads in any order.
    Ulimits: inAnyOrder(host['Ulimits']),
    ExtraHosts: inAnyOrder(host['ExtraHosts']),
    Links: hasNetworks ? null : (Links ?? null),
    CapAdd: bare(host['CapAdd']),
    CapDrop: bare(host['CapDrop']),
    DeviceRequests: list(DeviceRequests).map((request) => said(fields(request))),
    Binds: list(Binds).map((bind) => String(bind).replace(/:rw$/, '').replace(/:rw,/, ':')),
    Mounts: list(Mounts).map((mount) => mountOf(fields(mount))),
  };
}

/** Before API 1.42 an engine does not know the word by which a missing folder is made. */
function mountOf(mount: Fields): Fields {
  const { CreateMountpoint: _, ...bind } = fields(mount['BindOptions']);
  return said({ ...mount, BindOptions: said(bind), VolumeOptions: said(fields(mount['VolumeOptions'])) });
}

/** The engine lets every container of a network be called by its own name. Compose v5 says a fixed address twice. */
function endpointOf(name: string, { IPAddress: _, ...endpoint }: Fields): Fields {
  const Aliases = distinct(endpoint['Aliases']).filter((alias) => alias !== name);
  const IPAMConfig = said(fields(endpoint['IPAMConfig']));
  return said({ ...endpoint, IPAMConfig, Aliases, Links: distinct(endpoint['Links']) });
}

/** Lists here of which the empty one says something: nothing is masked. */
const heededEmpty = new Set(['MaskedPaths', 'ReadonlyPaths']);

/** Without what an engine takes for not said: Go's zero of each type. Keys of maps are the person's, and stay. */
function said(of: Fields): Fields {
  return Object.fromEntries(
    Object.entries(of).filter(([key, value]) => value !== null && (heededEmpty.has(key) || !isZero(value))),
  );
}

function inAnyOrder(of: Json | undefined): Json[] {
  const texts = list(of).map((item) => JSON.stringify(inOrder(item)));
  return texts.sort().map((text) => JSON.parse(text) as Json);
}

function distinct(of: Json | undefined): Json[] {
  return [...new Set(list(of))].sort();
}

function list(of: Json | undefined): readonly Json[] {
  return Array.isArray(of) ? of : [];
}

function isZero(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (value !== null && typeof value === 'object') return Object.keys(value).length === 0;
  return value === null || value === false || value === 0 || value === '';
}

function inOrder(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => inOrder(item) ?? null);
  if (value === undefined || value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, inOrder(value[key]) ?? null]),
  );
}
