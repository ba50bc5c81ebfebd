// Where the process starts: turns the compile cache on and hands over. Imports almost nothing, so that help is quick.

import { enableCompileCache } from 'node:module';

enableCompileCache();
const { main } = await import('./cli/main.ts');
await main();
