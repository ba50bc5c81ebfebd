// A container that cannot be started again: what a restart does not help.

import { service } from './platform.ts';

/**
 * Starts well the first time, and never again in the same container. Ready by what it did, not by time: on a busy machine
 * a container runs for seconds before its process does, and one that was stopped by then would start well once more.
 */
export const onceOnly = (name: string, ...more: readonly string[]): string =>
  service(name, [
    'init: true',
    'command: [sh, -c, "test ! -e /was && touch /was && exec sleep 9999"]',
    'probe: {exec: {command: "test -e /was"}, every: 100ms}',
    ...more,
  ]);
