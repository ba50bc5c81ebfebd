// Removes the images that the demo made on this machine, and no others.

import { demoImages } from './demo-images.ts';
import { askEngine, engineSocket } from './docker-api.ts';

for (const { tag } of demoImages) {
  await askEngine(engineSocket(), 'DELETE', `/images/${encodeURIComponent(tag)}`, undefined, [404]);
}
