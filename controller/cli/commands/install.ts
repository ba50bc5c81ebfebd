// `reeve install`: a systemd unit for `reeve run`, for root's manager or the user's own.

import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { exitStatus, ReeveError } from '../../errors.ts';
import type { GitSettings } from '../../git/settings.ts';
import type { Context } from '../context.ts';
import { type GitFlags, gitSettings, gitWords, withGit } from '../git-flags.ts';
import { leaseOption } from '../lease-option.ts';
import { withExamples, withPlatform } from '../options.ts';
import type { Place } from '../place.ts';

interface Flags extends GitFlags {
  readonly lease?: number;
  readonly print?: boolean;
}

export function define(command: Command, context: Context): void {
  withExamples(
    withGit(withPlatform(command), { polled: true })
      .description(
        'Writes a systemd unit that runs the controller of this platform, and says what to type to start it. Starts nothing.',
      )
      .addOption(leaseOption())
      .option('--print', 'print it instead')
      .action((flags: Flags) => install(flags, context)),
    [
      ['reeve install -f /srv/platform', 'writes /etc/systemd/system/reeve-PLATFORM.service'],
      ['reeve install --print', 'to look at it first'],
    ],
  );
}

async function install(flags: Flags, context: Context): Promise<void> {
  const [{ findPlace }, { loadOnly }, { unitText }, { askedStore }, { passwordsIn, withoutPassword }] =
    await Promise.all([
      import('../place.ts'),
      import('../load-only.ts'),
      import('../unit.ts'),
      import('../../store-home.ts'),
      import('../../store/home.ts'),
    ]);
  const git = gitSettings(flags, context.cwd);
  const place = git === undefined ? await findPlace(flags, context) : await named(git, flags, context);
  const result =
    place.load === undefined || git === undefined
      ? await loadOnly({ file: place.paths, platform: place.platform }, context)
      : { ok: true as const, loaded: place.load.loaded };
  const sources = git !== undefined ? [] : result.ok ? result.loaded.revision.sources : place.paths;
  const asRoot = context.uid === 0;
  const home = context.env['HOME'] ?? homedir();
  const name = `reeve-${place.platform}.service`;
  const environmentFile = asRoot
    ? `/etc/reeve/${place.platform}.env`
    : join(home, '.config/reeve', `${place.platform}.env`);
  const store = askedStore(flags.store, context.env);
  const text = unitText({
    platform: place.platform,
    executable: executable(),
    sources,
    ...(git === undefined ? {} : { git: gitWords(git) }),
    environmentFile,
    asRoot,
    ...(flags.state === undefined ? {} : { stateDir: resolve(context.cwd, flags.state) }),
    ...(store === undefined ? {} : { store: withoutPassword(store) }),
    ...(flags.host === undefined ? {} : { host: flags.host }),
    ...(flags.lease === undefined ? {} : { leaseMs: flags.lease }),
    environment: carried(context.env),
  });
  if (flags.print === true) {
    context.terminal.out(text.trimEnd());
    return;
  }
  const path = asRoot ? `/etc/systemd/system/${name}` : join(home, '.config/systemd/user', name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  const reads = result.ok ? result.loaded.revision.reads.filter((read) => read.digest !== undefined) : [];
  const systemctl = asRoot ? 'systemctl' : 'systemctl --user';
  context.terminal.out(
    [
      `wrote ${path}`,
      ...(reads.length === 0
        ? []
        : [
            `the manifests read ${reads.map((read) => read.name).join(', ')} from the shell, which a service has not:`,
            `  write them as NAME=value into ${environmentFile}`,
          ]),
      ...(store === undefined || passwordsIn(store).length === 0
        ? []
        : [
            "the store's password is not in it, for everybody may read a unit:",
            `  write it as PGPASSWORD=… into ${environmentFile} (chmod 600)`,
          ]),
      'next:',
      `  ${systemctl} daemon-reload && ${systemctl} enable --now ${name}`,
      `  reeve status -p ${place.platform}`,
      ...(asRoot ? [] : ['  loginctl enable-linger   # so that it runs while you are not logged in']),
    ].join('\n'),
  );
}

/** Fetched, to learn which platform it is and that it can be had; the controller fetches for itself. */
async function named(git: GitSettings, flags: Flags, context: Context): Promise<Place> {
  const { placeToLookAt } = await import('../place-git.ts');
  const place = await placeToLookAt(git, flags, context);
  await place.git.remove();
  return place;
}

/** The launcher: it picks the Node that reeve needs. It is beside `controller/`, or beside `dist/` where that was built. */
function executable(): string {
  const folder = dirname(dirname(process.argv[1] ?? ''));
  const found = [folder, dirname(folder)].map((root) => join(root, 'bin', 'reeve')).find(existsSync);
  if (found !== undefined) return found;
  throw new ReeveError('cannot tell where reeve is installed', {
    status: exitStatus.failed,
    hint: 'call it by its bin/reeve',
  });
}

/** What decides which engine and which state folder are meant is taken along. */
function carried(env: Context['env']): Readonly<Record<string, string>> {
  const names = [
    'DOCKER_HOST',
    'DOCKER_TLS_VERIFY',
    'DOCKER_CERT_PATH',
    'DOCKER_CONTEXT',
    'DOCKER_CONFIG',
    'XDG_STATE_HOME',
  ];
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}
