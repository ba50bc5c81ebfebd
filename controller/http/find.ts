// Finds a running controller by its socket. Loads the HTTP client only where there is a socket: most often there is none.

import { existsSync } from 'node:fs';
import { exitStatus, ReeveError } from '../errors.ts';
import type { RemoteControl } from './client.ts';
import type { HealthAnswer } from './protocol.ts';

export interface Found {
  readonly health: HealthAnswer;
  /** A way to it that refuses where the controller keeps other manifests than `sources`. */
  readonly reach: (sources?: readonly string[]) => RemoteControl;
}

/** The controller behind a socket; undefined where none listens. Throws where one is there and does not answer. */
export async function findController(socketPath: string): Promise<Found | undefined> {
  if (!existsSync(socketPath)) return undefined;
  const { RemoteControl } = await import('./client.ts');
  const control = new RemoteControl(socketPath);
  try {
    const health = await control.health();
    return { health, reach: (sources) => new RemoteControl(socketPath, sources) };
  } catch (error) {
    if (nobodyListens(error)) return undefined;
    throw new ReeveError(`the controller of this state folder does not answer: ${messageOf(error)}`, {
      status: isDenied(error) ? exitStatus.denied : exitStatus.held,
      hint: `it listens on ${socketPath}`,
      cause: error,
    });
  } finally {
    await control.close();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function nobodyListens(error: unknown): boolean {
  return ['ECONNREFUSED', 'ENOENT'].includes(codeOf(error));
}

function isDenied(error: unknown): boolean {
  return ['EACCES', 'EPERM'].includes(codeOf(error));
}

function messageOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer within 3 s';
  return error instanceof Error ? error.message : String(error);
}
