// reeve's own fields of a workload as numbers and modes: probe, drift.

import type { OwnFields } from '../manifest/own-fields.ts';
import type { DriftMode, Probe, Workload } from '../resource.ts';
import { parseDuration } from '../units.ts';

const probeDefaults = { everyMs: 10_000, timeoutMs: 5_000, threshold: 3, startPeriodMs: 0 };

export function resolveProbe(written: NonNullable<OwnFields['probe']>): Probe {
  const { http, tcp, exec } = written;
  return {
    ...(http === undefined ? {} : { http: httpOf(http) }),
    ...(tcp === undefined ? {} : { tcp }),
    ...(exec === undefined ? {} : { exec: { command: commandOf(exec.command) } }),
    everyMs: ms(written.every) ?? probeDefaults.everyMs,
    timeoutMs: ms(written.timeout) ?? probeDefaults.timeoutMs,
    threshold: written.threshold ?? probeDefaults.threshold,
    startPeriodMs: ms(written.startPeriod) ?? probeDefaults.startPeriodMs,
  };
}

function httpOf({ port, path, status, body }: NonNullable<NonNullable<OwnFields['probe']>['http']>) {
  return { port, path, ...(status === undefined ? {} : { status }), ...(body === undefined ? {} : { body }) };
}

function commandOf(written: string | readonly string[]): readonly string[] {
  return typeof written === 'string' ? ['/bin/sh', '-c', written] : written;
}

function ms(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDuration(text);
}

/** `mode` of the platform holds where nothing is written. */
export function resolveDrift(written: OwnFields['drift'], mode: DriftMode): Workload['drift'] {
  if (written === undefined) return { mode, fields: {} };
  if (typeof written === 'string') return { mode: written, fields: {} };
  return { mode: written.mode ?? mode, fields: written.fields ?? {} };
}
