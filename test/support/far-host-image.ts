// The image of a far host: Debian's ssh server, and this machine's docker and git. It is unpacked, not installed: no service
// may start here.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianTree } from '../../scripts/lib/debian.ts';
import { ensureImage, type ImageEntry } from '../../scripts/lib/import-image.ts';
import { baseEntries, librariesOf } from '../../scripts/lib/rootfs.ts';

const run = promisify(execFile);

export const farHostImage = 'reeve-test-sshd:1';

/** Where a far host finds its own key and whom it lets in. */
export const farHostKeys = '/keys';

/** Where it has the engine's socket; Docker's own path leads there. */
export const farHostSocket = '/run/engine/docker.sock';

/** Where it listens too, as many do in the hope of some quiet. */
export const otherPort = 2222;

/** Tests run as anybody, and what they mount belongs to them: neither sshd nor git is to mind. */
const settings = [
  'Port 22',
  `Port ${otherPort}`,
  `HostKey ${farHostKeys}/host`,
  `AuthorizedKeysFile ${farHostKeys}/authorized`,
  'StrictModes no',
  'PidFile none',
];

/** A test run that is killed leaves a far host behind for so long. */
const longestSeconds = '900';

/** Makes `reeve-test-sshd:1` unless it is there, of these programs. */
export async function ensureFarHostImage(socket: string): Promise<void> {
  const docker = await pathOf('docker');
  const git = await pathOf('git');
  const inputs = createHash('sha256').update(readFileSync(import.meta.filename));
  for (const { size, mtimeMs } of [docker, git].map((path) => statSync(path)))
    inputs.update(`${size} ${mtimeMs} `);
  await ensureImage(socket, farHostImage, inputs.digest('hex').slice(0, 16), async () => {
    const tree = await debianTree(['busybox-static', 'openssh-server']);
    return { entries: await entriesOf(tree, docker, git), changes };
  });
}

const changes = [
  `CMD ${JSON.stringify(['timeout', longestSeconds, '/usr/sbin/sshd', '-D', '-e'])}`,
  'ENV PATH=/usr/bin:/bin',
];

async function entriesOf(tree: string, docker: string, git: string): Promise<readonly ImageEntry[]> {
  const sshd = join(tree, 'usr/sbin/sshd');
  // Docker's own builds of its client are static, Debian's is not.
  const dynamic = await run('ldd', [docker]).then(
    () => [docker],
    () => [],
  );
  return [
    ...(await baseEntries(tree, { sshd: 100, ann: 1000 })),
    ...(await librariesOf(tree, [sshd, git, ...dynamic])),
    { path: 'usr/sbin/sshd', copy: sshd, mode: 0o755 },
    { path: 'usr/bin/docker', copy: docker, mode: 0o755 },
    { path: 'usr/bin/git', copy: git, mode: 0o755 },
    { path: 'usr/bin/git-upload-pack', link: 'git' },
    { path: 'etc/gitconfig', text: '[safe]\n\tdirectory = *\n' },
    { path: 'etc/ssh/sshd_config', text: `${settings.join('\n')}\n` },
    { path: 'run/sshd', directory: true },
    // Root's, whatever the socket's own mode is on this machine.
    { path: 'run/engine', directory: true, mode: 0o700 },
    { path: 'run/docker.sock', link: 'engine/docker.sock' },
  ];
}

async function pathOf(command: string): Promise<string> {
  const { stdout } = await run('sh', ['-c', `command -v ${command}`]);
  return realpathSync(stdout.trim());
}
