// Where a container's port is reached from here: its own address on a local engine, else its published port.

import { isIPv4 } from 'node:net';
import type { ObservedContainer } from '../../reconcilers/observed.ts';
import type { EngineInfo } from '../engine.ts';
import type { ProbeAddress } from './answer.ts';

/** undefined: there is no way to try. `certain` only where the engine is local and the address is the container's own. */
export function addressOfPort(
  container: ObservedContainer,
  port: number,
  info: EngineInfo,
): ProbeAddress | undefined {
  const on = Object.values(container.networks).find((n) => n.ipAddress !== '');
  const own = on && { host: on.ipAddress, port, way: on.networkId };
  if (info.local && own !== undefined) return { ...own, certain: true };
  const published = container.ports.find((p) => p.target === port && p.protocol === 'tcp' && p.published > 0);
  if (published !== undefined) {
    const host = info.local ? loopbackOf(published.hostIp) : remoteHost(info.host);
    if (host !== undefined) return { host, port: published.published, certain: false, way: host };
  }
  // A controller in a container may share a network with it: worth a try, proves nothing when it fails.
  return own === undefined ? undefined : { ...own, certain: false };
}

function loopbackOf(hostIp: string): string {
  if (hostIp === '' || hostIp === '0.0.0.0') return '127.0.0.1';
  if (hostIp === '::') return isIPv4(hostIp) ? '127.0.0.1' : '::1';
  return hostIp;
}

/** `tcp://host:2376` and `ssh://user@host` publish on that host; a socket of another namespace on none we know. */
function remoteHost(engineHost: string): string | undefined {
  if (!/^(tcp|https?|ssh):/.test(engineHost)) return undefined;
  return new URL(engineHost.replace(/^tcp:/, 'http:').replace(/^ssh:/, 'http:')).hostname;
}
