// The text of the systemd unit. Pure.

export interface Unit {
  readonly platform: string;
  /** Absolute path of bin/reeve. */
  readonly executable: string;
  /** Absolute paths of the manifests; none where they are in git. */
  readonly sources: readonly string[];
  /** `--git URL` and what goes with it. */
  readonly git?: readonly string[];
  readonly environmentFile: string;
  /** Root's manager: hardening that a user's manager cannot do is left out otherwise. */
  readonly asRoot: boolean;
  readonly stateDir?: string;
  /** Without its password: a unit is everybody's to read. */
  readonly store?: string;
  readonly host?: string;
  readonly leaseMs?: number;
  readonly environment: Readonly<Record<string, string>>;
}

export function unitText(unit: Unit): string {
  const { platform, asRoot, environmentFile, environment } = unit;
  return [
    '[Unit]',
    `Description=reeve keeps platform ${platform} on Docker`,
    ...(asRoot ? ['Wants=docker.service', 'After=docker.service network-online.target'] : []),
    '# An engine that comes and goes is no reason to give up.',
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    `ExecStart=${commandLine(unit)}`,
    ...Object.entries(environment).map(([name, value]) => `Environment=${quote(`${name}=${value}`)}`),
    `EnvironmentFile=-${environmentFile}`,
    'Restart=on-failure',
    'RestartSec=2',
    '# Wrong usage and missing rights do not mend themselves.',
    'RestartPreventExitStatus=64 77',
    'KillSignal=SIGTERM',
    '# reeve ends within 5 s; containers run on.',
    'TimeoutStopSec=10',
    ...(asRoot ? hardening(unit) : ['NoNewPrivileges=yes']),
    '',
    '[Install]',
    `WantedBy=${asRoot ? 'multi-user.target' : 'default.target'}`,
    '',
  ].join('\n');
}

function commandLine(unit: Unit): string {
  const { executable, sources, git = [], platform, stateDir, store, host, leaseMs } = unit;
  const words = [executable, 'run', '-p', platform, ...sources.flatMap((source) => ['-f', source]), ...git];
  if (stateDir !== undefined) words.push('--state', stateDir);
  if (store !== undefined) words.push('--store', store);
  if (host !== undefined) words.push('--host', host);
  if (leaseMs !== undefined) words.push('--lease', `${leaseMs}ms`);
  return words.map((word) => quote(word).replaceAll('$', () => '$$')).join(' ');
}

/** The engine's socket, the state folder and the lock's folder are all it needs; V8 needs memory it can write and run. */
function hardening({ stateDir }: Unit): readonly string[] {
  return [
    'StateDirectory=reeve',
    'StateDirectoryMode=0700',
    'CacheDirectory=reeve',
    'Environment=NODE_COMPILE_CACHE=/var/cache/reeve',
    'RuntimeDirectory=reeve',
    'RuntimeDirectoryMode=0700',
    '# Other controllers have their locks there too.',
    'RuntimeDirectoryPreserve=yes',
    ...(stateDir === undefined ? [] : [`ReadWritePaths=${quote(`-${stateDir}`)}`]),
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    'ProtectHome=read-only',
    'PrivateDevices=yes',
    'ProtectKernelTunables=yes',
    'ProtectKernelModules=yes',
    'ProtectControlGroups=yes',
    'RestrictSUIDSGID=yes',
    'RestrictRealtime=yes',
    'LockPersonality=yes',
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
  ];
}

/** systemd's quoting: a `%` is a specifier everywhere, a `$` only in command lines. */
function quote(word: string): string {
  const escaped = word.replaceAll('%', '%%');
  if (/^[\w@%+=:,./$-]+$/.test(escaped)) return escaped;
  return `"${escaped.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
