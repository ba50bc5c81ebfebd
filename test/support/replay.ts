// Does on an engine what Compose v5 did when it was recorded (test/compose/recorded), under another project's name.

import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { askEngine } from '../../scripts/lib/docker-api.ts';
import { type Fields, filled, type ProjectRecording } from '../compose/calls.ts';

export interface ReplayNames {
  readonly project: string;
  /** Where the project's files are. */
  readonly folder: string;
}

/** The calls in their order; whatever the engine refuses is thrown. */
export async function replay(socket: string, recording: ProjectRecording, names: ReplayNames): Promise<void> {
  const ids = new Map<string, string>();
  const images = new Map<string, string>();
  for (const text of new Set(JSON.stringify(recording).match(/\{image [^}]+\}/g))) {
    const { body } = await askEngine(socket, 'GET', `/images/${text.slice('{image '.length, -1)}/json`);
    images.set(text, (JSON.parse(body) as { Id: string }).Id);
  }
  const real = (text: string): string =>
    text
      .replaceAll('{project}', names.project)
      .replaceAll('{folder}', names.folder)
      .replace(/\{image [^}]+\}/g, (all) => images.get(all) ?? all)
      .replace(/\{id ([^}]+)\}/g, (all, name: string) => ids.get(name) ?? all);
  for (const call of recording.calls) {
    const { method, path, body, tar } = filled(call, recording.zero);
    const sent =
      tar === undefined
        ? body && (JSON.parse(real(JSON.stringify(body))) as Fields)
        : Readable.from([gunzipSync(Buffer.from(tar, 'base64'))]);
    const url = real(path);
    const answer = await askEngine(socket, method, url, sent);
    const name = /\/containers\/create\?name=([^&]+)/.exec(url)?.[1];
    if (name !== undefined) ids.set(name, (JSON.parse(answer.body) as { Id: string }).Id);
  }
}
