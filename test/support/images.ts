// The image that tests run containers from, made on the spot: no test pulls from the internet. A test that needs
// another one makes it with scripts/lib/import-image.ts.

import { debianTree } from '../../scripts/lib/debian.ts';
import { callEngine, engineSocket } from '../../scripts/lib/docker-api.ts';
import { importImage } from '../../scripts/lib/import-image.ts';
import { oneAtATime } from '../../scripts/lib/one-at-a-time.ts';
import { baseEntries } from '../../scripts/lib/rootfs.ts';

export const testImage = 'reeve-test:1';

/** A loop that ends at once on TERM, as a well-behaved program does. */
const untilTerm = 'trap "exit 0" TERM; while :; do sleep 1 & wait $!; done';

/** Makes `reeve-test:1` on the engine unless it is there: static busybox with all its applets, /tmp, CMD a quiet loop. */
export async function ensureTestImage(socket: string = engineSocket()): Promise<string> {
  await oneAtATime(`image ${testImage} on ${socket}`, async () => {
    const { status } = await callEngine(socket, 'GET', `/images/${testImage}/json`);
    if (status === 200) return;
    await importImage(socket, {
      tag: testImage,
      entries: await baseEntries(await debianTree(['busybox-static'])),
      changes: [`CMD ${JSON.stringify(['sh', '-c', untilTerm])}`],
    });
  });
  return testImage;
}
