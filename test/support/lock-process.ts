// A contender for a platform's lock, told what to do on stdin and answering on stdout, a line each:
// `acquire PLATFORM LOCKS_DIR` → `held` or `refused STATUS MESSAGE`; `release` → `released`.

import { hostname } from 'node:os';
import { createInterface } from 'node:readline';
import { createClient } from '../../controller/docker/client.ts';
import { lockEngine } from '../../controller/docker/lock-port.ts';
import { ReeveError } from '../../controller/errors.ts';
import { acquireLock, type Lock } from '../../controller/lock/lock.ts';

const [socketPath = ''] = process.argv.slice(2);
const engineKey = `unix://${socketPath}`;
const engine = lockEngine(createClient({ host: engineKey, socketPath }, 10_000));

let lock: Lock | undefined;
async function obey([verb, platform = '', locksDir = '']: readonly string[]): Promise<string> {
  if (verb === 'release') {
    await lock?.release();
    return 'released';
  }
  const holder = {
    host: hostname(),
    pid: process.pid,
    command: `reeve run -p ${platform}`,
    stateDir: `/state/of/${process.pid}`,
    since: Date.now(),
  };
  try {
    lock = await acquireLock({ engine, engineKey, platform, holder, locksDir });
    return 'held';
  } catch (error) {
    if (!(error instanceof ReeveError)) throw error;
    return `refused ${error.status} ${error.message}; ${error.hint}`;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${await obey(line.split(' '))}\n`);
}
