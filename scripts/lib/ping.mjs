// Exits 0 when a Docker engine answers on the Unix socket given. Runs on the machine's own Node (20 or newer).
import { request } from 'node:http';

const call = request({ socketPath: process.argv[2], path: '/_ping', timeout: 3000 }, (answer) => {
  answer.resume();
  answer.on('end', () => process.exit(answer.statusCode === 200 ? 0 : 1));
});
call.on('timeout', () => call.destroy(new Error('no answer')));
call.on('error', () => process.exit(1));
call.end();
