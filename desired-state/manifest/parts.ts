// Building blocks of the manifest schemas: durations, sizes, names. Owns the words for a value of the right type that
// says nothing sensible; converting the text to numbers is the resolver's.

import { constants } from 'node:os';
import { z } from 'zod';
import { parseDuration, parseSize } from '../units.ts';

const durationWords = 'expected a duration such as 10s, 1m30s or 500ms';
const sizeWords = 'expected a size such as 512m, 1.5g or a number of bytes';

/** `10s`, `1m30s`; a bare number has no unit and is refused. */
export const duration = z
  .string({ error: durationWords })
  .refine((text) => parseDuration(text) !== undefined, {
    error: durationWords,
    params: { code: 'BadDuration' },
  });

/** A duration that something goes by: one too short would never let go of it, one too long never come to it. */
export function durationFrom(least: string, most?: string) {
  const [from, to] = [parseDuration(least) ?? 0, most === undefined ? Infinity : parseDuration(most)];
  return duration.refine((text) => isWithin(parseDuration(text), from, to ?? Infinity), {
    error: most === undefined ? `expected at least ${least}` : `expected a duration from ${least} to ${most}`,
    params: { code: 'BadRange' },
  });
}

/** What is no duration at all has been told as that. */
function isWithin(ms: number | undefined, least: number, most: number): boolean {
  return ms === undefined || (ms >= least && ms <= most);
}

/** `512m`, or a number of bytes. */
export const size = z.union([
  z.int().min(1),
  z.string().refine((text) => (parseSize(text) ?? 0) > 0, { error: sizeWords, params: { code: 'BadSize' } }),
]);

const cpusWords = 'expected a number of CPUs above 0 such as 0.5 or 2';

/** `0.5`, also as text. */
export const cpus = z.union([
  z.number().positive(),
  z.string().refine((text) => /^\d+(\.\d+)?$/.test(text) && Number(text) > 0, {
    error: cpusWords,
    params: { code: 'BadCpus' },
  }),
]);

export const port = z.int().min(1).max(65535);

const nameWords = 'expected letters, digits, "_", "." and "-", beginning with a letter or digit';

/** A name that can be part of the engine's names. */
export const name = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, { error: nameWords })
  .max(128);

const platformWords = 'expected lower-case letters, digits, "_" and "-", beginning with a letter or digit';

/** What Compose allows as the name of a project: it begins the names of containers, networks and volumes. */
export const platformName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]*$/, { error: platformWords })
  .max(64);

export const labels = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

export const driftMode = z.enum(['ignore', 'report', 'heal']);

/** `SIGHUP`, also without `SIG`. */
export const signal = z
  .string()
  .refine((text) => Object.hasOwn(constants.signals, `SIG${text.replace(/^SIG/, '')}`), {
    error: 'expected a signal such as SIGHUP',
    params: { code: 'BadSignal' },
  });
