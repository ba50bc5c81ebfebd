// The bare reference of keeping, a process of its own as reeve is: starts each labelled container when it dies.
// Arguments: the engine's socket, the label.

import { BareEngine } from './bare.ts';

const [socket = '', label = ''] = process.argv.slice(2);
const engine = new BareEngine(socket);
const events = engine.events(
  { type: ['container'], event: ['die'], label: [label] },
  new AbortController().signal,
);
process.stdout.write('listening\n');
for await (const event of events) {
  engine.call('POST', `/containers/${event.Actor.ID}/start`).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  });
}
