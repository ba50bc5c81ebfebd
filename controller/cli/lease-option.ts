// `--lease`: how long a leader that is not heard of goes on leading.

import { InvalidArgumentError, Option } from 'commander';
import { duration } from './options.ts';

export function leaseOption(): Option {
  return new Option(
    '--lease <time>',
    'with a store in Postgres, where several controllers may run: how long one that is not heard of goes on leading (default: 15s)',
  ).argParser(leaseTime);
}

/** Shorter ones are lost to a busy machine, longer ones leave a platform alone for too long. */
function leaseTime(value: string): number {
  const ms = duration(value);
  if (ms < 1_000 || ms > 600_000) throw new InvalidArgumentError('Write a time from 1s to 10m.');
  return ms;
}
