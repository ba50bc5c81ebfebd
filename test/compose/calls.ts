// What a real Compose asked the engine for, as it is kept in the repository: written by scripts/record-compose --engine,
// read by tests that need no Compose. Names of the recording's own are words in braces: {project}, {folder}, {id NAME} of a
// container, {image REFERENCE} for its id.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Fields = { [key: string]: Json };

export interface RecordedCall {
  readonly method: string;
  readonly path: string;
  readonly body?: Fields;
  /** A tar archive, gzip, base64. */
  readonly tar?: string;
}

/** The bodies that a service with nothing but an image has: of others only what differs from these is kept. */
export interface Zero {
  readonly container: Fields;
  readonly host: Fields;
  readonly endpoint: Fields;
}

export interface Recording {
  readonly compose: string;
  readonly zero: Zero;
}

/** All that brings one project up, in order. */
export interface ProjectRecording extends Recording {
  readonly calls: readonly RecordedCall[];
}

/** By service: its calls, or why there are none. */
export interface CasesRecording extends Recording {
  readonly services: Readonly<Record<string, RecordedService>>;
  /** Creates of networks and volumes. */
  readonly parts: readonly RecordedCall[];
}

export type RecordedService =
  | { readonly calls: readonly RecordedCall[]; readonly refused?: string }
  | { readonly calls?: undefined; readonly refused: string };

export const recordedFolder = join(import.meta.dirname, 'recorded');

export function readRecording<R extends Recording>(file: string): R {
  return JSON.parse(readFileSync(join(recordedFolder, file), 'utf8')) as R;
}

const isCreate = (path: string): boolean => path.includes('/containers/create');

/** Without what is as in the zero body; `filled` gives it back. */
export function shortened(call: RecordedCall, zero: Zero): RecordedCall {
  return overBodies(call, zero, (of, base) =>
    Object.fromEntries(
      Object.entries(of).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(base[key])),
    ),
  );
}

export function filled(call: RecordedCall, zero: Zero): RecordedCall {
  return overBodies(call, zero, (of, base) => ({ ...base, ...of }));
}

type Change = (of: Fields, base: Fields) => Fields;

function overBodies(call: RecordedCall, zero: Zero, change: Change): RecordedCall {
  const { path, body } = call;
  if (body === undefined) return call;
  if (path.endsWith('/connect')) {
    return {
      ...call,
      body: { ...body, EndpointConfig: change(fields(body['EndpointConfig']), zero.endpoint) },
    };
  }
  if (!isCreate(path)) return call;
  const endpoints = Object.entries(fields(fields(body['NetworkingConfig'])['EndpointsConfig']));
  const { HostConfig, NetworkingConfig: _, ...config } = body;
  return {
    ...call,
    body: {
      ...change(config, zero.container),
      HostConfig: change(fields(HostConfig), zero.host),
      NetworkingConfig: {
        EndpointsConfig: Object.fromEntries(
          endpoints.map(([name, endpoint]) => [name, change(fields(endpoint), zero.endpoint)]),
        ),
      },
    },
  };
}

export function fields(value: Json | undefined): Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
}
