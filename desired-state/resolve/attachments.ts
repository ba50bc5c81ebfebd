// Files that come with a workload: secrets and configs it is granted, and files it mounts from the manifests' folder.

import { statSync } from 'node:fs';
import type { NormalizedContainer } from '../container/normalize.ts';
import type { Position } from '../diagnostic.ts';
import type { Mount, WatchedFile } from '../resource.ts';
import { type ResolveContext, reportError, reportWarning } from './context.ts';
import type { Value, Values } from './secrets.ts';
import { watchedFile } from './watched.ts';

export type OnChange = WatchedFile['onChange'];

export interface Attached {
  readonly mounts: readonly Mount[];
  readonly files: readonly WatchedFile[];
}

/** Files are mounted as they are; values from elsewhere are copied in before the start. */
export function grantedFiles(
  context: ResolveContext,
  values: Values,
  { container, secrets, configs }: NormalizedContainer,
  onChange: OnChange,
): Attached {
  const mounts: Mount[] = [];
  const files: WatchedFile[] = [];
  const taken = new Set(container.mounts.map((mount) => mount.target));
  const attach = (key: string, target: string, position: Position, value: Value | undefined): void => {
    if (taken.has(target)) {
      const message = `${target} is mounted already; expected one file a path`;
      reportError(context, position, 'DuplicateMount', message, 'give it another target');
    }
    taken.add(target);
    if (value === undefined) return;
    if (value.path === undefined) {
      // No file on this machine: known by where it goes.
      files.push({ path: target, digest: value.digest, onChange, copyTo: target, secret: key });
      return;
    }
    mounts.push({ type: 'bind', source: value.path, target, readOnly: true });
    const file = watchedFile(context, value.path, onChange, position);
    if (file !== undefined) files.push(key.startsWith('config:') ? file : { ...file, secret: key });
  };
  for (const { name, target, position } of secrets) {
    attach(name, target, position, values.secret(name, position));
  }
  for (const { name, target, position } of configs) {
    attach(`config:${name}`, target, position, values.config(name, position));
  }
  return { mounts, files };
}

/** Read-only mounts of single files beside the manifest: their content is the workload's. */
export function boundFiles(
  context: ResolveContext,
  { bindFiles }: NormalizedContainer,
  onChange: OnChange,
): WatchedFile[] {
  return bindFiles.flatMap(({ path, readOnly, position }) => {
    if (!readOnly) return [];
    const found = lookAt(path);
    if (found === 'missing') {
      const message = `bind mount of a path that is not there: ${context.display(path)}`;
      reportWarning(context, position, 'MountMissing', message, 'the engine makes an empty folder of it');
      // It may come: then its content counts.
      context.files.add(path);
    }
    return found === 'file' ? (watchedFile(context, path, onChange, position) ?? []) : [];
  });
}

function lookAt(path: string): 'file' | 'missing' | 'other' {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 'missing';
  return stat.isFile() ? 'file' : 'other';
}

export function distinctFiles(files: readonly WatchedFile[]): WatchedFile[] {
  return [...new Map(files.map((file) => [`${file.path} ${file.copyTo ?? ''}`, file])).values()];
}
