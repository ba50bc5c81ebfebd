// What the host has left of what runs out: the disk that the engine keeps its data on, and memory. Only of an engine on
// this machine; of another one nothing is said rather than something wrong.

import { readFile, statfs } from 'node:fs/promises';
import type { HostRoom } from '../reconcilers/procedures/definition.ts';
import type { EngineInfo } from './engine.ts';

/** Nothing of what cannot be read. */
export async function readRoom({ local, dataRoot }: EngineInfo): Promise<HostRoom> {
  if (!local) return {};
  const [disk, memoryAvailableBytes] = await Promise.all([diskOf(dataRoot), availableMemory()]);
  return {
    ...(disk === undefined ? {} : { disk }),
    ...(memoryAvailableBytes === undefined ? {} : { memoryAvailableBytes }),
  };
}

/** As `df` counts: what only root may use is no room. */
async function diskOf(path: string): Promise<HostRoom['disk']> {
  try {
    const { bsize, blocks, bfree, bavail } = await withinTime(statfs(path));
    const used = blocks - bfree;
    return { path, usedPercent: Math.ceil((used / (used + bavail)) * 100), freeBytes: bavail * bsize };
  } catch {
    // The engine is here and its folder is not: it has a root of its own (we are in a container). Or the disk does not answer.
    return undefined;
  }
}

/** A disk over the network that is away does not answer at all. */
function withinTime<T>(look: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${lookMs} ms`)), lookMs).unref();
  });
  return Promise.race([look, late]);
}

const lookMs = 5_000;

/** Available memory of the engine's host, in bytes; undefined: of another machine, or it cannot be read. */
export async function readMemory({ local }: EngineInfo): Promise<number | undefined> {
  return local ? availableMemory() : undefined;
}

async function availableMemory(): Promise<number | undefined> {
  // Nothing of it is said where it cannot be read: no gate is passed or closed by a guess.
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kibibytes = /^MemAvailable:\s+(\d+) kB/m.exec(text)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}
