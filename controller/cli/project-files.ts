// The files that a running Compose project was started with, as Compose wrote them on its containers: what adopt reads
// where no -f says otherwise.

import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { composeLabels } from '../../reconcilers/compose-identity.ts';
import { connectEngine } from '../docker/connect.ts';
import { exitStatus, ReeveError } from '../errors.ts';
import type { Context } from './context.ts';
import type { PlatformFlags } from './options.ts';

/** Compose was told where the project lies: so must reeve be, now and by whoever names these files later. */
function placedIn(
  folder: string,
  files: readonly string[],
  context: Context,
): Pick<PlatformFlags, 'projectDirectory'> {
  if (dirname(files[0] ?? '') === folder) return {};
  context.terminal.err(
    `its files are not in its project directory: say --project-directory ${folder} with them`,
  );
  return { projectDirectory: folder };
}

/** The flags with `-f` filled in; as they are where files are named, or no project is. */
export async function filesOfProject<T extends PlatformFlags>(flags: T, context: Context): Promise<T> {
  const { platform } = flags;
  if (flags.file.length > 0 || platform === undefined) return flags;
  const engine = await connectEngine({
    env: context.env,
    ...(flags.host === undefined ? {} : { host: flags.host }),
  });
  try {
    const labels = (await engine.containers()).map((c) => c.labels);
    const made = labels.find(
      (l) => l[composeLabels.project] === platform && l[composeLabels.configFiles] !== undefined,
    );
    if (made === undefined) return flags;
    const folder = made[composeLabels.workingDir] ?? context.cwd;
    const file = (made[composeLabels.configFiles] ?? '').split(',').map((name) => resolve(folder, name));
    const missing = file.filter((path) => !existsSync(path));
    if (missing.length === 0) return { ...flags, file, ...placedIn(folder, file, context) };
    throw new ReeveError(
      `Compose project ${platform} was started from ${missing.join(', ')}, not to be found here`,
      {
        status: exitStatus.usage,
        hint: 'name its files with -f',
      },
    );
  } finally {
    await engine.close();
  }
}
