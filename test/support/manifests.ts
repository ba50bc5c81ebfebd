// Manifests in a folder of their own, loaded as a person would: files in, revision or diagnostic lines out.

import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { formatDiagnostic } from '../../desired-state/diagnostic.ts';
import { load } from '../../desired-state/load.ts';
import type { Loaded, LoadRequest, LoadResult } from '../../desired-state/load-types.ts';
import { isWorkload, type Resource, refOf, type Workload } from '../../desired-state/resource.ts';

export const digest = (value: string | Uint8Array): string =>
  createHmac('sha256', 'test key').update(value).digest('hex');

/** A new folder with these files, removed after the test. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'reeve-manifests-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return folder;
}

export type Options = Partial<Pick<LoadRequest, 'paths' | 'env' | 'platform'>>;

export function loadFolder(cwd: string, options: Options = {}): Promise<LoadResult> {
  return load({ paths: [], env: {}, digest, ...options, cwd });
}

/** Diagnostic lines of a load, warnings included. */
export async function linesOf(
  files: Readonly<Record<string, string | Uint8Array>>,
  options: Options = {},
): Promise<string[]> {
  const folder = folderWith(files);
  const result = await loadFolder(folder, options);
  const found = result.ok ? result.loaded.revision.warnings : result.diagnostics;
  return found.map((d) => formatDiagnostic(d).replaceAll(folder, 'FOLDER'));
}

/** A load in a folder that stays, for changing files in it; it must be good. */
export async function loadAgain(folder: string, options: Options = {}): Promise<Loaded> {
  const result = await loadFolder(folder, options);
  if (!result.ok) throw new Error(result.diagnostics.map(formatDiagnostic).join('\n'));
  return result.loaded;
}

/** A load that must be good. */
export function loaded(
  files: Readonly<Record<string, string | Uint8Array>>,
  options: Options = {},
): Promise<Loaded> {
  return loadAgain(folderWith(files), options);
}

export type Files = Readonly<Record<string, string>>;

export const doc = (kind: string, name: string, spec: string) =>
  `---\napiVersion: reeve/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`;

export async function resourcesOf(files: Files, options?: Options): Promise<Record<string, Resource>> {
  const { revision } = await loaded(files, options);
  return Object.fromEntries(revision.resources.map((r) => [refOf(r), r]));
}

export async function workloadOf(ref: string, files: Files, options?: Options): Promise<Workload> {
  const found = (await resourcesOf(files, options))[ref];
  if (found === undefined || !isWorkload(found)) throw new Error(`no workload ${ref}`);
  return found;
}
