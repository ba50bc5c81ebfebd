// Exits 0 when something answers 200 on a Unix socket: `ping.mjs SOCKET [PATH]`; a Docker engine unless a path is given.
// Runs on the machine's own Node (20 or newer), and as the health check of the image.
import { request } from 'node:http';

const [socketPath, path = '/_ping'] = process.argv.slice(2);
const call = request({ socketPath, path, timeout: 3000 }, (answer) => {
  answer.resume();
  answer.on('end', () => process.exit(answer.statusCode === 200 ? 0 : 1));
});
call.on('timeout', () => call.destroy(new Error('no answer')));
call.on('error', () => process.exit(1));
call.end();
