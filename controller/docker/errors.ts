// The engine's words made into EngineErrors with a stable reason. The only place that reads its messages.

import { EngineError, exitStatus } from '../errors.ts';

interface Rule {
  readonly reason: string;
  /** HTTP status it comes with, where the words alone would be too wide. */
  readonly code?: number;
  readonly words: RegExp;
  readonly hint?: string;
}

/** First match wins; the narrow ones come first. Words of 20.10 up to 29. */
const rules: readonly Rule[] = [
  { reason: 'NameTaken', code: 409, words: /is already in use by container|name .* is already in use/i },
  // Of a network; that of a port comes with `listen` or `bind`.
  { reason: 'AddressTaken', words: /^address already in use$/i },
  {
    reason: 'PortTaken',
    words: /port is already allocated|address already in use|bind for .* failed|ports are not available/i,
  },
  {
    reason: 'ImageMissing',
    words:
      /no such image|manifest unknown|pull access denied|repository does not exist|manifest for .* not found/i,
    hint: 'is its name right? build it, or docker login where it is private',
  },
  { reason: 'SameName', words: /same name as its current name/i },
  { reason: 'NotPaused', words: /is not paused/i },
  { reason: 'NotRunning', code: 409, words: /is not running/i },
  { reason: 'RemovalInProgress', words: /removal of container .* is already in progress/i },
  {
    reason: 'NetworkConnected',
    words: /endpoint with name .* already exists in network|already attached to network/i,
  },
  // An engine that died in the middle of a start finds the container's process when it is back, and not its own.
  {
    reason: 'TaskLeftBehind',
    words:
      /^(task [0-9a-f]{64}: already exists|id already in use|failed to start shim: mkdir \S+: file exists.*)$/i,
  },
  { reason: 'NetworkNotConnected', words: /is not connected to (the )?network/i },
  { reason: 'VolumeInUse', words: /volume is in use/i },
  { reason: 'NetworkInUse', words: /has active endpoints/i },
  {
    reason: 'CommandNotFound',
    words:
      /executable file not found|exec: .*(no such file or directory|is a directory)|no command specified/i,
  },
  { reason: 'CommandNotFound', words: /(exec|start).*permission denied/i, hint: 'is the file executable?' },
  {
    reason: 'MountMissing',
    words: /bind source path does not exist|error mounting|creating mount source path|failed to mount/i,
  },
  { reason: 'NetworkMissing', words: /network .*not found|no such network|could not find a network/i },
  { reason: 'VolumeMissing', words: /no such volume|get .*: no such volume/i },
  { reason: 'ContainerMissing', code: 404, words: /no such container/i },
  { reason: 'NoSpace', words: /no space left on device|disk quota exceeded/i },
  {
    reason: 'FilesRefused',
    words: /rootfs is marked read-only/i,
    hint: 'with read_only: true a file can only be put where a volume is mounted',
  },
  { reason: 'AddressRefused', words: /invalid address .*subnet|user specified ip address/i },
  { reason: 'DeviceMissing', words: /adding custom device/i },
  { reason: 'UserMissing', words: /unable to find (user|group)/i },
  { reason: 'MountRefused', words: /not a shared (or slave )?mount/i },
  { reason: 'StartFailed', words: /OCI runtime create failed|failed to create (shim )?task/i },
];

/** An answer of the engine with an error status. `what` says what was tried: `create container web`. */
export function refusedError(what: string, code: number, words: string): EngineError {
  const message = shortened(words.trim()) || `HTTP status ${code}`;
  const rule = rules.find((r) => (r.code === undefined || r.code === code) && r.words.test(message));
  const port = rule?.reason === 'PortTaken' ? takenPort(message) : undefined;
  const text = port === undefined ? message : `host port ${port} is taken: ${message}`;
  return new EngineError(`${what}: ${text}`, {
    code,
    reason: rule?.reason ?? 'EngineRefused',
    ...(rule?.hint === undefined ? {} : { hint: rule.hint }),
  });
}

/** Without the engine's way of saying where in itself it failed: what is left says it to a person. */
export function shortened(words: string): string {
  return words.replace(
    /(failed to set up container networking: )?driver failed programming external connectivity on endpoint \S+ \([0-9a-f]+\): (Error starting userland proxy: )?/,
    '',
  );
}

/** `Bind for 0.0.0.0:8080 failed: port is already allocated`, `listen tcp4 0.0.0.0:80: bind: address already in use`. */
function takenPort(words: string): string | undefined {
  return /:(\d{1,5})(?:\/\w+)?[: ].*(?:failed|bind|allocated|in use|not available)/s.exec(words)?.[1];
}

/** No connection at all: the engine has certainly done nothing. */
export function unreachableError(host: string, why: string, cause?: unknown): EngineError {
  return new EngineError(`engine at ${host} cannot be reached: ${why}`, {
    code: 0,
    reason: 'EngineUnreachable',
    ...(isDenied(why) ? { status: exitStatus.denied } : {}),
    hint: unreachableHint(why, host),
    cause,
  });
}

/** The socket's file mode, or ssh's own refusal. */
function isDenied(why: string): boolean {
  return /permission denied/i.test(why);
}

function unreachableHint(why: string, host: string): string {
  if (isDenied(why) && !host.startsWith('ssh:')) {
    return 'run as root, or become a member of the group "docker"';
  }
  if (/certificate|tls|ssl/i.test(why)) {
    return 'check ca.pem, cert.pem and key.pem of DOCKER_CERT_PATH or of the context';
  }
  if (host.startsWith('ssh:')) return `try: ssh ${host.replace(/(:\/\/[^/]*)\/.*/, '$1')} docker version`;
  return 'is dockerd running? name another with --host or DOCKER_HOST';
}

/** The connection broke while the engine may have acted. */
export function lostError(what: string, why: string, cause?: unknown): EngineError {
  return new EngineError(`${what}: the engine's answer was lost: ${why}`, {
    code: 0,
    reason: 'AnswerLost',
    cause,
  });
}

export function timedOutError(what: string, timeoutMs: number): EngineError {
  return new EngineError(`${what}: no answer from the engine within ${timeoutMs / 1000} s`, {
    code: 0,
    reason: 'CallTimedOut',
  });
}

export function garbledError(what: string, cause?: unknown): EngineError {
  return new EngineError(`${what}: the engine's answer makes no sense`, {
    code: 0,
    reason: 'AnswerGarbled',
    hint: 'is there a proxy between reeve and the engine?',
    cause,
  });
}

/** The engine may or may not have done it: look before it is tried again. */
export function isUncertain(error: unknown): error is EngineError {
  if (!(error instanceof EngineError)) return false;
  if (error.code === 0) return error.reason !== 'EngineUnreachable';
  return error.code >= 500 && error.reason === 'EngineRefused';
}

export function isMissing(error: unknown): boolean {
  return error instanceof EngineError && error.code === 404;
}

export function isConflict(error: unknown): boolean {
  return error instanceof EngineError && error.code === 409;
}

export function hasReason(error: unknown, reason: string): boolean {
  return error instanceof EngineError && error.reason === reason;
}
