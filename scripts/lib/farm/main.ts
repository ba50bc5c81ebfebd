// Makes a platform of Compose files ready to run on this machine: `main.ts up DIR FOLDER` lays out the scratch project
// and makes its images, `main.ts down` removes the images.

import { makeFarm, removeFarm } from './make-images.ts';
import { layOut, makeMountSources } from './project-folder.ts';
import { farmImages } from './stand-ins.ts';

const [verb = '', real = '', folder = ''] = process.argv.slice(2);
if (verb === 'up') {
  const { projects } = await layOut(real, folder);
  const { real: programs, standIns } = await makeFarm(farmImages(projects));
  await makeMountSources(folder, ['reeve.yaml']);
  console.log(`  ${programs} images with the program itself, ${standIns} that stand in for one`);
} else if (verb === 'down') {
  await removeFarm();
} else {
  throw new Error('expected: up DIR FOLDER, or down');
}
