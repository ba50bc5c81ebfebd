// What an image and a container alike say (`Config`), in the manifest's form. Pure.

import type { Healthcheck } from '../../desired-state/container-spec.ts';
import type { ImageDefaults } from '../../reconcilers/observed.ts';
import type { RawConfig, RawHealthcheck } from './api.ts';

/** Fields that an image contributes and a container may override; absent where empty. */
export function toConfig(config: RawConfig): {
  command?: readonly string[];
  entrypoint?: readonly string[];
  workingDir?: string;
  user?: string;
  stopSignal?: string;
  healthcheck?: Healthcheck;
} {
  const healthcheck = toHealthcheck(config.Healthcheck);
  return {
    ...(config.Cmd?.length ? { command: config.Cmd } : {}),
    ...(config.Entrypoint?.length ? { entrypoint: config.Entrypoint } : {}),
    ...(config.WorkingDir ? { workingDir: config.WorkingDir } : {}),
    ...(config.User ? { user: config.User } : {}),
    ...(config.StopSignal ? { stopSignal: config.StopSignal } : {}),
    ...(healthcheck === undefined ? {} : { healthcheck }),
  };
}

/** `KEY=value` lines as a map; a key without `=` has no value and is not among them. */
export function environmentOf(config: RawConfig): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const line of config.Env ?? []) {
    const at = line.indexOf('=');
    if (at > 0) environment[line.slice(0, at)] = line.slice(at + 1);
  }
  return environment;
}

/** Keys without `=`: the container does not have them, though its image may. */
export function unsetEnvironmentOf(config: RawConfig): { unsetEnvironment?: readonly string[] } {
  const keys = (config.Env ?? []).filter((line) => line !== '' && !line.includes('='));
  return keys.length === 0 ? {} : { unsetEnvironment: keys.sort() };
}

export function exposeOf(config: RawConfig): string[] {
  return Object.keys(config.ExposedPorts ?? {}).sort();
}

/** What an image contributes to its containers. */
export function toImageDefaults(config: RawConfig): ImageDefaults {
  return {
    environment: environmentOf(config),
    labels: config.Labels ?? {},
    ...toConfig(config),
    volumes: Object.keys(config.Volumes ?? {}).sort(),
    expose: exposeOf(config),
  };
}

function toHealthcheck(raw: RawHealthcheck | null | undefined): Healthcheck | undefined {
  if (!raw?.Test?.length) return undefined;
  return {
    test: raw.Test,
    ...milliseconds('intervalMs', raw.Interval),
    ...milliseconds('timeoutMs', raw.Timeout),
    ...milliseconds('startPeriodMs', raw.StartPeriod),
    ...milliseconds('startIntervalMs', raw.StartInterval),
    ...(raw.Retries ? { retries: raw.Retries } : {}),
  };
}

function milliseconds<K extends string>(
  key: K,
  nanoseconds: number | null | undefined,
): { [P in K]?: number } {
  const value: { [P in K]?: number } = {};
  if (nanoseconds) value[key] = nanoseconds / 1_000_000;
  return value;
}
