// RabbitMQ of Debian's packages, as the official image behaves: its variables, its folders, its tools on the path; with
// the management plugin where the tag asks for it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianTree } from '../debian.ts';
import type { DemoImage } from '../demo-images.ts';
import type { ImageEntry } from '../import-image.ts';
import { baseEntries, folderOf, librariesOf } from '../rootfs.ts';

const user = 999;
const entrypoint = join(import.meta.dirname, 'rabbitmq.sh');

/** Its own tree, so that nobody else fetches Erlang. The locale is libc-bin's. */
export const rabbitmqTree = (): Promise<string> =>
  debianTree(['busybox-static', 'libc-bin', 'rabbitmq-server']);

function broker(tag: string, plugins: readonly string[]): DemoImage {
  return {
    tag: `reeve-farm-made/rabbitmq:${tag}`,
    inputs: () => [readFileSync(import.meta.filename, 'utf8'), readFileSync(entrypoint, 'utf8')],
    entries: async (tree) => [
      ...(await baseEntries(tree, { rabbitmq: user })),
      ...(await erlang(tree)),
      ...(await folderOf(join(tree, 'usr/lib/rabbitmq'), 'usr/lib/rabbitmq')),
      // Its tools are Elixir, which wants names in UTF-8.
      ...(await folderOf(join(tree, 'usr/lib/locale/C.utf8'), 'usr/lib/locale/C.utf8')),
      { path: 'usr/local/bin/entrypoint', copy: entrypoint, mode: 0o755 },
      { path: 'etc/rabbitmq', directory: true, uid: user },
      { path: 'etc/rabbitmq/enabled_plugins', text: `[${plugins.join(',')}].\n`, uid: user },
      { path: 'etc/rabbitmq/conf.d/10-defaults.conf', text: 'loopback_users.guest = false\n', uid: user },
      ...['var/lib/rabbitmq', 'var/log/rabbitmq'].map((path) => ({ path, directory: true, uid: user })),
    ],
    changes: [
      'ENV PATH=/usr/lib/rabbitmq/bin:/usr/lib/erlang/bin:/usr/local/bin:/usr/bin:/bin',
      'ENV HOME=/var/lib/rabbitmq LANG=C.UTF-8 RABBITMQ_LOGS=-',
      'ENTRYPOINT ["entrypoint"]',
      'CMD ["rabbitmq-server"]',
      'EXPOSE 5672',
    ],
  };
}

/** What of Erlang loads libraries: its virtual machine with the programs beside it, and its native modules. */
const loading = /\/erts-[^/]+\/bin\/(beam\.smp|epmd|erlexec|erl_child_setup|inet_gethost)$|\/priv\/.*\.so$/;

async function erlang(tree: string): Promise<readonly ImageEntry[]> {
  const files = await folderOf(join(tree, 'usr/lib/erlang'), 'usr/lib/erlang');
  const binaries = files.flatMap(({ path, copy }) => (copy !== undefined && loading.test(path) ? copy : []));
  return [...files, ...(await librariesOf(tree, binaries))];
}

const plain = broker('3', []);
const withManagement = broker('3-management', ['rabbitmq_management']);

export const brokers: readonly DemoImage[] = [plain, withManagement];

/** `3-management`, `3.13-management-alpine`: the one with the plugin. */
export function rabbitmq(tag: string): DemoImage {
  return /-management\b/.test(tag) ? withManagement : plain;
}
