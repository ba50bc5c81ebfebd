// Makes a platform of Compose files ready to run on this machine: `main.ts up FOLDER [DIR]` lays out the project of the
// files in DIR (absent: files of like shape) and makes its images, `main.ts down` removes the images. `main.ts findings DIR`
// prints what reeve finds wrong in the files themselves.

import { resolve } from 'node:path';
import { findingsOf } from './findings.ts';
import { findingsText } from './findings-text.ts';
import { removeFarm } from './make-images.ts';
import { prepare } from './prepare.ts';

const [verb, folder, files] = process.argv.slice(2);
if (verb === 'up' && folder !== undefined) {
  const { real, standIns } = await prepare(files && resolve(files), resolve(folder));
  console.log(`  ${real} images are the program itself, ${standIns} stand in for one`);
} else if (verb === 'down') {
  await removeFarm('sutazai');
} else if (verb === 'findings' && folder !== undefined) {
  console.log(findingsText(await findingsOf(resolve(folder))));
} else {
  throw new Error('expected: up FOLDER [DIR], down, or findings DIR');
}
