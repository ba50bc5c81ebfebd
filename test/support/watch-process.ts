// Watches the files that are named as arguments and prints a line for each call, for tests that limit what it may watch.

import { watchSources } from '../../desired-state/watch.ts';

await watchSources(process.argv.slice(2), [], {
  onChange: () => console.log('changed'),
  onTrouble: (error) => console.log(`trouble ${error.message}`),
});
console.log('watching');
