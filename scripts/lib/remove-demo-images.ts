// Removes the images that the demo made on this machine, and no others. One that a container of somebody else runs from
// stays, and is named with what the engine says of it.

import { demoImages } from './demo-images.ts';
import { askEngine, engineSocket } from './docker-api.ts';

for (const { tag } of demoImages) {
  const path = `/images/${encodeURIComponent(tag)}`;
  const { status, body } = await askEngine(engineSocket(), 'DELETE', path, undefined, [404, 409]);
  if (status === 409)
    console.log(`  image ${tag} stays: ${(JSON.parse(body) as { message: string }).message}`);
}
