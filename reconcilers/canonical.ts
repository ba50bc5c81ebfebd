// One text for each value however it was written, so that two sides compare by text. Only what both the manifest and
// the engine can say: defaults of the engine read as absent.

import type {
  ContainerSpec,
  EnvValue,
  Healthcheck,
  Mount,
  NetworkAttachment,
  PortBinding,
} from '../desired-state/container-spec.ts';
import { secretMark } from './drift-text.ts';
import { isOthersLabel } from './pair-differences.ts';

/** A field's value: text, or texts by key for fields that are maps; absent when not set. */
export type Canonical = string | undefined | Readonly<Record<string, string>>;

/** Lists whose order means something. */
export function list(values: readonly string[] | undefined): string | undefined {
  return values === undefined || values.length === 0 ? undefined : values.map(word).join(' ');
}

/** Lists whose order means nothing. */
export function set(values: readonly string[] | undefined): string | undefined {
  return list([...new Set(values ?? [])].sort());
}

function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : JSON.stringify(text);
}

export function text(value: string | undefined, ...defaults: readonly string[]): string | undefined {
  return value === undefined || value === '' || defaults.includes(value) ? undefined : value;
}

export function flag(value: boolean | undefined): string | undefined {
  return value === true ? 'true' : undefined;
}

export function number(value: number | undefined): string | undefined {
  return value === undefined || value === 0 ? undefined : String(value);
}

function milliseconds(value: number): string {
  return value % 1000 === 0 ? `${value / 1000}s` : `${value}ms`;
}

/** An environment value: a secret by its digest only. The engine's side may carry the bare digest. */
export function envValue(value: EnvValue, other: EnvValue | undefined): string {
  if (typeof value !== 'string') return secretMark + value.digest;
  return other !== undefined && typeof other !== 'string' && value === other.digest
    ? secretMark + value
    : value;
}

export function capabilities(values: readonly string[] | undefined): string | undefined {
  return set(values?.map((v) => v.toUpperCase().replace(/^CAP_/, '')));
}

const signals = [
  '',
  'HUP',
  'INT',
  'QUIT',
  'ILL',
  'TRAP',
  'ABRT',
  'BUS',
  'FPE',
  'KILL',
  'USR1',
  'SEGV',
  'USR2',
];
const laterSignals: Readonly<Record<string, string>> = { 13: 'PIPE', 14: 'ALRM', 15: 'TERM' };

/** SIGTERM, TERM and 15 are one; it is the default. */
export function signal(value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined;
  const bare = value.toUpperCase().replace(/^SIG/, '');
  const name = laterSignals[bare] ?? (/^\d+$/.test(bare) ? signals[Number(bare)] : bare) ?? bare;
  return name === 'TERM' ? undefined : `SIG${name}`;
}

/** What a healthcheck is once the engine has filled its gaps from the image's. */
export function healthcheck(
  own: Healthcheck | undefined,
  image: Healthcheck | undefined,
): string | undefined {
  const test = own?.test.length ? own.test : image?.test;
  if (test === undefined || test.length === 0 || test[0] === 'NONE') return undefined;
  const interval = own?.intervalMs || image?.intervalMs || 30_000;
  const timeout = own?.timeoutMs || image?.timeoutMs || 30_000;
  const retries = own?.retries || image?.retries || 3;
  const start = own?.startPeriodMs || image?.startPeriodMs || 0;
  const startEvery = own?.startIntervalMs || image?.startIntervalMs || 0;
  const every = `every ${milliseconds(interval)} timeout ${milliseconds(timeout)}`;
  const starting = start === 0 ? '' : ` start ${milliseconds(start)}`;
  const oftener = startEvery === 0 ? '' : ` every ${milliseconds(startEvery)} meanwhile`;
  return `${list(test) ?? ''} ${every} retries ${retries}${starting}${oftener}`;
}

export function port(p: PortBinding): string {
  const ip =
    p.hostIp === undefined || p.hostIp === '' || p.hostIp === '0.0.0.0' || p.hostIp === '::' ? '' : p.hostIp;
  const published = p.published === undefined || p.published === 0 ? '' : String(p.published);
  const end = p.publishedEnd === undefined ? '' : `-${p.publishedEnd}`;
  return `${ip === '' ? '' : `${ip}:`}${published}${end}->${p.target}/${p.protocol}`;
}

/** Exposed and not published; `8080` and `8080/tcp` are one. */
export function exposed(
  spec: ContainerSpec,
  inherited: readonly string[],
  published: readonly PortBinding[],
): string | undefined {
  const ports = new Set(published.map((p) => `${p.target}/${p.protocol}`));
  const all = [...spec.expose, ...inherited].map((p) => (p.includes('/') ? p : `${p}/tcp`));
  return set(all.filter((p) => !ports.has(p)));
}

/** Name of an anonymous volume on the engine. */
export function isAnonymousVolume(name: string | undefined): boolean {
  return name === undefined || /^[0-9a-f]{64}$/.test(name);
}

/** The engine cannot be asked whether it made a host folder: `createHostPath` is not compared. */
export function mount(m: Mount, source: string | undefined): string {
  if (m.type === 'tmpfs') return tmpfs(m);
  const from =
    m.type === 'volume' && isAnonymousVolume(source)
      ? '(anonymous)'
      : (source ?? '').replace(/(.)\/+$/, '$1');
  const propagation = m.propagation === undefined || m.propagation === 'rprivate' ? '' : ` ${m.propagation}`;
  const folder = m.subpath === undefined ? '' : ` folder ${m.subpath}`;
  const recursive = m.recursive === undefined ? '' : ` recursive ${m.recursive}`;
  // The engine shows `z` for a volume whether asked for or not.
  const label = m.selinux === undefined || (m.type === 'volume' && m.selinux === 'z') ? '' : ` ${m.selinux}`;
  const noCopy = m.noCopy === true ? ' nocopy' : '';
  const labels = Object.entries(m.labels ?? {}).flatMap(([k, v]) => (isOthersLabel(k) ? [] : [`${k}=${v}`]));
  const labelled = labels.length === 0 ? '' : ` labels ${set(labels)}`;
  const access = m.readOnly === true ? 'ro' : 'rw';
  return `${m.type} ${from}${folder} ${access}${propagation}${recursive}${label}${noCopy}${labelled}`;
}

/** What the engine sets on every tmpfs by itself. */
const tmpfsDefaults = ['rw', 'noexec', 'nosuid', 'nodev'];
const unitBytes: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** The text form and the fields of the long form are one. */
function tmpfs({ tmpfsSizeBytes, tmpfsMode, tmpfsOptions = '', readOnly }: Mount): string {
  const options = new Map<string, string>();
  if (tmpfsSizeBytes) options.set('size', String(tmpfsSizeBytes));
  if (tmpfsMode) options.set('mode', tmpfsMode.toString(8));
  if (readOnly === true) options.set('ro', '');
  for (const option of tmpfsOptions.split(',')) {
    const [name = '', value = ''] = option.split('=', 2);
    if (name === '' || tmpfsDefaults.includes(option)) continue;
    options.set(name, name === 'mode' ? value.replace(/^0+(?=.)/, '') : value);
  }
  const size = /^(\d+)([kmg]?)$/i.exec(options.get('size') ?? '');
  if (size) options.set('size', String(Number(size[1]) * (unitBytes[(size[2] ?? '').toLowerCase()] ?? 1)));
  const words = [...options].sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => `${k} ${v}`.trim());
  return ['tmpfs', ...words].join(' ');
}

/** What the manifest asks of a network, as far as the engine's side has it: more aliases than asked for are no difference. */
export function attachment(
  own: NetworkAttachment,
  asked: NetworkAttachment | undefined,
  hasGatewayPriority: boolean,
  /** Those of the revision before: what the manifest took away must go. */
  before: readonly string[] = [],
): string {
  const wanted = [...(asked?.aliases ?? []), ...before];
  const aliases = [...new Set(own.aliases)].filter((a) => wanted.includes(a)).sort();
  // One that the engine gave cannot be told from one that was asked for.
  const mac = asked?.macAddress === undefined ? undefined : own.macAddress?.toLowerCase();
  const options = Object.entries(own.driverOpts ?? {}).map(([key, value]) => `${key}=${value}`);
  return [
    'connected',
    ...(aliases.length > 0 ? [`as ${aliases.join(' ')}`] : []),
    own.ipv4Address,
    own.ipv6Address,
    set(own.linkLocalIps),
    mac,
    set(options),
    hasGatewayPriority && own.gatewayPriority ? `gateway priority ${own.gatewayPriority}` : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
}

/** The API clears an image's entrypoint by `[""]`. */
export function realEntrypoint(entrypoint: readonly string[] | undefined): readonly string[] | undefined {
  return entrypoint?.length === 1 && entrypoint[0] === '' ? undefined : entrypoint;
}

export function device(text: string): string {
  const [from = '', to = from, rights = 'rwm'] = text.split(':');
  return `${from}:${to}:${rights}`;
}

export function logging(value: ContainerSpec['logging']): string | undefined {
  if (value === undefined) return undefined;
  const options = Object.entries(value.options ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return text(
    [value.driver ?? '', ...options.map(([k, v]) => `${k}=${v}`)].filter((p) => p !== '').join(' '),
  );
}

export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}

/** Only those that are wanted: the engine adds others of its configuration at start. */
export function ulimits(value: ContainerSpec['ulimits'], wanted: ContainerSpec['ulimits'] = {}): Canonical {
  return Object.fromEntries(
    Object.entries(value ?? {})
      .filter(([name]) => name in wanted)
      .map(([name, limit]) => [name, `${limit.soft}:${limit.hard}`]),
  );
}
