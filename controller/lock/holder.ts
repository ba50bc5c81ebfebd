// Who holds a lock: what people are told, and what tells whether that process still lives. Reads /proc, where it is.

import { readFileSync, readlinkSync } from 'node:fs';

/** For people: the second one is told who is first. */
export interface Holder {
  readonly host: string;
  readonly pid: number;
  readonly command: string;
  readonly stateDir: string;
  /** Epoch ms. */
  readonly since: number;
}

/** A process told apart from every other, on every machine and in every container. Empty: could not be found out. */
export interface ProcessIdentity {
  /** Of the machine's installation; the same after a reboot. */
  readonly machine: string;
  /** Of the kernel's boot; the same in all containers of a machine. */
  readonly boot: string;
  readonly pid: number;
  /** Of the pid's namespace: a pid means something only within it. */
  readonly pidNamespace: string;
  /** Start time of the process in clock ticks since the boot: a pid that was given again has another. */
  readonly startTime: string;
  /** The container we are in, by what our own /proc tells. */
  readonly container: string;
}

export function identifyProcess(pid: number): ProcessIdentity {
  return {
    machine: read('/etc/machine-id'),
    boot: read('/proc/sys/kernel/random/boot_id'),
    pid,
    pidNamespace: orEmpty(() => readlinkSync('/proc/self/ns/pid')),
    startTime: startTimeOf(pid) ?? '',
    container: containerIn(read('/proc/self/cgroup'), read('/proc/self/mountinfo')),
  };
}

/** undefined: there is no such process, or it is dead and only waits to be reaped. */
export function startTimeOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The command's name, in parentheses, may itself hold spaces and parentheses; the state follows the last one.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return stat === '' || state === 'Z' || state === 'X' ? undefined : fields[18];
}

/** cgroup v1 names the container in its paths; with v2 the engine's mounts of /etc/hostname and the like do. */
export function containerIn(cgroup: string, mountinfo: string): string {
  const id =
    /(?:docker|cri-containerd|libpod|kubepods)[^\n]*?([0-9a-f]{64})/.exec(cgroup)?.[1] ??
    /\/containers\/([0-9a-f]{64})\/(?:hostname|hosts|resolv\.conf)/.exec(mountinfo)?.[1];
  return id ?? '';
}

function read(path: string): string {
  return orEmpty(() => readFileSync(path, 'utf8').trim());
}

/** What cannot be read stays unknown; the judgement then errs on the side of a living holder. */
function orEmpty(work: () => string): string {
  try {
    return work();
  } catch {
    return '';
  }
}
