// A process to be killed: stores 1,000 events a second at argv[2], evenly, and says of each when it is durable.

import { openStore } from '../controller/store/sqlite.ts';

const [path = ''] = process.argv.slice(2);
const store = await openStore(path);
const perSecond = 1_000;
const startedAt = performance.now();
let sent = 0;

function send(): void {
  const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond);
  for (; sent < due; sent++) void storeOne(sent);
  setTimeout(send, 1);
}

async function storeOne(number: number): Promise<void> {
  const asked = performance.now();
  const message = `event-${number}`;
  await store.record([
    { at: Date.now(), type: 'Normal', reason: 'Bench', regarding: 'Agent/bench', message, by: 'bench' },
  ]);
  process.stdout.write(`${message} ${(performance.now() - asked).toFixed(2)}\n`);
}

send();
