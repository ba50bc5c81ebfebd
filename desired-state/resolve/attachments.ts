// Files that come with a workload: secrets and configs it is granted, and files it mounts from the manifests' folder.

import type { Grant } from '../container/grants.ts';
import type { NormalizedContainer } from '../container/normalize.ts';
import type { Mount } from '../container-spec.ts';
import type { WatchedFile } from '../resource.ts';
import { lookAt } from '../yaml/read.ts';
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
  const attach = (key: string, grant: Grant, value: Value | undefined): void => {
    const { target, position } = grant;
    if (taken.has(target)) {
      const message = `${target} is mounted already: the mount is used, as by Compose`;
      reportWarning(context, position, 'DuplicateMount', message, 'give it another target');
      return;
    }
    taken.add(target);
    if (value === undefined) return;
    const rights = rightsOf(grant);
    if (value.path === undefined) {
      if (container.readOnly === true) {
        const message = `${target} cannot be put into a container whose root is read-only: only a value from a file can be mounted`;
        reportError(context, position, 'ReadOnlyRoot', message, 'give it a file, or take read_only away');
      }
      // No file on this machine: known by where it goes. With other rights it is put in again.
      const digest =
        Object.keys(rights).length === 0
          ? value.digest
          : context.digest(`${value.digest} ${JSON.stringify(rights)}`);
      files.push({ path: target, digest, onChange, copyTo: target, secret: key, ...rights });
      return;
    }
    if (Object.keys(rights).length > 0) {
      const message = `uid, gid and mode have no effect on ${target}: its file is mounted as it is, as by Compose`;
      reportWarning(context, position, 'NoEffect', message, 'change those of the file itself');
    }
    mounts.push({ type: 'bind', source: value.path, target, readOnly: true });
    const file = watchedFile(context, value.path, onChange, position);
    if (file !== undefined) files.push(key.startsWith('config:') ? file : { ...file, secret: key });
  };
  for (const grant of secrets) attach(grant.name, grant, values.secret(grant.name, grant.position));
  for (const grant of configs)
    attach(`config:${grant.name}`, grant, values.config(grant.name, grant.position));
  return { mounts, files };
}

function rightsOf({ uid, gid, mode }: Grant): Pick<WatchedFile, 'uid' | 'gid' | 'mode'> {
  return {
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(mode === undefined ? {} : { mode }),
  };
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
    if ('code' in found && found.code === 'FileMissing') {
      // Data beside a commit's files is no part of it: where it lives it may be.
      if (context.atHome(path) !== path && !('code' in lookAt(context.atHome(path)))) return [];
      const message = `bind mount of a path that is not there: ${context.display(path)}`;
      reportWarning(context, position, 'MountMissing', message, 'the engine makes an empty folder of it');
      // It may come: then its content counts.
      context.files.add(path);
      return [];
    }
    // What cannot be looked at is told by who would read it.
    const isRead = 'code' in found || found.isFile();
    return isRead ? (watchedFile(context, path, onChange, position) ?? []) : [];
  });
}

export function distinctFiles(files: readonly WatchedFile[]): WatchedFile[] {
  return [...new Map(files.map((file) => [`${file.path} ${file.copyTo ?? ''}`, file])).values()];
}
