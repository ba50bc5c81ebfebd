// `reeve logs -f` on a real engine: no line is lost or shown twice when the engine rotates the log, and Ctrl-C ends it.

import { beforeAll, expect, test } from 'vitest';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { platformFor } from '../support/kept.ts';
import { service } from '../support/platform.ts';
import { patienceMs, until } from '../support/until.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

/** 200 bytes a line and a file of 80 kB: a rotation every two seconds or so. The engine itself loses lines where there are two while it reads. */
const talker = service('talker', [
  "command: [sh, -c, \"trap 'exit 0' TERM; i=0; while :; do i=$$((i+1)); printf 'line %d %0200d\\\\n' $$i 0; [ $$((i % 20)) = 0 ] && sleep 0.1; done\"]",
  'logging: {driver: json-file, options: {max-size: 80k, max-file: "2"}}',
]);

test('follows through rotations of the log; Ctrl-C ends it with 130', async (t) => {
  const p = await platformFor(t);
  await p.declare([talker]);
  await p.apply();
  const logs = p.spawn('logs', 'talker', '-f', '--tail', '1', '--file', p.manifests);
  const numbers = (): number[] =>
    [...logs.output().stdout.matchAll(/^line (\d+) 0/gm)].map(([, number]) => Number(number));
  await until(() => numbers().length > 2_500, 2 * patienceMs, `many rotations: ${logs.output().stderr}`);
  logs.process.kill('SIGINT');
  const { code, stderr } = await logs.ended;
  expect(code).toBe(130);
  expect(stderr).not.toMatch(/\n\s+at /);
  const seen = numbers();
  const first = seen[0] ?? 0;
  expect(seen).toEqual(seen.map((_, i) => first + i));
});
