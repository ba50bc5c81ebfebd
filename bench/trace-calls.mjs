// Loaded into reeve by the bench (node --import): writes when each HTTP call of the process began and ended, so that
// the time of an apply is taken from its first engine call on, and a slow one shows where it went. Adds no call.

import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';

const calls = [];
const open = new Map();

subscribe('http.client.request.start', ({ request }) => {
  const call = { method: request.method, path: request.path.split('?')[0], start: now() };
  calls.push(call);
  open.set(request, call);
});
subscribe('http.client.response.finish', ({ request, response }) => {
  const call = open.get(request);
  if (call === undefined) return;
  call.end = now();
  call.status = response.statusCode;
  open.delete(request);
});
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  writeFileSync(
    process.env.BENCH_TRACE,
    JSON.stringify({ calls, cpuMs: (user + system) / 1000, start: performance.timeOrigin, end: now() }),
  );
});

function now() {
  return performance.timeOrigin + performance.now();
}
