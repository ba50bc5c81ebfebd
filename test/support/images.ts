// Images for tests, made on the spot: no test ever pulls from the internet.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianTree } from '../../scripts/lib/debian.ts';
import { callEngine, engineSocket } from '../../scripts/lib/docker-api.ts';
import { type ImageEntry, importImage } from '../../scripts/lib/import-image.ts';

export { type ImageEntry, type ImageRecipe, importImage } from '../../scripts/lib/import-image.ts';

export const testImage = 'reeve-test:1';

/** A loop that ends at once on TERM, as a well-behaved program does. */
const untilTerm = 'trap "exit 0" TERM; while :; do sleep 1 & wait $!; done';

/** Makes `reeve-test:1` on the engine unless it is there: static busybox with all its applets, /tmp, CMD a quiet loop. */
export async function ensureTestImage(socket: string = engineSocket()): Promise<string> {
  const { status } = await callEngine(socket, 'GET', `/images/${testImage}/json`);
  if (status === 200) return testImage;
  await importImage(socket, {
    tag: testImage,
    entries: await busyboxEntries(),
    changes: [`CMD ${JSON.stringify(['sh', '-c', untilTerm])}`],
  });
  return testImage;
}

/** Files of a minimal system: what an image of a test's own starts from. */
export async function busyboxEntries(): Promise<readonly ImageEntry[]> {
  const busybox = join(await debianTree(['busybox-static']), 'bin/busybox');
  const { stdout } = await promisify(execFile)(busybox, ['--list']);
  const applets = stdout.split('\n').filter((name) => name !== '' && name !== 'busybox');
  return [
    { path: 'tmp', directory: true, mode: 0o1777 },
    { path: 'etc/passwd', text: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n' },
    { path: 'etc/group', text: 'root:x:0:\nnogroup:x:65534:\n' },
    { path: 'bin/busybox', copy: busybox, mode: 0o755 },
    ...applets.map((name): ImageEntry => ({ path: `bin/${name}`, link: 'busybox' })),
  ];
}
