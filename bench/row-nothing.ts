// Rows: nothing to do, from the shell: `reeve plan` against docker-compose's `up -d` of the same services.

import { newPlatform } from '../test/support/platform.ts';
import { reeve } from '../test/support/reeve.ts';
import type { BareEngine } from './bare.ts';
import { openCompose1, smallCompose } from './compose.ts';
import { median, spread, timed } from './measure.ts';
import type { Row } from './table.ts';

const rounds = 5;
const bound = 0.4;

export async function nothingRow(engine: BareEngine, containers: number): Promise<Row> {
  const platform = await newPlatform({ socket: engine.socketPath });
  const compose = await openCompose1(engine.socketPath, `${platform.name}c`, containers);
  try {
    await platform.write('compose.yaml', `name: ${platform.name}\n${smallCompose(containers)}`);
    const args = ['-f', platform.path('compose.yaml')];
    const options = { state: platform.state, cwd: platform.manifests, socket: platform.socket };
    const applied = await reeve(['apply', '--yes', ...args], options);
    if (applied.code !== 0) throw new Error(`apply ended with ${applied.code}: ${applied.stderr}`);
    await compose.up();
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const ms = await timed(async () => {
        const { code, stderr } = await reeve(['plan', ...args], options);
        if (code !== 0) throw new Error(`plan ended with ${code}: ${stderr}`);
      });
      const their = await compose.up();
      // The first round fills the caches of both.
      if (round === 0) continue;
      ours.push(ms);
      if (their !== undefined) theirs.push(their.commandMs);
    }
    return {
      name: `nothing to do, from the shell, ${containers}`,
      measured: `${spread(ours)}, reeve plan`,
      reference: `${compose.words(theirs)} up -d`,
      figure: compose.failed ? Number.NaN : median(ours) / median(theirs),
      ...(compose.failed ? {} : { bound }),
      unit: '×',
      notes: [],
      where: [],
    };
  } finally {
    await compose.close();
    await platform.close();
  }
}
