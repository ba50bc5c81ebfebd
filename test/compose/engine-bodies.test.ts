// What reeve asks the engine for is what a real Compose v5 asked for, for every attribute of a service (the table of
// test/engine/parity). Compose's calls are recorded, so that neither Compose nor an engine is needed.

import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { load } from '../../desired-state/load.ts';
import { created, newer, started } from '../engine/parity/cases.ts';
import { files, writeProject } from '../engine/parity/project.ts';
import { type Comparable, comparable, comparablePart, differing } from './bodies.ts';
import {
  type CasesRecording,
  type Fields,
  fields,
  filled,
  type RecordedCall,
  readRecording,
} from './calls.ts';
import { onPurpose } from './differences.ts';
import { type Asked, askedByReeve } from './reeve-calls.ts';

const recording = readRecording<CasesRecording>('services.json');
const project = 'recorded';
let folder: string;
let asked: Asked;
let theirs: ReadonlyMap<string, Comparable>;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'reeve-bodies-')));
  await writeProject({ project, folder, disk: '/dev/disk' });
  const result = await load({
    paths: files,
    cwd: folder,
    env: { COMPOSE_PROFILES: 'extra', HOME: folder },
    digest: () => 'digest',
    platform: project,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics, undefined, 1));
  asked = askedByReeve(result.loaded, '1.41');
  theirs = askedByCompose();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Another container is named by Compose with its id, by reeve with its name. */
function withNames(call: RecordedCall): RecordedCall {
  const text = JSON.stringify(filled(call, recording.zero)).replaceAll('{project}', project);
  return JSON.parse(text.replaceAll('{folder}', folder).replace(/\{id ([^}]+)\}/g, '$1')) as RecordedCall;
}

/** By container name. */
function askedByCompose(): ReadonlyMap<string, Comparable> {
  const calls = Object.values(recording.services).flatMap((service) => service.calls ?? []);
  const real = calls.map(withNames);
  const creates = real.flatMap(({ path, body }) => {
    const name = /\/containers\/create\?.*name=([^&]+)/.exec(path)?.[1];
    return name === undefined ? [] : [[name, fields(body)] as const];
  });
  const later = (name: string) =>
    real.flatMap(({ path, body = {} }) => {
      const network = /\/networks\/([^/]+)\/connect$/.exec(path)?.[1];
      if (network === undefined || body['Container'] !== name) return [];
      return [{ network, endpoint: fields(body['EndpointConfig']) }];
    });
  return new Map(
    creates.map(([name, body]: readonly [string, Fields]) => [name, comparable(name, body, later(name))]),
  );
}

const containerNames = (service: string): string[] => {
  if (service === 'scaled') return ['scaled-1', 'scaled-2'];
  return [service === 'ownname' ? 'name' : `${service}-1`];
};

describe(`what Compose ${recording.compose} asks for`, () => {
  test.each(Object.keys({ ...created, ...started, ...newer }))('%s', (service) => {
    for (const short of containerNames(service)) {
      const name = `${project}-${short}`;
      const [ours, other] = [asked.containers.get(name), theirs.get(name)];
      if (ours === undefined || other === undefined) throw new Error(`no ${name}`);
      const known = onPurpose[service]?.at ?? [];
      // The values first, for whoever reads why it fails.
      if (known.length === 0) expect(ours).toEqual(other);
      expect(differing(ours, other).sort()).toEqual([...known].sort());
    }
  });
});

test.each(
  recording.parts.map(({ path, body }) => [`${path.split('/')[2]} ${body?.['Name']}`, withoutFolder(body)]),
)('%s is what Compose makes', (_, body) => {
  expect(asked.parts.get(String(body['Name']))).toEqual(comparablePart(body));
});

function withoutFolder(body: Fields = {}): Fields {
  return JSON.parse(JSON.stringify(body).replaceAll('{project}', project)) as Fields;
}
